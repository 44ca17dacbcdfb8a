"""The rows of the table: each a function from a running suite to a result."""
