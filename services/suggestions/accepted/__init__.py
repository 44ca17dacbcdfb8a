"""Answers that people accepted: each counts as acceptance of its question."""
