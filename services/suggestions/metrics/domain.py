"""What is told about suggestions, and over which time. No I/O, no protobuf."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BUCKET = timedelta(minutes=15)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
CACHED = "cached"
CACHE_WINDOW = timedelta(hours=24)
# Longer than any window that may be asked for.
KEPT = timedelta(days=100)
# Of entries, answers and clicks at most so many, the newest, are read to see what is popular.
NEWEST_READ = 20_000


@dataclass
class Requests:
    """Requests for suggestions, and how many of them were answered with any."""

    requests: int = 0
    shown: int = 0

    def add(self, others: "Requests") -> None:
        self.requests += others.requests
        self.shown += others.shown


@dataclass(frozen=True)
class CacheEntries:
    """What is in the cache: how many entries, and how many were hit."""

    entries: int
    entries_hit: int


@dataclass(frozen=True)
class RolePattern:
    """A pattern of a job role."""

    role: str
    query_template: str
    frequency: int
    success_rate: float


@dataclass(frozen=True)
class Popular:
    """A text, how often it was hit, shown or clicked, and how many people that concerns."""

    text: str
    count: int
    people: int


@dataclass(frozen=True)
class Clicks:
    """Clicks in a window: on what was shown, by place, and on what was not."""

    by_position: dict[int, int]
    clicked_servings: int
    unmatched: int


def bucket_of(when: datetime) -> datetime:
    """The beginning of the quarter of an hour (UTC) that a time lies in."""
    return when - (when - EPOCH) % BUCKET


def percent(part: int, whole: int) -> float | None:
    """None where there is nothing to divide by."""
    return part * 100.0 / whole if whole else None
