"""Statements on record and their results."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from services.analytics.execution.domain import ResultColumn

EVENTS = "events"
PENDING, COMPLETED, FAILED = "pending", "completed", "failed"
CANCELLED, REFUSED = "cancelled", "refused"
ALLOWED = "allowed"
SAMPLE_ROWS = 10
SAMPLE_BYTES = 16 * 1024
# How long a result answers for another call, and how long its rows can be paged through.
FRESH = timedelta(seconds=60)
KEPT = timedelta(minutes=10)


@dataclass(frozen=True)
class Asked:
    """What somebody wants to run."""

    sql: str
    connection_id: str
    rows: int
    time_zone: str = "UTC"
    no_cache: bool = False
    # The format of the file that it goes into.
    exported_as: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a statement brought; `sample` is JSON, `result_id` tells whose rows are kept."""

    row_count: int
    bytes: int
    cost: float
    truncated: bool
    sample: str
    result_id: UUID | None = None


@dataclass(frozen=True)
class Result:
    """The rows of a statement, each a JSON array as its text; `cost` in the planner's units."""

    result_id: UUID
    columns: Sequence[ResultColumn]
    rows: Sequence[bytes]
    truncated: bool
    cost: float
    as_of: datetime

    @property
    def bytes(self) -> int:
        return sum(map(len, self.rows))

    @property
    def outcome(self) -> Outcome:
        shown = sample(self.columns, self.rows)
        figures = (len(self.rows), self.bytes, self.cost, self.truncated)
        return Outcome(*figures, shown, self.result_id)


@dataclass(frozen=True)
class Record:
    """A statement on record; `execution_time` in milliseconds, `result` is JSON."""

    id: UUID
    user_id: str
    connection_id: str
    query: str
    status: str
    verdict: str
    tree_hash: str | None
    execution_time: int | None
    row_count: int
    bytes: int
    cost: float | None
    cached: bool
    truncated: bool
    result_id: UUID | None
    error: str | None
    sqlstate: str | None
    created_at: datetime
    completed_at: datetime | None
    result: str | None = None


@dataclass(frozen=True)
class End:
    """How a statement ended."""

    status: str
    execution_time: int
    outcome: Outcome | None = None
    cached: bool = False
    error: str | None = None
    sqlstate: str | None = None


@dataclass(frozen=True)
class Filters:
    """Which statements are listed; None and empty mean any. Ids begin with their time."""

    user_id: str = ""
    status: str | None = None
    connection_id: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Figures:
    """How the statements of a group went; times in milliseconds, the share from 0 to 1."""

    key: str
    count: int
    errors: int
    refused: int
    cancelled: int
    p50_ms: float | None
    p95_ms: float | None
    row_count: int
    cache_share: float
    query: str


def cache_key(asked: Asked, tree_hash: str, role: str, leads_to: UUID | None, now: datetime) -> str:
    """Results under the same key are the same for all who may ask for them.

    `leads_to` is another one whenever a connection leads elsewhere. The event store's rows are of a
    version: the minute, so that a result is never older.
    """
    version = version_at(now) if asked.connection_id == EVENTS else 0
    place = (asked.connection_id, str(leads_to))
    parts = (tree_hash, *place, role, asked.time_zone, asked.rows, version)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def version_at(moment: datetime) -> int:
    """Which minute it is: what is read of the event store in one answers until the next begins."""
    return int(moment.timestamp() // FRESH.total_seconds())


def sample(columns: Sequence[ResultColumn], rows: Sequence[bytes]) -> str:
    """Columns and the first rows, as far as they are small, as JSON."""
    shown: list[bytes] = []
    room = SAMPLE_BYTES
    for row in rows[:SAMPLE_ROWS]:
        room -= len(row)
        if room < 0:
            break
        shown.append(row)
    told = b'{"columns":%b,"rows":%b}' % (columns_json(columns), rows_json(shown))
    return told.decode()


def columns_json(columns: Sequence[ResultColumn]) -> bytes:
    return msgspec.json.encode([{"name": c.name, "type": c.type} for c in columns])


def rows_json(rows: Sequence[bytes]) -> bytes:
    return b"[%b]" % b",".join(rows)
