"""From answers that people accepted to acceptance, in the transaction of the consumer's cursor.

An accepted answer is a question shown once and chosen once: a person who votes for what came of it,
or saves it, would ask it again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from attune.analytics.v1 import chat_quality_pb2 as pb
from attune.common.v1 import event_log_pb2
from attune.common.v1 import event_log_pb2_grpc as pb_grpc

from services.common.clock import Clock
from services.common.consumer import RPC_SECONDS, Fact, Subscription
from services.common.db import Connection, Pool
from services.common.event_log import SQL as CURSOR_SQL
from services.common.jobs import Job
from services.common.moments import datetime_of
from services.common.service_tokens import ServiceTokens
from services.suggestions.accepted import store
from services.suggestions.accepted.store import Accepted, Counted
from services.suggestions.invalidation import outdate
from services.suggestions.patterns.domain import Question
from services.suggestions.patterns.learning import Learner
from services.suggestions.servings.domain import Acceptance, AcceptanceKey, keys_for
from services.suggestions.servings.store import ServingStore

log = structlog.get_logger(__name__)

CONSUMER = "suggestions.accepted"
SOURCE = "analytics"
HANDLES = {pb.AnswerAccepted.DESCRIPTOR.full_name: pb.AnswerAccepted}
# Analytics forgets answers, and what was said of them, in about this time.
KEPT = timedelta(days=250)


class Counter:
    """Counts what organizations' people accepted. One at a time: the cursor is the lease."""

    def __init__(
        self,
        pool: Pool,
        learner: Learner,
        servings: ServingStore,
        events: "pb_grpc.EventLogServiceAsyncStub",
        tokens: ServiceTokens,
        now: Clock,
    ) -> None:
        self._pool = pool
        self._learner = learner
        self._servings = servings
        self._events = events
        self._tokens = tokens
        self._now = now

    def subscription(self) -> Subscription:
        return Subscription(CONSUMER, SOURCE, HANDLES, self.apply, self.start_over)

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        """Count what these facts change; of one answer the last counts."""
        newest = {fact.message_id: fact for fact in told(facts)}
        back = [UUID(number) for number, fact in newest.items() if not fact.accepted]
        good = [fact for fact in newest.values() if fact.accepted]
        accepted = await self._accepted(conn, organization_id, good)
        added = await store.add(conn, organization_id, accepted)
        taken = await store.take(conn, organization_id, back)
        counts = counts_of(added, taken)
        await self._servings.add_acceptance(conn, organization_id, counts, self._now())
        await outdate(conn, organization_id, sorted({one.user_id for one in (*added, *taken)}))

    async def _accepted(
        self, conn: Connection, organization_id: str, facts: Sequence[pb.AnswerAccepted]
    ) -> list[Accepted]:
        """Those whose question has a template."""
        questions = [question_of(fact) for fact in facts]
        keys = await self._learner.templates(conn, organization_id, questions)
        return [
            Accepted(
                message_id=UUID(fact.message_id),
                user_id=fact.user_id,
                job_role=fact.job_role,
                template_key=key,
                accepted_at=datetime_of(fact.at),
            )
            for fact, key in zip(facts, keys, strict=True)
            if key is not None
        ]

    async def start_over(self, organization_id: str) -> None:
        """Go on where the log begins: what was accepted before is not told any more, as clicks."""
        metadata = await self._tokens.metadata(organization_id)
        request = event_log_pb2.ReadRequest(limit=1)
        batch = await self._events.Read(request, metadata=metadata, timeout=RPC_SECONDS)
        name = (organization_id, CONSUMER)
        async with self._pool.acquire() as conn, conn.transaction():
            cursor = await conn.fetchrow(CURSOR_SQL["claim_cursor"], *name)
            if cursor is None or cursor["seq"] >= batch.oldest - 1:
                return
            await conn.execute(CURSOR_SQL["move_cursor"], *name, batch.oldest - 1, None, 0)
        log.warning("accepted answers were missed", organization=organization_id)


def told(facts: Sequence[Fact]) -> Iterable[pb.AnswerAccepted]:
    """Those of somebody: what was blanked has no person."""
    for _, fact in facts:
        assert isinstance(fact, pb.AnswerAccepted)
        if fact.user_id:
            yield fact


def question_of(fact: pb.AnswerAccepted) -> Question:
    return Question(
        user_id=fact.user_id,
        job_role=fact.job_role,
        text=fact.question,
        connection_id=fact.connection_id or None,
        succeeded=True,
        response_micros=None,
        asked_at=datetime_of(fact.at),
    )


def counts_of(
    added: Iterable[Counted], taken: Iterable[Counted]
) -> dict[AcceptanceKey, Acceptance]:
    counts: defaultdict[AcceptanceKey, Acceptance] = defaultdict(Acceptance)
    for answers, times in ((added, 1), (taken, -1)):
        for one in answers:
            for key in keys_for(one.user_id, one.job_role, one.template_key):
                counts[key].shown += times
                counts[key].accepted += times
    return dict(counts)


def dropping_old_accepted(pool: Pool, now: Clock) -> Job:
    """The job that forgets which answers were accepted; what they count for stays."""

    async def drop(_: bytes) -> None:
        await store.drop_older(pool, now() - KEPT)

    return Job("drop_old_accepted_answers", drop, cron="35 1 * * *", at_once=1)
