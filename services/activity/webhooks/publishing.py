"""Makes deliveries of events: one for each endpoint that wants the event."""

from collections.abc import Callable, Sequence

from attune.activity.v1 import feedback_pb2

from services.activity.consuming import subscription
from services.activity.webhooks.domain import Event, event_of
from services.activity.webhooks.store import WebhookStore
from services.common.clock import Clock
from services.common.consumer import Fact, Subscription
from services.common.db import Connection, Pool
from services.common.moments import datetime_of

CONSUMER = "webhooks"
# Many events for many endpoints are more than one message to the database holds.
ADDED_AT_ONCE = 1000
# What is told of a rating: fields of the fact, those that it has.
FEEDBACK = {
    *("feedback_id", "conversation_id", "external_id", "user_id", "score", "previous_score"),
    *("message_id", "text", "latency_ms", "tokens_used", "withdrawn"),
}
RECEIVED, LOW_RATING = "feedback.received", "feedback.low_rating"


class Publisher:
    """`tell` is called when there may be something to send."""

    def __init__(
        self, store: WebhookStore, low_rating: int, now: Clock, tell: Callable[[], None]
    ) -> None:
        self._store = store
        self._low_rating = low_rating
        self._now = now
        self._tell = tell

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        """What a consumer of activity's own facts does with them."""
        events = [
            event
            for seq, fact in facts
            if isinstance(fact, feedback_pb2.FeedbackReceived)
            for event in feedback_events(organization_id, seq, fact, self._low_rating)
        ]
        await publish(conn, self._store, organization_id, events, self._now)

    async def committed(self, _: str) -> None:
        """What it does after the transaction."""
        self._tell()


def publishing_events(pool: Pool, publisher: Publisher, now: Clock) -> Subscription:
    """What the worker consumes of activity's own facts, to tell endpoints of it."""
    facts = [feedback_pb2.FeedbackReceived]
    return subscription(pool, CONSUMER, facts, publisher.apply, now, committed=publisher.committed)


async def publish(
    conn: Connection,
    store: WebhookStore,
    organization_id: str,
    events: Sequence[Event],
    now: Clock,
) -> int:
    """Add deliveries in the current transaction; returns how many are new."""
    kinds = sorted({event.type for event in events})
    if not kinds:
        return 0
    wanting = await store.wanting(conn, organization_id, kinds)
    pairs = [
        (endpoint_id, event)
        for endpoint_id, wanted in wanting
        for event in events
        if not wanted or event.type in wanted
    ]
    added, made_at = 0, now()
    for start in range(0, len(pairs), ADDED_AT_ONCE):
        some = pairs[start : start + ADDED_AT_ONCE]
        added += len(await store.add_deliveries(conn, organization_id, some, made_at))
    return added


def feedback_events(
    organization_id: str, seq: int, fact: feedback_pb2.FeedbackReceived, low_rating: int
) -> list[Event]:
    """What endpoints are told of a rating; docs/webhooks.md has the data."""
    when = datetime_of(fact.submitted_at)
    data = {field.name: value for field, value in fact.ListFields() if field.name in FEEDBACK}
    is_low = fact.score <= low_rating and not data.get("withdrawn")
    kinds = [RECEIVED, LOW_RATING] if is_low else [RECEIVED]
    return [event_of(organization_id, kind, f"fact {seq}", when, data) for kind in kinds]
