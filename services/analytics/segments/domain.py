"""Segments: what they are made of, and what is known of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.analytics.insights.domain import Step
from services.analytics.semantics.compiler import Period, TimeRange
from services.analytics.semantics.domain import Filter, Operator
from services.common.caller import Caller


class Kind(StrEnum):
    """How it is told who is in a segment."""

    RULES = "rules"
    SQL = "sql"
    UPLOAD = "upload"
    BUCKET = "bucket"


@dataclass(frozen=True)
class Did:
    """How often a person did something compares so with a count: never is "= 0"."""

    step: Step
    operator: Operator = Operator.AT_LEAST
    count: int = 1
    time_range: TimeRange | None = None


@dataclass(frozen=True)
class HasTrait:
    """What is known of a person: a field of users or user_profiles."""

    filter: Filter


@dataclass(frozen=True)
class InSegment:
    segment_id: UUID


@dataclass(frozen=True)
class Uploaded:
    """Whose id was uploaded for a segment."""

    segment_id: UUID


@dataclass(frozen=True)
class InBucket:
    """Whose hash under the salt lies in this part of all hashes: from `start` until before `end`,
    both from 0 to 1.
    """

    salt: str
    start: float
    end: float


@dataclass(frozen=True)
class AllOf:
    rules: tuple["Rule", ...]


@dataclass(frozen=True)
class AnyOf:
    rules: tuple["Rule", ...]


@dataclass(frozen=True)
class NoneOf:
    rules: tuple["Rule", ...]


Leaf = Did | HasTrait | InSegment | Uploaded | InBucket
Rule = AllOf | AnyOf | NoneOf | Leaf


def leaves(rule: Rule) -> Iterator[Leaf]:
    """Of the tree, in its order."""
    if isinstance(rule, AllOf | AnyOf | NoneOf):
        for one in rule.rules:
            yield from leaves(one)
    else:
        yield rule


def referenced(rule: Rule) -> set[UUID]:
    """The segments whose members it asks for."""
    return {leaf.segment_id for leaf in leaves(rule) if isinstance(leaf, InSegment)}


@dataclass(frozen=True)
class Written:
    """SQL whose one column is of user ids."""

    sql: str


Definition = Rule | Written


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a segment is to be. `spec` is the message that says what makes it, as it is kept;
    `query` the SQL that this is by now.
    """

    name: str
    description: str
    kind: Kind
    spec: bytes
    query: str
    refers_to: frozenset[UUID] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Segment:
    """As it is now. Without `refreshed_at` nobody has looked who is in it."""

    id: UUID
    name: str
    description: str
    kind: str
    spec: bytes
    query: str
    owner: str
    version: int
    created_at: datetime
    updated_by: str
    updated_at: datetime
    user_count: int | None
    refreshed_at: datetime | None
    refreshing: bool
    error: str | None

    def changeable_by(self, who: Caller) -> bool:
        return who.role == "admin" or self.owner == who.subject


Periods = tuple[Period | None, ...]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A segment whose lease is held, and up to where its members are right.

    `watermark` is the number of the last change that they know, None where they know none;
    `periods` are the windows of its events by then, in the order of the tree.
    """

    id: UUID
    kind: str
    spec: bytes
    version: int
    watermark: int | None
    known_version: int | None
    periods: Periods
    pruned: int
    head: int

    @property
    def follows(self) -> bool:
        """Whether what changed since is all that has to be looked at."""
        known = self.watermark is not None and self.known_version == self.version
        return known and self.kind != Kind.SQL and (self.watermark or 0) >= self.pruned


@dataclass(frozen=True)
class Filters:
    """Which are listed; what is empty filters nothing."""

    text: str = ""
    owner: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Size:
    """How large a segment was after a refresh, and by what that changed it."""

    refreshed_at: datetime
    user_count: int
    added: int
    removed: int
    full: bool


@dataclass(frozen=True)
class Use:
    """Who needs a segment: it is not deleted while there is one."""

    kind: str
    used_by: str
    name: str
    since: datetime
