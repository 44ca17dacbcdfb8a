"""Charts of results: chosen by rule, kept, drawn."""
