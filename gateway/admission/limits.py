"""Rate limits: so many requests a minute for each key.

Windows are whole minutes of the clock. A process takes its share of a window from Redis in blocks
of a twentieth of the limit, so most requests ask nobody; what is left of a block at the end of the
window is gone. Without Redis, or while it is down, a process counts for itself.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.http.problems import Headers, Problem

log = structlog.get_logger()

WINDOW_SECONDS = 60
BLOCKS = 20
# While Redis is down it is asked this seldom: each try may cost its time-out.
RETRY_SECONDS = 2.0
MOST_KEYS = 100_000

Clock = Callable[[], float]


@dataclass
class Bucket:
    """What this process knows of one key in this window."""

    left: int = 0  # taken here, not yet used
    taken: int = 0  # by this process
    total: int = 0  # by all processes, when last heard
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Standing:
    """How a key stands after a request."""

    allowed: bool
    limit: int
    remaining: int
    reset: int

    def headers(self) -> Headers:
        return [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset),
        ]

    def problem(self) -> Problem:
        detail = f"more than {self.limit} requests a minute"
        return Problem(429, "RATE_LIMITED", detail, retry_after=self.reset)


class Limiter:
    """Counts requests by key. A limit of 0 counts nothing."""

    def __init__(self, limit: int, redis: Redis | None = None, clock: Clock = time.time) -> None:
        self.limit = limit
        self._redis = redis
        self._clock = clock
        self._window = 0
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._redis_from = 0.0

    async def take(self, organization: str, subject: str) -> Standing:
        """Count one request."""
        bucket = self._bucket(organization, subject)
        if bucket.left == 0 and bucket.total < self.limit:
            async with bucket.lock:
                if bucket.left == 0 and bucket.total < self.limit:
                    await self._fill(bucket, organization, subject)
        allowed = bucket.left > 0
        bucket.left -= allowed
        return self._standing(bucket, allowed)

    def give_back(self, organization: str, subject: str) -> None:
        """Uncount a request."""
        self._bucket(organization, subject).left += 1

    def look(self, organization: str, subject: str) -> Standing:
        """How a key stands, without counting."""
        return self._standing(self._bucket(organization, subject), allowed=True)

    def _bucket(self, organization: str, subject: str) -> Bucket:
        window = int(self._clock()) // WINDOW_SECONDS
        if window != self._window:
            self._window = window
            self._buckets.clear()
        key = organization, subject
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= MOST_KEYS:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[key] = Bucket()
        return bucket

    def _standing(self, bucket: Bucket, allowed: bool) -> Standing:
        remaining = bucket.left + max(0, self.limit - bucket.total)
        reset = WINDOW_SECONDS - int(self._clock()) % WINDOW_SECONDS
        return Standing(allowed, self.limit, min(remaining, self.limit), reset)

    async def _fill(self, bucket: Bucket, organization: str, subject: str) -> None:
        """Take a block for this window, or all that is left of it where nobody else counts."""
        block = max(1, self.limit // BLOCKS)
        total = await self._count(f"attune:{{{organization}}}:limit:{subject}", block)
        if total is None:
            granted, bucket.total = self.limit - bucket.taken, self.limit
        else:
            granted = max(0, min(block, self.limit - (total - block)))
            bucket.total = min(total, self.limit)
        bucket.taken += granted
        bucket.left += granted

    async def _count(self, key: str, block: int) -> int | None:
        """The sum of all blocks of the window with this one; None where Redis cannot say."""
        if self._redis is None or self._clock() < self._redis_from:
            return None
        key = f"{key}:{self._window}"
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.incrby(key, block)
                pipe.expire(key, 2 * WINDOW_SECONDS)
                total, _ = await pipe.execute()
        except (RedisError, OSError) as error:
            self._redis_from = self._clock() + RETRY_SECONDS
            log.warning("limits count locally", error=str(error))
            return None
        return int(total)
