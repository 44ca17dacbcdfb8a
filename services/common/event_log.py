"""The producing side of the event log: appending, its RPCs, its hints and its upkeep.

A service appends events in the transaction that stores the facts, or in the very statement (see its
queries.sql): the update of event_head both numbers them and orders the writers of one organization.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from asyncpg import Record
from attune.common.v1 import event_log_pb2 as pb
from attune.common.v1 import event_log_pb2_grpc as pb_grpc
from google.protobuf.message import Message
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.common.caller import caller
from services.common.clock import Clock, utc_now
from services.common.db import Connection, Pool, load_queries
from services.common.interceptors import Context
from services.common.jobs import Job
from services.common.partitions import ensure_partitions
from services.common.server import Served
from services.common.tasks import end

SQL = load_queries(__package__, "event_log.sql")
READ_LIMIT = 500
# Well below what a message may be.
READ_BYTES = 4 * 1024 * 1024
HEADS_LIMIT = 1000
KEPT = timedelta(days=7)
# After a hint the next waits so long: learning is seldom faster, and a hint a commit costs much.
HINT_SECONDS = 0.05

log = structlog.get_logger(__name__)


class EventLogService(pb_grpc.EventLogServiceServicer):
    """Hands out one service's events."""

    def __init__(self, pool: Pool, now: Clock = utc_now) -> None:
        self._pool = pool
        self._now = now

    async def Read(self, request: pb.ReadRequest, context: Context) -> pb.ReadResponse:  # noqa: N802
        organization = caller().organization_id
        limit = request.limit or READ_LIMIT
        args = (request.after, limit, READ_BYTES, list(request.types))
        async with self._pool.acquire() as conn:
            rows = await conn.fetch(SQL["read_events"], organization, *args)
            head = await conn.fetchrow(SQL["read_head"], organization)
        seq, dropped = head or (0, 0)
        return pb.ReadResponse(
            events=[event_to_pb(row) for row in rows if row["wanted"]],
            head=seq,
            oldest=dropped + 1,
            passed=rows[-1]["seq"] if rows else request.after,
        )

    async def ListHeads(  # noqa: N802
        self, request: pb.ListHeadsRequest, context: Context
    ) -> pb.ListHeadsResponse:
        limit = request.limit or HEADS_LIMIT
        rows = await self._pool.fetch(SQL["list_heads"], request.after_organization, limit)
        return pb.ListHeadsResponse(heads=[pb.ListHeadsResponse.Head(**row) for row in rows])

    async def Acknowledge(  # noqa: N802
        self, request: pb.AcknowledgeRequest, context: Context
    ) -> pb.AcknowledgeResponse:
        args = (caller().organization_id, request.consumer, request.seq, self._now())
        await self._pool.execute(SQL["acknowledge"], *args)
        return pb.AcknowledgeResponse()


def event_to_pb(row: Record) -> pb.Event:
    fields = ("seq", "type", "payload", "recorded_at")
    return pb.Event(**{name: row[name] for name in fields})


async def tell(
    conn: Connection, organization_id: str, facts: Sequence[Message], now: datetime
) -> None:
    """Append facts: the last thing of the transaction that stores what they tell of."""
    if facts:
        types = [fact.DESCRIPTOR.full_name for fact in facts]
        payloads = [fact.SerializeToString() for fact in facts]
        args = (organization_id, len(facts), now, types, payloads)
        await conn.execute(SQL["tell_facts"], *args)


def served_event_log(pool: Pool) -> Served:
    return Served(
        pb.DESCRIPTOR.services_by_name["EventLogService"],
        pb_grpc.add_EventLogServiceServicer_to_server,
        EventLogService(pool),
    )


def upkeep(pool: Pool, now: Clock = utc_now) -> list[Job]:
    """The jobs that every schema has: partitions ahead, passed events dropped."""

    async def partitions(_: bytes) -> None:
        made = await ensure_partitions(pool, now().date())
        log.info("partitions ensured", made=made)

    async def drop_passed_events(_: bytes) -> None:
        dropped = await pool.fetchval(SQL["drop_passed_events"], now() - KEPT)
        log.info("passed events dropped", partitions=dropped)

    return [
        Job("ensure_partitions", partitions, cron="10 0 * * *"),
        Job("drop_passed_events", drop_passed_events, cron="40 0 * * *"),
    ]


def channel_of(source: str) -> str:
    """The Redis channel on which a producing service hints at new events."""
    return f"attune:events:{source}"


class Hints:
    """Tells consumers by Redis that there is something to read; losing one costs only time."""

    def __init__(self, redis: Redis, source: str) -> None:
        self._redis = redis
        self._channel = channel_of(source)
        self._pending: set[str] = set()
        self._wake = asyncio.Event()

    def tell(self, organization_id: str, only: str = "") -> None:
        """Hint at once, and then once for all the commits of the next moment.

        `only` is the type of all that was appended, so that nobody looks who does not handle it:
        what is logged most would else wake every consumer, for a transaction with nothing in it.
        """
        self._pending.add(f"{organization_id} {only}" if only else organization_id)
        self._wake.set()

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator["Hints"]:
        task = asyncio.create_task(self._publish())
        try:
            yield self
        finally:
            await end(task)

    async def _publish(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            told, self._pending = self._pending, set()
            hints = self._redis.pipeline(transaction=False)
            for hint in told:
                hints.publish(self._channel, hint)
            try:
                await hints.execute()
            except (RedisError, OSError) as err:
                log.debug("no hint: redis does not answer", error=str(err))
            await asyncio.sleep(HINT_SECONDS)
