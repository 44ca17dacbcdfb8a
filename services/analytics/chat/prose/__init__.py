"""Prose that tells of results: written by rule, and checked claim by claim. Pure."""

from services.analytics.chat.prose.checking import checked
from services.analytics.chat.prose.domain import Checked, Column, Evidence, Table
from services.analytics.chat.prose.telling import prose_of

__all__ = ["Checked", "Column", "Evidence", "Table", "checked", "prose_of"]
