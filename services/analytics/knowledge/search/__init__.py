"""What of the knowledge base bears upon a question."""
