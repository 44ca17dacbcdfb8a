"""Forgets callers as soon as identity hints that they were revoked or changed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.common.identity_hints import CHANNEL, caller_in
from services.common.tasks import end

log = structlog.get_logger(__name__)

RETRY_SECONDS = 2.0

Forget = Callable[[str, str], None]
"""Takes organization and subject."""


@asynccontextmanager
async def forgetting(redis_url: str, forget: Forget) -> AsyncIterator[None]:
    """Listen until the block ends; while Redis is down, what is kept ends by itself."""
    task = asyncio.create_task(keep_listening(redis_url, forget))
    try:
        yield
    finally:
        await end(task)


async def keep_listening(redis_url: str, forget: Forget) -> None:
    while True:
        try:
            await listen(redis_url, forget)
        except (RedisError, OSError) as error:
            log.debug("no hints of identity: redis does not answer", error=str(error))
        await asyncio.sleep(RETRY_SECONDS)


async def listen(redis_url: str, forget: Forget) -> None:
    async with (
        Redis.from_url(redis_url, socket_keepalive=True) as redis,
        redis.pubsub(ignore_subscribe_messages=True) as hints,
    ):
        await hints.subscribe(CHANNEL)
        async for message in hints.listen():
            forget(*caller_in(message["data"]))
