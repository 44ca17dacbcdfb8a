"""Charts side by side."""
