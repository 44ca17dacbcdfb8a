"""Votes, and what may be read of them. No I/O, no protobuf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from services.common.clock import rfc3339
from services.common.errors import InvalidFields, Violation
from services.common.payloads import check_json

METADATA_BYTES = 16 * 1024
SCORES = (1, 2, 3, 4, 5)
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, tzinfo=UTC)
# Before the newest vote that there can be.
NEWEST = (LAST, 2**63 - 1)


@dataclass(frozen=True)
class Conversation:
    """What is rated, and between which events its messages lie; None where there are none."""

    id: UUID
    external_id: str | None
    user_id: str
    first_event_id: UUID | None
    last_event_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a client says in a vote; the metadata is a JSON object."""

    score: int
    text: str | None
    latency_ms: float | None
    tokens_used: int | None
    input_hash: str | None
    output_hash: str | None
    metadata: bytes


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A vote as it is to be stored: without personal data, its hashes keyed."""

    conversation: Conversation
    message_id: UUID | None
    score: int
    text: str | None
    original_text: bytes | None
    personal_data: Sequence[str]
    latency_ms: float | None
    tokens_used: int | None
    input_hash: str | None
    output_hash: str | None
    metadata: bytes
    # Keyed: two votes are the same where it is.
    content_hash: bytes


@dataclass(frozen=True)
class Known:
    """A vote that counts, as far as another one depends on it."""

    id: int
    revision: int
    user_feedback_score: int
    content_hash: bytes
    message_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class StoredVote:
    """A vote on record; `metadata` is JSON text."""

    id: int
    conversation_id: UUID
    external_id: str | None
    user_id: str
    message_id: UUID | None
    input_hash: str | None
    output_hash: str | None
    user_feedback_score: int
    user_feedback_text: str | None
    original_text: bytes | None
    personal_data: Sequence[str]
    latency_ms: float | None
    tokens_used: int | None
    created_at: datetime
    updated_at: datetime
    metadata: str
    revision: int
    sentiment: str | None
    sentiment_value: float | None
    sentiment_source: str | None


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which votes to show; None is any. Hashes are keyed."""

    user_id: str | None = None
    conversation_id: UUID | None = None
    scores: Sequence[int] = SCORES
    start: datetime = FIRST
    end: datetime = LAST
    sentiment: str | None = None
    input_hash: str | None = None
    output_hash: str | None = None


@dataclass(frozen=True)
class Stats:
    """Votes counted by score, and averages of what was told with them; None of nothing."""

    score_1: int
    score_2: int
    score_3: int
    score_4: int
    score_5: int
    avg_latency_ms: float | None
    avg_tokens: float | None

    @property
    def counts(self) -> tuple[int, ...]:
        return self.score_1, self.score_2, self.score_3, self.score_4, self.score_5

    @property
    def total_count(self) -> int:
        return sum(self.counts)

    @property
    def avg_score(self) -> float | None:
        return average(self.counts)


def average(counts: Sequence[int]) -> float | None:
    """The average score of votes counted from score 1 on; None of none."""
    total = sum(counts)
    return sum(map(int.__mul__, counts, SCORES)) / total if total else None


def checked_metadata(utf8: bytes) -> bytes:
    """The client's metadata, an object. Raises InvalidFields."""
    if not utf8:
        return b"{}"
    problem = check_json(utf8, max_bytes=METADATA_BYTES)
    if problem is None and not utf8.lstrip().startswith(b"{"):
        problem = "must be a JSON object"
    if problem:
        raise InvalidFields(Violation("metadata", problem))
    return utf8


def completed_metadata(utf8: bytes, submitted_at: datetime, message_count: int) -> str:
    """The metadata with what the server fills in, which wins over what the client says."""
    fields: dict[str, msgspec.Raw] = msgspec.json.decode(utf8, type=dict[str, msgspec.Raw])
    filled = {"submitted_at": rfc3339(submitted_at), "message_count": message_count}
    return msgspec.json.encode({**fields, **filled}).decode()
