"""What a person may prefer. No I/O, no protobuf."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.common.errors import Violation
from services.suggestions.ranking.model import Preferences

LISTS = ("preferred_query_types", "excluded_metrics", "preferred_metrics", "preferred_dimensions")
MOST_SUGGESTIONS = 12


@dataclass(frozen=True)
class StoredPreferences:
    """A person's preferences; `updated_at` is None where nothing was ever set."""

    wanted: Preferences
    updated_at: datetime | None


DEFAULTS = StoredPreferences(Preferences(), None)


def preference_violations(changes: Mapping[str, Any]) -> Iterator[Violation]:
    """What is wrong with new values; the lists' own rules are in the proto."""
    if not 1 <= changes.get("max_suggestions", 1) <= MOST_SUGGESTIONS:
        yield Violation("max_suggestions", f"must be from 1 to {MOST_SUGGESTIONS}")
    for name in LISTS:
        if any(not entry.strip() for entry in changes.get(name, ())):
            yield Violation(name, "must not hold an empty entry")
