"""What happens after a vote was answered: its sentiment is found, from the event log."""

import asyncio
from collections.abc import Sequence

from attune.activity.v1 import feedback_pb2 as pb

from services.activity.consuming import subscription
from services.activity.feedback.sentiment import tone_of
from services.activity.feedback.store import FeedbackStore, Sentiment, Unread
from services.common.clock import Clock
from services.common.consumer import Fact, Subscription
from services.common.db import Connection

CONSUMER = "feedback_sentiment"
AT_ONCE = 500


class Listener:
    """Keeps sentiments up to date; applying a fact twice changes nothing."""

    def __init__(self, store: FeedbackStore) -> None:
        self._store = store

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        told = [fact for _, fact in facts if isinstance(fact, pb.FeedbackReceived)]
        votes = [
            Unread(one.feedback_id, one.revision, one.score, one.text or None)
            for one in told
            if not one.withdrawn
        ]
        await self._store.set_sentiments(conn, organization_id, await sentiments_of(votes))

    async def rebuild(self, conn: Connection, organization_id: str) -> None:
        """Of the votes whose facts the log no longer holds."""
        after = 0
        while votes := await self._store.unread(conn, organization_id, after, AT_ONCE):
            found = await sentiments_of(votes)
            await self._store.set_sentiments(conn, organization_id, found)
            after = votes[-1].id


async def sentiments_of(votes: Sequence[Unread]) -> list[Sentiment]:
    """In a thread: many long texts take seconds, and the worker has more to do."""
    return await asyncio.to_thread(lambda: list(map(sentiment_of, votes)))


def sentiment_of(vote: Unread) -> Sentiment:
    tone = tone_of(vote.score, vote.text)
    return Sentiment(vote.id, vote.revision, tone.label, tone.value, tone.source)


def finding_sentiments(store: FeedbackStore, now: Clock) -> Subscription:
    listener = Listener(store)
    facts = (pb.FeedbackReceived,)
    return subscription(store.pool, CONSUMER, facts, listener.apply, now, listener.rebuild)
