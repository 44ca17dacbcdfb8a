"""Copies of contexts in Redis, from which they are read: fast, and never the truth.

Before a new version is committed its copy is dropped, and put back after the commit; where the
worker dies in between, a reader puts what it found back for a second only. An older version never
replaces a newer one.
"""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from attune.activity.v1 import profiles_pb2 as pb
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from services.common.event_log import channel_of
from services.common.identity_hints import hint_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = structlog.get_logger(__name__)

SOURCE = "contexts"
CHANNEL = channel_of(SOURCE)
# A worker's copy: what bounds how old one may be that it could not drop.
KEPT_MILLIS = 60_000
# A reader's copy.
FOUND_MILLIS = 1_000
# Whoever does not answer in time is left alone for a while: PostgreSQL has it all.
ANSWER_SECONDS = 0.1
REST_SECONDS = 1.0
# KEYS: the copy. ARGV: version, value, milliseconds. A value begins with its version and a colon.
PUT = """
local there = redis.call('GET', KEYS[1])
if there and tonumber(string.match(there, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""

T = TypeVar("T")


class Copies:
    """Whatever is asked of it: without Redis it does nothing."""

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._clock = clock
        self._rests_until = 0.0

    async def get(self, organization_id: str, user_id: str) -> pb.UserContext | None:
        value: Any = await self._asked(lambda r: r.get(key_of(organization_id, user_id)))
        if value is None:
            return None
        _, _, message = value.partition(b":")
        return pb.UserContext.FromString(message)

    async def found(self, organization_id: str, message: pb.UserContext) -> None:
        """Keep for a moment what a reader had to look up."""
        await self._put(organization_id, [message], FOUND_MILLIS)

    async def publish(self, organization_id: str, messages: Mapping[str, pb.UserContext]) -> None:
        """Keep what was committed, and hint that it is new."""
        await self._put(organization_id, messages.values(), KEPT_MILLIS)
        hints = self._redis.pipeline(transaction=False)
        for user_id in messages:
            hints.publish(CHANNEL, hint_of(organization_id, user_id))
        await self._asked(lambda _: hints.execute())

    async def drop(self, organization_id: str, users: Collection[str]) -> None:
        """Drop what is about to be out of date."""
        gone = self._redis.pipeline(transaction=False)
        for user_id in users:
            gone.delete(key_of(organization_id, user_id))
        if users:
            await self._asked(lambda _: gone.execute())

    async def _put(
        self, organization_id: str, messages: Collection[pb.UserContext], millis: int
    ) -> None:
        puts = self._redis.pipeline(transaction=False)
        for message in messages:
            key = key_of(organization_id, message.user_id)
            value = b"%d:%b" % (message.version, message.SerializeToString())
            puts.eval(PUT, 1, key, message.version, value, millis)
        if messages:
            await self._asked(lambda _: puts.execute())

    async def _asked(self, ask: Callable[[Redis], Awaitable[T]]) -> T | None:
        """The answer of Redis; None where there is none."""
        if self._clock() < self._rests_until:
            return None
        try:
            return await ask(self._redis)
        except (RedisError, OSError) as err:
            self._rests_until = self._clock() + REST_SECONDS
            log.debug("no copies of contexts: redis does not answer", error=str(err))
            return None


def key_of(organization_id: str, user_id: str) -> str:
    """Tagged by organization, so that one's copies share a node of a cluster."""
    return f"attune:context:{{{organization_id}}}:{user_id}"


@asynccontextmanager
async def copies_in(redis_url: str) -> "AsyncIterator[Copies]":
    """Copies that give up soon on a Redis that does not answer."""
    redis: Any = Redis.from_url(
        redis_url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        yield Copies(redis)
    finally:
        with suppress(RedisError, OSError):
            await redis.aclose()
