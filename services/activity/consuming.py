"""Activity as a consumer of its own event log: what its worker does with each fact.

A consumer is one entry in `subscriptions` of app.py, made by `subscription`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias

import structlog
from attune.common.v1 import event_log_pb2_grpc
from google.protobuf.message import Message
from redis.asyncio import Redis

from services.activity.settings import SCHEMA, Settings
from services.common.channels import channel_to
from services.common.clock import Clock
from services.common.consumer import LINGER_SECONDS, Apply, Consumer, Subscription, nothing_more
from services.common.db import Connection, Pool
from services.common.event_log import SQL
from services.common.service_tokens import ServiceTokens
from services.common.settings import MissingSetting

log = structlog.get_logger(__name__)

# Makes anew, from the schema's own tables, what the facts of an organization would have made.
Rebuild: TypeAlias = Callable[[Connection, str], Awaitable[None]]


async def nothing_to_rebuild(conn: Connection, organization_id: str) -> None:
    """For a consumer that only passes facts on: what the log no longer holds is not passed on."""


def subscription(
    pool: Pool,
    consumer: str,
    facts: Sequence[type[Message]],
    apply: Apply,
    now: Clock,
    rebuild: Rebuild = nothing_to_rebuild,
    committed: Callable[[str], Awaitable[None]] = nothing_more,
    linger_seconds: float = LINGER_SECONDS,
) -> Subscription:
    """A subscription to activity's own log. `consumer` is its name for ever: the cursor's key.

    `apply` gets a batch in the cursor's transaction, on whose connection it does all its work.
    `committed` is called after it.
    """

    async def start_over(organization_id: str) -> None:
        if await rebuilt(pool, consumer, organization_id, rebuild, now):
            await committed(organization_id)

    handles = {fact.DESCRIPTOR.full_name: fact for fact in facts}
    told = (apply, start_over, committed, linger_seconds)
    return Subscription(consumer, SCHEMA, handles, *told)


async def rebuilt(
    pool: Pool, consumer: str, organization_id: str, rebuild: Rebuild, now: Clock
) -> bool:
    """Rebuild and move the cursor to the head, in one transaction that holds the lease.

    The head is read first: a fact is appended in the transaction that stores it, so that the tables
    hold all facts up to there. They may hold later ones, which then come once more: `apply` must
    take a fact twice. (One snapshot for all would fail at whatever others write meanwhile.) False
    where another worker has the lease just now.
    """
    name = (organization_id, consumer)
    async with pool.acquire() as conn:
        await conn.execute(SQL["add_cursor"], *name)
        async with conn.transaction():
            if await conn.fetchrow(SQL["claim_cursor"], *name) is None:
                return False
            head = await conn.fetchrow(SQL["read_head"], organization_id)
            seq = head["seq"] if head else 0
            await rebuild(conn, organization_id)
            await conn.execute(SQL["move_cursor"], *name, seq, None, 0)
            await conn.execute(SQL["acknowledge"], *name, seq, now())
    log.info("started over", consumer=consumer, organization=organization_id, seq=seq)
    return True


@asynccontextmanager
async def consuming(
    settings: Settings, pool: Pool, subscriptions: Sequence[Subscription], now: Clock
) -> AsyncIterator[None]:
    """Consume activity's own log for each of these until the block ends."""
    key = settings.activity_service_key
    if not key:
        raise MissingSetting("ATTUNE_ACTIVITY_SERVICE_KEY is needed")
    settings.refuse_development_secrets(key, settings.activity_database_url)
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(Redis.from_url(settings.redis_url))
        activity = await stack.enter_async_context(channel_to(settings.activity_address))
        tokens = ServiceTokens(SCHEMA, key, activity, now)
        stub = event_log_pb2_grpc.EventLogServiceStub(activity)
        for each in subscriptions:
            consumer = Consumer(each, pool, stub, tokens, redis, now, settings.event_sweep_seconds)
            await stack.enter_async_context(consumer.running())
        yield
