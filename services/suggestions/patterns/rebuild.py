"""Learning everything anew: a shadow generation from activity's snapshot, then one swap."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID

import grpc
import structlog
from attune.activity.v1 import activity_pb2, activity_pb2_grpc
from attune.common.v1 import event_log_pb2, event_log_pb2_grpc

from services.common.clock import Clock
from services.common.consumer import READ_LIMIT, Fact
from services.common.db import Connection
from services.common.event_log import SQL as CURSOR_SQL
from services.common.interceptors import as_domain_error
from services.common.jobs import Job
from services.common.service_tokens import ServiceTokens
from services.suggestions.invalidation import drop_all
from services.suggestions.patterns.learning import CONSUMER, HANDLES, Learner
from services.suggestions.patterns.store import REBUILD, PatternStore
from services.suggestions.servings.joining import Joiner

log = structlog.get_logger(__name__)

KEPT = timedelta(days=30)
ONE_AT_A_TIME = 1
SNAPSHOT_SECONDS = 3600

Facts = Sequence[Fact]


class Rebuilder:
    def __init__(
        self,
        store: PatternStore,
        learner: Learner,
        joiner: Joiner,
        activities: "activity_pb2_grpc.ActivityServiceAsyncStub",
        events: "event_log_pb2_grpc.EventLogServiceAsyncStub",
        tokens: ServiceTokens,
        now: Clock,
    ) -> None:
        self._store = store
        self._learner = learner
        self._joiner = joiner
        self._activities = activities
        self._events = events
        self._tokens = tokens
        self._now = now

    def job(self) -> Job:
        """The job that works off what was requested; its payload is of `job_payload`."""

        async def run(payload: bytes) -> None:
            rebuild_id, _, organization_id = payload.decode().partition(" ")
            await self.rebuild(organization_id, UUID(rebuild_id))

        instead = "`attune patterns rebuild --org ORGANIZATION`"
        return Job(REBUILD, run, at_once=ONE_AT_A_TIME, instead=instead)

    def forgetting(self) -> Job:
        """The job that drops the records of old rebuilds."""

        async def forget(_: bytes) -> None:
            await self._store.forget_rebuilds(self._now() - KEPT)

        return Job("forget_rebuilds", forget, cron="50 0 * * *")

    async def start_over(self, organization_id: str) -> None:
        """Have everything learned anew because the log no longer holds what comes next."""
        await self._store.request_rebuild(organization_id, self._now())

    async def rebuild(self, organization_id: str, rebuild_id: UUID) -> None:
        """Learn all patterns anew and swap. Killed at any point, it leaves the live ones in use."""
        try:
            generation = await self._store.new_generation(organization_id)
            as_of = await self._learn_snapshot(organization_id, generation)
            async with self._store.pool.acquire() as conn:
                as_of = await self._catch_up(conn, organization_id, generation, as_of)
            await self._swap(organization_id, rebuild_id, generation, as_of)
            await self._store.drop_older(organization_id)
        except Exception as err:
            reason = str(as_domain_error(err))  # the rest is for the log, not for the caller
            await self._store.fail_rebuild(organization_id, rebuild_id, self._now(), reason)
            raise

    async def _learn_snapshot(self, organization_id: str, generation: int) -> int:
        """Learn the activities as of one moment; returns that moment's number."""
        request = activity_pb2.SnapshotActivitiesRequest()
        while True:
            progress = request
            try:
                async for part in await self._snapshot(organization_id, request):
                    await self._count(organization_id, generation, part.activities)
                    progress = activity_pb2.SnapshotActivitiesRequest(
                        after=part.up_to, as_of=part.as_of
                    )
                return progress.as_of
            except grpc.aio.AioRpcError as err:
                if err.code() is not grpc.StatusCode.UNAVAILABLE or progress is request:
                    raise
                request = progress  # a stream ends with its connection's age: take it up again

    async def _snapshot(
        self, organization_id: str, request: activity_pb2.SnapshotActivitiesRequest
    ) -> AsyncIterable[activity_pb2.SnapshotActivitiesResponse]:
        metadata = await self._tokens.metadata(organization_id)
        return self._activities.SnapshotActivities(
            request, metadata=metadata, timeout=SNAPSHOT_SECONDS
        )

    async def _count(
        self, organization_id: str, generation: int, activities: Sequence[object]
    ) -> None:
        async with self._store.pool.acquire() as conn, conn.transaction():
            await self._learner.count(conn, organization_id, generation, activities)

    async def _swap(
        self, organization_id: str, rebuild_id: UUID, generation: int, as_of: int
    ) -> None:
        """Holding the consumer's lease, apply what came since and put the generation to use."""
        async with self._store.pool.acquire() as conn:
            await conn.execute(CURSOR_SQL["add_cursor"], organization_id, CONSUMER)
            async with conn.transaction():
                cursor = await self._store.claim_cursor(conn, organization_id, CONSUMER)
                live = await self._store.swap(conn, organization_id, generation)
                if live == generation:
                    seq = await self._catch_up(conn, organization_id, generation, as_of)
                    await self._join_since(conn, organization_id, cursor)
                    await conn.execute(
                        CURSOR_SQL["move_cursor"], organization_id, CONSUMER, seq, None, 0
                    )
                    await drop_all(conn, organization_id)
                await self._store.end_rebuild(conn, organization_id, rebuild_id, live, self._now())
        log.info("patterns rebuilt", organization=organization_id, generation=live)

    async def _catch_up(
        self, conn: Connection, organization_id: str, generation: int, after: int
    ) -> int:
        reached = after
        async for facts, reached in self._facts(organization_id, after):  # noqa: B007
            messages = [message for _, message in facts]
            async with conn.transaction():
                await self._learner.count(conn, organization_id, generation, messages)
        return reached

    async def _join_since(self, conn: Connection, organization_id: str, cursor: int) -> None:
        """Count the clicks that the consumer has not come to: what was accepted is not rebuilt, and

        these would be skipped.
        """
        async for facts, _ in self._facts(organization_id, cursor):
            await self._joiner.apply(conn, organization_id, facts)

    async def _facts(self, organization_id: str, after: int) -> AsyncIterator[tuple[Facts, int]]:
        """What the log holds after a number, in parts with the number they reach."""
        while True:
            metadata = await self._tokens.metadata(organization_id)
            request = event_log_pb2.ReadRequest(after=after, limit=READ_LIMIT)
            batch = await self._events.Read(request, metadata=metadata)
            if not batch.events:
                return
            known = [e for e in batch.events if e.type in HANDLES]
            after = batch.events[-1].seq
            yield [(e.seq, HANDLES[e.type].FromString(e.payload)) for e in known], after
