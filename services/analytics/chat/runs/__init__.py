"""Runs of questions: what goes on, who reads it, and how it ends."""
