"""Who watches a context hears of its changes: by a hint of Redis at once, or within a second."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.activity.context.copies import CHANNEL
from services.activity.context.store import ContextStore
from services.common.caller import Caller
from services.common.db import TRANSIENT_ERRORS
from services.common.errors import QuotaExceeded, Unavailable
from services.common.identity_hints import caller_in
from services.common.tasks import end

log = structlog.get_logger(__name__)

# How often versions are compared with PostgreSQL's, which hints only make faster.
POLL_SECONDS = 1.0
RETRY_SECONDS = 2.0
# Streams of one caller in a process, some for each of a few open pages.
MOST_OF_ONE = 20

Step = Callable[[], Awaitable[None]]
Key = tuple[str, str]
"""Organization and user."""


@dataclass(eq=False)
class Watcher:
    """One stream: which version it has sent, and whether it should look again."""

    version: int = -1
    again: asyncio.Event = field(default_factory=asyncio.Event)

    async def changed(self, seconds: float) -> bool:
        """Wait until there may be another version; False where the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self.again.wait()
        except TimeoutError:
            return False
        self.again.clear()
        return True


class Hub:
    """All streams of a process: one subscription and one query an organization serve them."""

    def __init__(self, store: ContextStore, redis: Redis, most: int) -> None:
        self._store = store
        self._redis = redis
        self._most = most
        self._watchers: defaultdict[Key, set[Watcher]] = defaultdict(set)
        self._of_one: Counter[Key] = Counter()

    @property
    def count(self) -> int:
        return self._of_one.total()

    @contextmanager
    def watching(self, who: Caller, user_id: str) -> Iterator[Watcher]:
        """A place among the watchers until the block ends.

        Raises Unavailable where there is none, QuotaExceeded where the caller has too many.
        """
        caller, key = (who.organization_id, who.subject), (who.organization_id, user_id)
        if self._of_one[caller] >= MOST_OF_ONE and not who.is_service:
            raise QuotaExceeded(f"at most {MOST_OF_ONE} streams at once", retry_after=10)
        if self.count >= self._most:
            raise Unavailable("too many watch contexts; try again", retry_after=10)
        watcher = Watcher()
        self._of_one[caller] += 1
        self._watchers[key].add(watcher)
        try:
            yield watcher
        finally:
            self._of_one[caller] -= 1
            self._of_one += Counter()  # without those that are at zero
            self._watchers[key].discard(watcher)
            if not self._watchers[key]:
                del self._watchers[key]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Hub"]:
        tasks = [asyncio.create_task(self._forever(step)) for step in (self._listen, self._poll)]
        try:
            yield self
        finally:
            await end(*tasks)

    async def _forever(self, step: Step) -> None:
        while True:
            try:
                await step()
            except (RedisError, *TRANSIENT_ERRORS, asyncpg.QueryCanceledError) as err:
                log.debug("contexts are not watched for a moment", error=str(err))
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as hints:
            await hints.subscribe(CHANNEL)
            async for message in hints.listen():
                for watcher in self._watchers.get(caller_in(message["data"]), ()):
                    watcher.again.set()

    async def _poll(self) -> None:
        await asyncio.sleep(POLL_SECONDS)
        watched: defaultdict[str, set[str]] = defaultdict(set)
        for organization_id, user_id in self._watchers:
            watched[organization_id].add(user_id)
        for organization_id, users in watched.items():
            versions = await self._store.versions(organization_id, users)
            for user_id, version in versions.items():
                for watcher in self._watchers.get((organization_id, user_id), ()):
                    if watcher.version != version:
                        watcher.again.set()
