"""Statements that people run: checked, on record, within bounds, cached for a moment."""
