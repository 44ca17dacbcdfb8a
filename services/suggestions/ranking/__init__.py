"""Learned patterns, catalogue, preferences and half-typed text to ranked questions: pure."""

from services.suggestions.ranking.model import SAFE_KINDS, Learned, Preferences, Suggestion
from services.suggestions.ranking.suggesting import permitted, suggest

__all__ = ["SAFE_KINDS", "Learned", "Preferences", "Suggestion", "permitted", "suggest"]
