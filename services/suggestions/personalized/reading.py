"""Which patterns are read for what is typed, and how ranking reads their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from services.suggestions.patterns.domain import HOURS, OPENING_LENGTH
from services.suggestions.ranking.english import squash
from services.suggestions.ranking.model import Learned, Question, Scope

# How many patterns of the person, the job role and the organization can make a suggestion; and of
# each for a beginning of the typed text.
PATTERNS_READ = (30, 12, 12)
# Fewer where so much is typed that patterns are looked up by it.
PATTERNS_BESIDE = (8, 5, 5)
BEGINNINGS_READ = 2
# Shorter beginnings say too little to look patterns up by.
SHORTEST_BEGINNING = 3
SCOPES: dict[str, Scope] = {"user_specific": "user", "role_based": "role", "global": "global"}
# An hour of the week counts with its neighbours: habits have no sharp edges.
NEAR_HOURS = ((-2, 0.25), (-1, 0.6), (0, 1.0), (1, 0.6), (2, 0.25))
SLOT_VALUES = msgspec.json.Decoder(dict[str, dict[str, int]])
ASKERS = msgspec.json.Decoder(dict[str, dict[str, list[str]]])
ASKED = msgspec.json.Decoder(dict[str, float])
ASKED_IN_HOUR = msgspec.json.Decoder(dict[str, int])


@dataclass(frozen=True)
class Begun:
    """What is typed, as patterns are looked up by it: folded and cut."""

    text: str

    @classmethod
    def of(cls, partial_query: str) -> "Begun":
        return cls(squash(partial_query).lstrip()[:OPENING_LENGTH])

    @property
    def looked_up(self) -> bool:
        """Whether enough is typed to look patterns up that begin so."""
        return len(self.text) >= SHORTEST_BEGINNING

    @property
    def most(self) -> tuple[int, int, int]:
        """How many of the newest patterns are read of the person, the job role, everybody."""
        return PATTERNS_BESIDE if self.looked_up else PATTERNS_READ

    @cached_property
    def openings(self) -> tuple[tuple[str, int], ...]:
        """The beginnings that a slot may follow: up to each blank; with how many are read."""
        ends = (at + 1 for at, letter in enumerate(self.text) if letter == " ")
        return (("", 2 * BEGINNINGS_READ), *((self.text[:end], BEGINNINGS_READ) for end in ends))


class Row(Struct, gc=False):
    """What load_patterns tells of a pattern, its JSON as text: decoded when it is wanted."""

    template_key: bytes
    opening: str
    followers: str
    hours: str
    pattern_type: str
    query_template: str
    frequency: int
    successes: int
    last_used: datetime
    slot_values: str
    shared_values: str | None
    askers: str | None
    recent: float
    asked: str
    shown: int
    accepted: int
    connections: Sequence[str] | None


def row_of(record: Mapping[str, Any]) -> Row:
    return Row(**{name: record[name] for name in Row.__struct_fields__})


def learned_of(row: Row, questions: tuple[Question, ...], hour: int, least_people: int) -> Learned:
    """The pattern at that hour of the week. What may be somebody's takes so many people."""
    values = SLOT_VALUES.decode(row.slot_values)
    if row.askers:
        shared, askers = SLOT_VALUES.decode(row.shared_values or "{}"), ASKERS.decode(row.askers)
        values.update(shown(shared, askers, least_people))
    return Learned(
        template=row.query_template,
        scope=SCOPES[row.pattern_type],
        frequency=row.frequency,
        successes=row.successes,
        last_used=row.last_used,
        values=values,
        recent=row.recent,
        questions=questions,
        near=near(ASKED_IN_HOUR.decode(row.hours), hour),
        shown=row.shown,
        accepted=row.accepted,
    )


def near(hours: dict[str, int], hour: int) -> float:
    """How often it was asked about that hour of the week."""
    return sum(hours.get(str((hour + away) % HOURS), 0) * weight for away, weight in NEAR_HOURS)


def shown(
    values: dict[str, dict[str, int]], askers: dict[str, dict[str, list[str]]], least_people: int
) -> dict[str, dict[str, int]]:
    """Of values that may be somebody's those that enough people asked for, by slot."""
    return {
        position: {
            value: count
            for value, count in values.get(position, {}).items()
            if len(people.get(value, ())) >= least_people
        }
        for position, people in askers.items()
    }
