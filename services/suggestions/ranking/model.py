"""What ranking reads and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

Scope = Literal["user", "role", "global"]

# Kinds of slots whose seen values say nothing about a person or a single record,
# so that those of one person may be shown to another.
SAFE_KINDS = frozenset(
    {"metric", "dimension", "entity", "N", "timeframe", "quarter", "year", "month", "weekday"}
)
TERM_KINDS = frozenset({"metric", "dimension", "entity"})
COMPLETE = "complete"


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A learned pattern; `values` counts what was seen in each slot, by position ("0", "1", …)."""

    template: str
    scope: Scope
    frequency: int
    successes: int
    last_used: datetime
    values: Mapping[str, Mapping[str, int]]


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
    """A question that can be run as it stands."""

    text: str
    type: str
    description: str
    icon: str


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
