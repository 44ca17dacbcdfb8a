"""Statements that people keep, comment and share."""
