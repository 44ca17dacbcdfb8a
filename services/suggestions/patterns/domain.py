"""What is learned from a question: patterns and how observations change them. No I/O."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from services.suggestions.induction.known import SLOT, Known, compared, filled
from services.suggestions.induction.lexicon import Words
from services.suggestions.induction.reading import reading_of
from services.suggestions.patterns.weights import add, half_lives
from services.suggestions.ranking.english import squash
from services.suggestions.ranking.model import JOINED, SAFE_KINDS
from services.suggestions.ranking.wording import is_common
from services.suggestions.templates.extract import Template, extract, parse_template
from services.suggestions.templates.query_type import query_type
from services.suggestions.templates.template import Slot
from services.suggestions.templates.vocabulary import Vocabulary

PatternType = Literal["user_specific", "role_based", "global"]
EVERYBODY = "*"
# Distinct values counted for each slot and of spellings: enough to fill templates well, little to
# read again for each suggestion, and a bound for what one caller can make a row grow to.
VALUES_KEPT = 16
FACETS_KEPT = 50
VALUE_LENGTH = 200
# People remembered for each value, by hash: the most that a setting may ask for before others
# see it.
ASKERS_KEPT = 10
# Longer questions are not compared with others.
WORDS_COMPARED = 64
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
NOTHING_KNOWN = Known()
ID_BITS = 52  # whole numbers that every JSON reader keeps exactly

Counts = dict[str, int]
Weights = dict[str, float]
Askers = dict[str, dict[str, list[str]]]


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
    askers: Askers = field(default_factory=dict)
    # Who asked it, in hashes and no more than it takes: of what is shared and not common.
    people: list[str] = field(default_factory=list)
    recent: float | None = None
    hours: Counts = field(default_factory=dict)
    followers: Counts = field(default_factory=dict)
    asked: Weights = field(default_factory=dict)

    @property
    def query_template(self) -> str:
        """The most frequent spelling; of equals the first in order."""
        return min(self.spellings, key=lambda s: (-self.spellings[s], s))


@dataclass(frozen=True)
class Base:
    """A template by rule and vocabulary in which no slot was found, and its words."""

    text: str
    words: Words


@dataclass(frozen=True)
class Meaning:
    """What a question's text says, whoever asks it: its template and what it is about.

    `base` where the template may come to have slots that are found.
    """

    text: str
    template: Template
    facets: tuple[tuple[str, str], ...]
    template_key: bytes
    base: Base | None = None

    @cached_property
    def slots(self) -> tuple[tuple[str, str, str], ...]:
        """Position, kind and value of each slot."""
        return tuple(
            (str(position), slot.kind, value_of(slot))
            for position, slot in enumerate(self.template.slots)
        )

    @cached_property
    def asked(self) -> str | None:
        """The question with what filled its slots; None for one that is too long to keep."""
        text = " ".join(self.text.split())
        if len(text) > ASKED_LENGTH:
            return None
        return JOINED.join([text, *(value for _, _, value in self.slots)])

    @cached_property
    def is_common(self) -> bool:
        """Whether everybody might ask so, or only who told it knows of it."""
        return is_common(self.template.text)

    @cached_property
    def is_open(self) -> bool:
        """Whether anybody may see what its slots held."""
        return all(map(is_open, self.template.slots))


@dataclass(frozen=True)
class Observation:
    """A question with what it says: what every pattern it belongs to counts."""

    question: Question
    meaning: Meaning

    @property
    def template_key(self) -> bytes:
        return self.meaning.template_key

    @cached_property
    def keys(self) -> tuple["PatternKey", ...]:
        """The patterns that it belongs to: the person's, the job role's, everybody's."""
        return tuple(keys_of(self.question, self.template_key))

    @cached_property
    def moment(self) -> float:
        """When it was asked, in half-lives."""
        return half_lives(self.question.asked_at)

    @cached_property
    def hour(self) -> str:
        return str(hour_of_week(self.question.asked_at))


def observe(
    question: Question, vocabulary: Vocabulary, known: Known = NOTHING_KNOWN
) -> Observation | None:
    """Extract the question's template and what it is about; None where it is none to learn."""
    meaning = meaning_of(question.text, vocabulary, known)
    return Observation(question, meaning) if meaning else None


def meaning_of(text: str, vocabulary: Vocabulary, known: Known) -> Meaning | None:
    """What a question says by these words; None where it is none to learn."""
    template = extract(text, vocabulary)
    if len(template.text) > TEMPLATE_LENGTH or len(template.slots) > TEMPLATE_SLOTS:
        return None
    facets = tuple(facets_of(text, template))
    reading = reading_of(template)
    words = compared(reading)
    if len(words) > WORDS_COMPARED:
        return Meaning(text, template, facets, key_of(template.key))
    if match := known.match(words):
        found = filled(reading, match, template.slots)
        return Meaning(text, found, facets, match.template.template_key)
    base = Base(template.text, words)
    return Meaning(text, template, facets, key_of(template.key), base)


def template_of(text: str, vocabulary: Vocabulary, known: Known) -> Template:
    """The template that a question would be learned as."""
    template = extract(text, vocabulary)
    reading = reading_of(template)
    words = compared(reading)
    match = known.match(words) if len(words) <= WORDS_COMPARED else None
    return filled(reading, match, template.slots) if match else template


def key_of(template_key: str) -> bytes:
    """What a template is found by: its identity may be longer than an index row."""
    return hashlib.sha256(template_key.encode()).digest()[:16]


def facets_of(text: str, template: Template) -> Iterator[tuple[str, str]]:
    for slot in template.slots:
        if slot.kind in ("metric", "dimension") and slot.term:
            yield f"{slot.kind}s", slot.term
    yield "query_types", query_type(text)


def keys_of(question: Question, template_key: bytes) -> Iterator[PatternKey]:
    """The patterns of a template that a question belongs to."""
    yield PatternKey("user_specific", question.user_id, template_key)
    if question.job_role:
        yield PatternKey("role_based", question.job_role, template_key)
    yield PatternKey("global", EVERYBODY, template_key)


def learn(pattern: Pattern | None, key: PatternKey, observation: Observation) -> Pattern:
    """The pattern with one more question counted; a new one where there was none."""
    question, meaning = observation.question, observation.meaning
    if pattern is None:
        pattern = Pattern(last_used=question.asked_at, created_at=question.asked_at)
    pattern.frequency += 1
    pattern.successes += question.succeeded
    if question.response_micros is not None:
        pattern.timed += 1
        pattern.response_micros = min(pattern.response_micros + question.response_micros, MOST)
    pattern.last_used = max(pattern.last_used, question.asked_at)
    pattern.created_at = min(pattern.created_at, question.asked_at)
    count(pattern.spellings, meaning.template.text)
    for facet, value in meaning.facets:
        count(pattern.metadata.setdefault(facet, {}), value, FACETS_KEPT)
    if question.connection_id:
        connections = pattern.metadata.setdefault("connections", {})
        count(connections, question.connection_id, FACETS_KEPT)
    pattern.recent = add(pattern.recent, observation.moment)
    count(pattern.hours, observation.hour, HOURS)
    learn_slots(pattern, key, observation)
    if key.pattern_type != "user_specific" and not meaning.is_common:
        pattern.people = some_of([*pattern.people, hash_of(question.user_id)])
    return pattern


def learn_slots(pattern: Pattern, key: PatternKey, observation: Observation) -> None:
    """What the slots held, each and together; of others only what may be shown to anyone."""
    meaning = observation.meaning
    for position, kind, value in meaning.slots:
        keep_value(pattern, key, position, kind, value, observation.question.user_id)
    if meaning.asked and (meaning.is_open or key.pattern_type == "user_specific"):
        weigh(pattern.asked, meaning.asked, observation.moment)


def value_of(slot: Slot) -> str:
    """The words as they were said: "quarterly profits" is more than the metric's name."""
    said = slot.text.casefold() if slot.term else slot.text
    return " ".join(said.split())[:VALUE_LENGTH]


def is_open(slot: Slot) -> bool:
    """Whether anybody may see what it held. What was found, and not listed, may be somebody's."""
    # A value that the vocabulary lists is no secret of the person who asked for it.
    return slot.kind in SAFE_KINDS or (slot.kind == SLOT and slot.term is not None)


def keep_value(
    pattern: Pattern,
    key: PatternKey,
    position: str,
    kind: str,
    value: str,
    user_id: str,
    times: int = 1,
) -> None:
    """Count what a slot held. What may be somebody's is the person's, and everybody's with askers.

    The latter are what tells whether others may see it.
    """
    own, everybody = key.pattern_type == "user_specific", key.pattern_type == "global"
    if own or kind in SAFE_KINDS or (everybody and kind == SLOT):
        counts = pattern.slot_values.setdefault(position, {})
        count(counts, value, times=times)
        if everybody and kind == SLOT:
            askers = pattern.askers.setdefault(position, {})
            askers[value] = some_of([*askers.get(value, ()), hash_of(user_id)])
            for gone in askers.keys() - counts.keys():
                del askers[gone]


def hash_of(user_id: str) -> str:
    """A person, as kept beside a value."""
    return hashlib.sha256(user_id.encode()).hexdigest()[:12]


def some_of(hashes: Iterable[str]) -> list[str]:
    """Of these people so many, whichever order they come in."""
    return sorted(set(hashes))[:ASKERS_KEPT]


def hour_of_week(moment: datetime) -> int:
    """0 is Monday 00:00 to 01:00, in the time zone of the moment."""
    return moment.weekday() * 24 + moment.hour


@lru_cache(maxsize=8192)
def opening_of(template: str) -> str:
    """The folded text before the first slot, cut: what half-typed text is looked up by."""
    first = next(iter(parse_template(template)), "")
    return squash(first).lstrip()[:OPENING_LENGTH] if isinstance(first, str) else ""


def count(counts: Counts, value: str, most: int | None = None, times: int = 1) -> None:
    """Count a value; of too many, the rarest makes room (of equals the last in order)."""
    counts[value] = counts.get(value, 0) + times
    if len(counts) > (most or VALUES_KEPT):
        others = (v for v in counts if v != value)
        del counts[max(others, key=lambda v: (-counts[v], v))]


def weigh(weights: Weights, value: str, moment: float) -> None:
    """Count a value in its `recent`; of too many, the lightest makes room."""
    weights[value] = add(weights.get(value), moment)
    if len(weights) > VALUES_KEPT:
        others = (v for v in weights if v != value)
        del weights[max(others, key=lambda v: (-weights[v], v))]
