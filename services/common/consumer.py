"""The consuming side of the event log: read, apply and move the cursor in one transaction.

The cursor row, claimed FOR UPDATE SKIP LOCKED, is the lease: of many workers one applies an
organization's events, and whatever is killed, an event is applied once.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import grpc
import structlog
from attune.common.v1 import event_log_pb2 as pb
from attune.common.v1 import event_log_pb2_grpc as pb_grpc
from google.protobuf.message import Message
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.common.clock import Clock, utc_now
from services.common.db import TRANSIENT_ERRORS, Connection, Pool
from services.common.event_log import SQL, channel_of
from services.common.service_tokens import ServiceTokens
from services.common.tasks import end
from services.common.telemetry import EVENT_LAG, EVENTS_APPLIED, EVENTS_DEAD, EVENTS_SKIPPED

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 5.0
LINGER_SECONDS = 0.1
AT_ONCE = 4  # organizations drained side by side; within one, order is kept
# Who is behind takes much at once: what is applied together shares its reads and writes.
READ_LIMIT = 2000
GIVE_UP_AFTER = 5
NOT_THE_EVENT = (*TRANSIENT_ERRORS, grpc.RpcError, asyncpg.QueryCanceledError)
# What may be too much for one transaction.
TIMED_OUT = (TimeoutError, asyncpg.QueryCanceledError)
RPC_SECONDS = 10

Fact = tuple[int, Message]
Apply = Callable[[Connection, str, Sequence[Fact]], Awaitable[None]]


async def nothing_more(organization: str) -> None:
    """Most consumers have nothing left to do after the commit."""


@dataclass(frozen=True)
class Subscription:
    """What a consumer wants and what it does with it.

    `apply` gets a connection inside the cursor's transaction, the organization and the facts in
    order. `start_over` is called where the log no longer holds what comes next; it must see to it
    that the cursor is brought forward from a snapshot, and may be called again until it is.
    `committed` is called after the commit of what was applied, and not where a process dies first.
    `linger_seconds` is how long after a hint is waited: what comes until then is applied together,
    which costs those least who make the same rows anew again and again.
    """

    consumer: str
    source: str
    handles: Mapping[str, type[Message]]
    apply: Apply
    start_over: Callable[[str], Awaitable[None]]
    committed: Callable[[str], Awaitable[None]] = nothing_more
    linger_seconds: float = LINGER_SECONDS


@dataclass(frozen=True)
class Progress:
    """What one step did: up to which number events are passed, if any were."""

    passed: int = 0
    more: bool = False
    log_is_gone: bool = False


@dataclass
class Pace:
    """How an organization's events go: how many at once, and how often the same place failed."""

    limit: int
    seq: int = -1
    failures: int = 0

    def failed(self, seq: int, timed_out: bool) -> bool:
        """Take fewer where they took too long; whether to say it: at 2, 4, 8 ... in a row."""
        self.failures = self.failures + 1 if seq == self.seq else 1
        self.seq = seq
        if timed_out:
            self.limit = max(1, self.limit // 2)
        return self.failures > 1 and self.failures.bit_count() == 1

    def passed(self) -> bool:
        """Take more again, step by step; whether all is as it should be."""
        self.limit = min(READ_LIMIT, self.limit * 2)
        self.failures = 0
        return self.limit == READ_LIMIT


@dataclass
class Consumer:
    """Keeps one subscription up to date for all organizations."""

    subscription: Subscription
    pool: Pool
    log_stub: "pb_grpc.EventLogServiceAsyncStub"
    tokens: ServiceTokens
    redis: Redis
    now: Clock = utc_now
    sweep_seconds: float = SWEEP_SECONDS
    _due: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    _queued: set[str] = field(default_factory=set)
    _draining: set[str] = field(default_factory=set)
    _again: set[str] = field(default_factory=set)
    _paces: dict[str, Pace] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Consume until the block ends."""
        tasks = [asyncio.create_task(self._forever(self._listen))]
        tasks += [asyncio.create_task(self._forever(self._sweep))]
        tasks += [asyncio.create_task(self._forever(self._work)) for _ in range(AT_ONCE)]
        try:
            yield
        finally:
            await end(*tasks)

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except (*NOT_THE_EVENT, RedisError) as err:
                log.debug("consumer waits", consumer=self.subscription.consumer, error=str(err))
                await asyncio.sleep(1)  # the other side is down; the sweep finds what is missed
            except Exception as err:
                log.error("consumer failed", consumer=self.subscription.consumer, exc_info=err)
                await asyncio.sleep(1)

    def _mark(self, organization: str) -> None:
        """Have the organization drained; once more where it is being drained just now.

        What is hinted at then may have come after the last read.
        """
        if organization in self._draining:
            self._again.add(organization)
        elif organization not in self._queued:
            self._queued.add(organization)
            asyncio.get_running_loop().call_later(
                self.subscription.linger_seconds, self._due.put_nowait, organization
            )

    async def _listen(self) -> None:
        async with self.redis.pubsub(ignore_subscribe_messages=True) as hints:
            await hints.subscribe(channel_of(self.subscription.source))
            async for message in hints.listen():
                organization, _, only = message["data"].decode().partition(" ")
                if not only or only in self.subscription.handles:
                    self._mark(organization)

    async def _sweep(self) -> None:
        after, lag = "", 0
        while heads := await self._heads(after):
            moved = await self._cursors([h.organization_id for h in heads])
            for head in heads:
                behind = head.seq - moved.get(head.organization_id, 0)
                if behind > 0:
                    self._mark(head.organization_id)
                lag = max(lag, behind)
            after = heads[-1].organization_id
        EVENT_LAG.labels(self._name).set(lag)
        # Consumers that started together do not look together: each would need its own connection.
        await asyncio.sleep(self.sweep_seconds * random.uniform(0.8, 1.0))

    async def _heads(self, after: str) -> Sequence[pb.ListHeadsResponse.Head]:
        request = pb.ListHeadsRequest(after_organization=after)
        metadata = await self.tokens.metadata("")
        return (
            await self.log_stub.ListHeads(request, metadata=metadata, timeout=RPC_SECONDS)
        ).heads

    async def _cursors(self, organizations: list[str]) -> dict[str, int]:
        name = self.subscription.consumer
        rows = await self.pool.fetch(SQL["list_cursors"], name, organizations)
        return {row["organization_id"]: row["seq"] for row in rows}

    async def _work(self) -> None:
        organization = await self._due.get()
        self._queued.discard(organization)
        self._draining.add(organization)
        try:
            await self.drain(organization)
        except NOT_THE_EVENT:
            self._again.add(organization)
            raise
        finally:
            self._draining.discard(organization)
            if organization in self._again:
                self._again.discard(organization)
                self._mark(organization)

    async def drain(self, organization: str) -> None:
        """Apply all there is, batch by batch, unless another worker is at it."""
        while await self._step(organization):
            pass

    async def _step(self, organization: str) -> bool:
        """One batch; whether there may be more."""
        async with self.pool.acquire() as conn:
            await conn.execute(SQL["add_cursor"], organization, self._name)
            async with conn.transaction():
                progress = await self._claimed_step(conn, organization)
        if progress.log_is_gone:
            log.warning("the log is gone; starting over", organization=organization)
            await self.subscription.start_over(organization)
        if progress.passed:  # told after the commit, so that it is true
            await self.subscription.committed(organization)
            await self._acknowledge(organization, progress.passed)
        return progress.more

    async def _claimed_step(self, conn: Connection, organization: str) -> Progress:
        cursor = await conn.fetchrow(SQL["claim_cursor"], organization, self._name)
        if cursor is None:
            return Progress()
        pace = self._paces.get(organization) or Pace(READ_LIMIT)
        try:
            progress = await self._next(conn, organization, cursor, pace.limit)
        except NOT_THE_EVENT as err:
            self._paces[organization] = pace
            if pace.failed(cursor["seq"], isinstance(err, TIMED_OUT)):
                self._say_stuck(organization, pace, err)
            raise
        if progress.passed and pace.passed():
            self._paces.pop(organization, None)
        return progress

    def _say_stuck(self, organization: str, pace: Pace, err: Exception) -> None:
        log.warning(
            "events fail again and again",
            consumer=self._name,
            organization=organization,
            after=pace.seq,
            failures=pace.failures,
            next_limit=pace.limit,
            error=f"{type(err).__name__}: {err}",
        )

    async def _next(
        self, conn: Connection, organization: str, cursor: asyncpg.Record, limit: int
    ) -> Progress:
        batch = await self._read(organization, cursor["seq"], limit)
        if batch.oldest > cursor["seq"] + 1:
            return Progress(log_is_gone=True)
        return await self._apply(conn, organization, cursor, batch)

    async def _read(self, organization: str, after: int, limit: int) -> pb.ReadResponse:
        metadata = await self.tokens.metadata(organization)
        request = pb.ReadRequest(after=after, limit=limit, types=self.subscription.handles)
        batch: pb.ReadResponse = await self.log_stub.Read(
            request, metadata=metadata, timeout=RPC_SECONDS
        )
        return batch

    async def _apply(
        self, conn: Connection, organization: str, cursor: asyncpg.Record, batch: pb.ReadResponse
    ) -> Progress:
        if passed_by(batch) <= cursor["seq"]:
            return Progress()
        EVENTS_SKIPPED.labels(self._name).inc(passed_by(batch) - cursor["seq"] - len(batch.events))
        if len(batch.events) == 1:  # one alone: its failure is its own
            return await self._one_by_one(conn, organization, cursor, batch)
        try:
            async with conn.transaction():
                await self._hand_over(conn, organization, batch.events)
        except NOT_THE_EVENT:
            raise
        except Exception:
            return await self._one_by_one(conn, organization, cursor, batch)
        return await self._pass(conn, organization, batch)

    async def _pass(self, conn: Connection, organization: str, batch: pb.ReadResponse) -> Progress:
        """All of the batch is done."""
        passed = passed_by(batch)
        await conn.execute(SQL["move_cursor"], organization, self._name, passed, None, 0)
        return Progress(passed=passed, more=passed < batch.head)

    @property
    def _name(self) -> str:
        return self.subscription.consumer

    async def _one_by_one(
        self,
        conn: Connection,
        organization: str,
        cursor: asyncpg.Record,
        batch: pb.ReadResponse,
    ) -> Progress:
        """A batch failed: apply up to the event at fault, and give that one up after five times.

        One that takes too long all by itself is at fault too, or nothing after it is ever applied.
        """
        seq = cursor["seq"]
        for event in batch.events:
            try:
                async with conn.transaction():
                    await self._hand_over(conn, organization, [event])
            except Exception as err:
                if isinstance(err, NOT_THE_EVENT) and not isinstance(err, TIMED_OUT):
                    raise
                failures = cursor["failures"] + 1 if cursor["failed_seq"] == event.seq else 1
                log.error("event failed", seq=event.seq, failures=failures, exc_info=err)
                if failures < GIVE_UP_AFTER:
                    await conn.execute(
                        SQL["move_cursor"], organization, self._name, seq, event.seq, failures
                    )
                    return Progress()  # tried again at the next hint or sweep
                await self._bury(conn, organization, event, err)
            seq = event.seq
        return await self._pass(conn, organization, batch)

    async def _bury(
        self, conn: Connection, organization: str, event: pb.Event, err: Exception
    ) -> None:
        EVENTS_DEAD.labels(self._name).inc()
        await conn.execute(
            SQL["bury_event"],
            *(organization, self._name, event.seq, event.type, event.payload),
            *(f"{type(err).__name__}: {err}", self.now()),
        )

    async def _hand_over(
        self, conn: Connection, organization: str, events: Sequence[pb.Event]
    ) -> None:
        facts = []
        for event in events:
            message = self.subscription.handles.get(event.type)
            if message and event.payload:  # one without was erased, and tells nothing any more
                facts.append((event.seq, message.FromString(event.payload)))
            else:
                EVENTS_SKIPPED.labels(self._name).inc()
        if facts:
            await self.subscription.apply(conn, organization, facts)
            EVENTS_APPLIED.labels(self._name).inc(len(facts))

    async def _acknowledge(self, organization: str, seq: int) -> None:
        """Tell the producer; a lost one is made good by the next."""
        request = pb.AcknowledgeRequest(consumer=self._name, seq=seq)
        try:
            metadata = await self.tokens.metadata(organization)
            await self.log_stub.Acknowledge(request, metadata=metadata, timeout=RPC_SECONDS)
        except grpc.RpcError as err:
            log.debug("not acknowledged", error=str(err))


def passed_by(batch: pb.ReadResponse) -> int:
    """Up to which number the batch goes; 0 where there is nothing new."""
    # A server from before `passed` leaves nothing out.
    return batch.passed or max((event.seq for event in batch.events), default=0)
