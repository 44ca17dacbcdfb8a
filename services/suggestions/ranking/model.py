"""What ranking reads and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from services.suggestions.ranking.english import fold

Scope = Literal["user", "role", "global"]

# Kinds of slots whose seen values say nothing about a person or a single record,
# so that those of one person may be shown to another.
SAFE_KINDS = frozenset(
    {"metric", "dimension", "entity", "N", "timeframe", "quarter", "year", "month", "weekday"}
)
# Those that others may see once enough people gave them; fewer are not even read.
SHARED_KINDS = SAFE_KINDS | {"value"}
TERM_KINDS = frozenset({"metric", "dimension", "entity"})
COMPLETE = "complete"
# Between a question and the fillings of its slots, where they stand together.
JOINED = "\x1f"


class Question(Struct, frozen=True, gc=False):
    """A question that was asked, and how often and lately as in patterns/weights.py.

    Hundreds of thousands are held: nothing of them can lead back to them, so the collector of
    cycles, which would stop everything for as long as it looks, is spared them.
    """

    folded: str
    text: str
    values: tuple[str, ...]  # what filled its template's slots
    recent: float


class Learned(Struct, frozen=True, kw_only=True, gc=False):
    """A learned pattern; `values` counts what was seen in each slot, by position ("0", "1", …).

    `recent` is as in patterns/weights.py, and `questions` are those that count most first. `near`
    counts the times it was asked near this hour of the week; `shown` and `accepted` are of lists
    that were decided on; `followed` of the `follows` questions that came after the one before were
    this.
    """

    template: str
    scope: Scope
    frequency: int
    successes: int
    last_used: datetime
    values: Mapping[str, Mapping[str, int]]
    recent: float | None = None
    questions: tuple[Question, ...] = ()
    near: float = 0.0
    shown: int = 0
    accepted: int = 0
    followed: int = 0
    follows: int = 0


def questions_of(asked: Mapping[str, float]) -> tuple[Question, ...]:
    """Of questions with their fillings, by how often and lately, those that count most first."""
    by_count = sorted(asked.items(), key=lambda item: -item[1])
    return tuple(question_of(key, recent) for key, recent in by_count)


def question_of(key: str, recent: float) -> Question:
    text, *values = key.split(JOINED)
    return Question(fold(text), text, tuple(values), recent)


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What a person wants to be suggested."""

    preferred_query_types: tuple[str, ...] = ()
    excluded_metrics: tuple[str, ...] = ()
    preferred_metrics: tuple[str, ...] = ()
    preferred_dimensions: tuple[str, ...] = ()
    show_advanced_queries: bool = False
    max_suggestions: int = 6


@dataclass(frozen=True)
class Suggestion:
    """A question that can be run as it stands; `origin` is a scope or "catalogue"."""

    text: str
    type: str
    description: str
    icon: str
    template: str = ""
    origin: str = ""


class Option(NamedTuple):
    """One way to fill a slot: `term` names the catalogue's term, "" for a plain value.

    `weight`, from 0 to 1, is how usual this filling is.
    """

    text: str
    term: str
    weight: float


class Filled(NamedTuple):
    """A slot as it was filled."""

    kind: str
    text: str
    term: str
    weight: float
