"""Queries to typed templates by rule and vocabulary: pure, without I/O."""
