"""What is learned from a question: patterns and how observations change them. No I/O."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from services.suggestions.patterns.weights import add_time
from services.suggestions.ranking.english import squash
from services.suggestions.ranking.model import JOINED, SAFE_KINDS
from services.suggestions.templates.extract import Template, extract, parse_template
from services.suggestions.templates.query_type import query_type
from services.suggestions.templates.vocabulary import Vocabulary

PatternType = Literal["user_specific", "role_based", "global"]
EVERYBODY = "*"
# Distinct values counted for each slot and of spellings: enough to fill templates well, little to
# read again for each suggestion, and a bound for what one caller can make a row grow to.
VALUES_KEPT = 16
FACETS_KEPT = 50
VALUE_LENGTH = 200
# Longer ones are texts, not questions that anybody asks again; learning them would only let
# one caller slow down everybody.
TEMPLATE_LENGTH = 500
TEMPLATE_SLOTS = 20
# Longer questions are not kept word for word.
ASKED_LENGTH = 300
FOLLOWERS_KEPT = 16
OPENING_LENGTH = 40
MOST = 2**63 - 1
HOURS = 7 * 24
ID_BITS = 52  # whole numbers that every JSON reader keeps exactly

Counts = dict[str, int]
Weights = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A query that was asked, as the event log tells it."""

    user_id: str
    job_role: str
    text: str
    connection_id: str | None
    succeeded: bool
    response_micros: int | None
    asked_at: datetime
    session_id: str = ""


class PatternKey(NamedTuple):
    """What identifies a pattern within a generation of an organization."""

    pattern_type: PatternType
    target_id: str
    template_key: bytes

    @property
    def id(self) -> int:
        """The same number for the same pattern, whenever it is learned."""
        text = f"{self.pattern_type}\0{self.target_id}\0".encode() + self.template_key
        return int.from_bytes(hashlib.sha256(text).digest()[:8]) >> (64 - ID_BITS) or 1


@dataclass(kw_only=True)
class Pattern:
    """The counts of one pattern. Sums are whole numbers, so that order does not change them."""

    frequency: int = 0
    successes: int = 0
    timed: int = 0
    response_micros: int = 0
    last_used: datetime
    created_at: datetime
    metadata: dict[str, Counts] = field(default_factory=dict)
    spellings: Counts = field(default_factory=dict)
    slot_values: dict[str, Counts] = field(default_factory=dict)
    recent: float | None = None
    hours: Counts = field(default_factory=dict)
    followers: Counts = field(default_factory=dict)
    asked: Weights = field(default_factory=dict)

    @property
    def query_template(self) -> str:
        """The most frequent spelling; of equals the first in order."""
        return min(self.spellings, key=lambda s: (-self.spellings[s], s))


@dataclass(frozen=True)
class Observation:
    """A question with its template: what every pattern it belongs to counts."""

    question: Question
    template: Template
    facets: tuple[tuple[str, str], ...]
    template_key: bytes


def observe(question: Question, vocabulary: Vocabulary) -> Observation | None:
    """Extract the question's template and what it is about; None where it is none to learn."""
    template = extract(question.text, vocabulary)
    if len(template.text) > TEMPLATE_LENGTH or len(template.slots) > TEMPLATE_SLOTS:
        return None
    key = hashlib.sha256(template.key.encode()).digest()[:16]
    return Observation(question, template, tuple(facets_of(question, template)), key)


def facets_of(question: Question, template: Template) -> Iterator[tuple[str, str]]:
    for slot in template.slots:
        if slot.kind in ("metric", "dimension") and slot.term:
            yield f"{slot.kind}s", slot.term
    yield "query_types", query_type(question.text)
    if question.connection_id:
        yield "connections", question.connection_id


def keys_of(observation: Observation) -> Iterator[PatternKey]:
    """The patterns that a question belongs to: the person's, the job role's, everybody's."""
    question, key = observation.question, observation.template_key
    yield PatternKey("user_specific", question.user_id, key)
    if question.job_role:
        yield PatternKey("role_based", question.job_role, key)
    yield PatternKey("global", EVERYBODY, key)


def learn(pattern: Pattern | None, key: PatternKey, observation: Observation) -> Pattern:
    """The pattern with one more question counted; a new one where there was none."""
    question = observation.question
    if pattern is None:
        pattern = Pattern(last_used=question.asked_at, created_at=question.asked_at)
    pattern.frequency += 1
    pattern.successes += question.succeeded
    if question.response_micros is not None:
        pattern.timed += 1
        pattern.response_micros = min(pattern.response_micros + question.response_micros, MOST)
    pattern.last_used = max(pattern.last_used, question.asked_at)
    pattern.created_at = min(pattern.created_at, question.asked_at)
    count(pattern.spellings, observation.template.text)
    for facet, value in observation.facets:
        count(pattern.metadata.setdefault(facet, {}), value, FACETS_KEPT)
    pattern.recent = add_time(pattern.recent, question.asked_at)
    count(pattern.hours, str(hour_of_week(question.asked_at)), HOURS)
    learn_slots(pattern, observation, own=key.pattern_type == "user_specific")
    return pattern


def learn_slots(pattern: Pattern, observation: Observation, own: bool) -> None:
    """What the slots held, each and together; of others only what may be shown to anyone."""
    slots = observation.template.slots
    # The words as they were said: "quarterly profits" is more than the metric's name.
    said = [slot.text.casefold() if slot.term else slot.text for slot in slots]
    values = [" ".join(text.split())[:VALUE_LENGTH] for text in said]
    safe = [own or slot.kind in SAFE_KINDS for slot in slots]
    # A value that the vocabulary lists is no secret of the person who asked for it.
    open_to_all = all(
        ok or (s.kind == "value" and s.term) for ok, s in zip(safe, slots, strict=True)
    )
    for position, value in enumerate(values):
        if safe[position]:
            count(pattern.slot_values.setdefault(str(position), {}), value)
    text = " ".join(observation.question.text.split())
    if open_to_all and len(text) <= ASKED_LENGTH:
        weigh(pattern.asked, JOINED.join([text, *values]), observation.question.asked_at)


def hour_of_week(moment: datetime) -> int:
    """0 is Monday 00:00 to 01:00, in the time zone of the moment."""
    return moment.weekday() * 24 + moment.hour


@lru_cache(maxsize=8192)
def opening_of(template: str) -> str:
    """The folded text before the first slot, cut: what half-typed text is looked up by."""
    first = next(iter(parse_template(template)), "")
    return squash(first).lstrip()[:OPENING_LENGTH] if isinstance(first, str) else ""


def count(counts: Counts, value: str, most: int | None = None) -> None:
    """Count a value; of too many, the rarest makes room (of equals the last in order)."""
    counts[value] = counts.get(value, 0) + 1
    if len(counts) > (most or VALUES_KEPT):
        others = (v for v in counts if v != value)
        del counts[max(others, key=lambda v: (-counts[v], v))]


def weigh(weights: Weights, value: str, at: datetime) -> None:
    """Count a value in its `recent`; of too many, the lightest makes room."""
    weights[value] = add_time(weights.get(value), at)
    if len(weights) > VALUES_KEPT:
        others = (v for v in weights if v != value)
        del weights[max(others, key=lambda v: (-weights[v], v))]
