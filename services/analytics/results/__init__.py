"""Results of queries that are kept for a while, and their directory."""
