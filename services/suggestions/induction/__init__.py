"""Slots that no vocabulary names, found where otherwise equal questions differ: pure, no I/O."""
