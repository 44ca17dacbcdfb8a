"""What a person may prefer. No I/O, no protobuf."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.common.errors import Violation
from services.suggestions.ranking.model import Preferences

LISTS = ("preferred_query_types", "excluded_metrics", "preferred_metrics", "preferred_dimensions")


@dataclass(frozen=True)
class StoredPreferences:
    """A person's preferences; `updated_at` is None where nothing was ever set."""

    wanted: Preferences
    updated_at: datetime | None


DEFAULTS = StoredPreferences(Preferences(), None)


def tidied(changes: Mapping[str, Any]) -> dict[str, Any]:
    """New values as they are kept: each name once, however it is spaced and capitalised."""
    return {name: names(value) if name in LISTS else value for name, value in changes.items()}


def names(given: Iterable[str]) -> list[str]:
    """In the order in which they came, spelled as they came first."""
    spaced = (" ".join(name.split()) for name in given)
    first: dict[str, str] = {}
    for name in spaced:
        first.setdefault(name.casefold(), name)
    return list(first.values())


def preference_violations(changes: Mapping[str, Any]) -> Iterator[Violation]:
    """What is wrong with new values; their other rules are in the proto."""
    for name in LISTS:
        if "" in changes.get(name, ()):
            yield Violation(name, "must not hold an empty entry")
