"""Analytics as a consumer of activity's event log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from attune.activity.v1 import snapshot_pb2_grpc
from attune.common.v1 import event_log_pb2_grpc
from redis.asyncio import Redis

from services.analytics.chat.quality.marking import Marking
from services.analytics.chat.quality.store import AnswerStore
from services.analytics.projections.projecting import CONSUMER, HANDLES, LINGER_SECONDS, Projector
from services.analytics.projections.starting import Starter
from services.analytics.projections.store import ProjectionStore
from services.analytics.settings import SCHEMA, Settings
from services.common.channels import channel_to
from services.common.clock import Clock
from services.common.consumer import Consumer, Subscription
from services.common.db import Pool
from services.common.event_log import Hints
from services.common.service_tokens import ServiceTokens


@asynccontextmanager
async def projecting(settings: Settings, pool: Pool, now: Clock) -> AsyncIterator[None]:
    """Project what activity tells until the block ends."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(Redis.from_url(settings.redis_url))
        activity = await stack.enter_async_context(channel_to(settings.activity_address))
        tokens = ServiceTokens(SCHEMA, settings.analytics_service_key, activity, now)
        hints = await stack.enter_async_context(Hints(redis, SCHEMA).publishing())
        projector = Projector(ProjectionStore(), Marking(AnswerStore(pool), now), now)
        snapshots = snapshot_pb2_grpc.SnapshotServiceStub(activity)
        starter = Starter(pool, projector, snapshots, tokens)

        async def committed(organization_id: str) -> None:
            if projector.take_told(organization_id):
                hints.tell(organization_id)

        does = (projector.apply, starter.start_over, committed, LINGER_SECONDS)
        subscription = Subscription(CONSUMER, "activity", HANDLES, *does)
        stub = event_log_pb2_grpc.EventLogServiceStub(activity)
        sweep = settings.event_sweep_seconds
        consumer = Consumer(subscription, pool, stub, tokens, redis, now, sweep)
        await stack.enter_async_context(consumer.running())
        yield
