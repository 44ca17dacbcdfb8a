"""`attune eval`: questions with gold SQL, asked of the whole suite (docs/evaluation.md)."""
