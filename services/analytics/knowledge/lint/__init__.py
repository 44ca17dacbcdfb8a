"""What is wrong with the knowledge base."""
