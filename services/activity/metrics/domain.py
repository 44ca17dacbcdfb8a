"""What is told about activities, and over which time. No I/O, no protobuf."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
# Longer than any window that may be asked for: from then on only days are kept.
QUARTERS_KEPT = timedelta(days=92)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# The types whose click-through is told; a feedback or a chat shows no suggestion.
CLICKABLE = ("query", "suggestion_click")


@dataclass(frozen=True)
class Window:
    """From `since` on. Between the quarter and the day that begin next, quarters are added up, and

    from that day on days; only what lies before that quarter is read one by one.
    """

    since: datetime
    quarter: datetime
    day: datetime

    @staticmethod
    def of(since: datetime) -> "Window":
        return Window(since, next_begin(since, QUARTER), next_begin(since, DAY))


@dataclass(frozen=True)
class TypeCount:
    """The activities of one type; `clicks` are those that name a suggestion clicked."""

    activity_type: str
    activities: int
    unique_users: int
    clicks: int


@dataclass(frozen=True)
class UserClicks:
    """A person's queries and clicks; the rate is in percent."""

    user_id: str
    total_queries: int
    clicked_suggestions: int
    click_through_rate: float


def next_begin(when: datetime, length: timedelta) -> datetime:
    """The first beginning of such a stretch of UTC time that is not before `when`."""
    return when + (EPOCH - when) % length


def percent(part: int, whole: int) -> float | None:
    """None where there is nothing to divide by."""
    return part * 100.0 / whole if whole else None
