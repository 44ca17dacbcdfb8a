"""How many questions of a person a model is asked in an hour."""

import asyncio
from collections import Counter
from datetime import timedelta

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.common.caller import Caller
from services.common.clock import Clock

log = structlog.get_logger(__name__)

HOUR = timedelta(hours=1)
SECONDS = 0.5


class Allowance:
    """Counted in Redis for all processes; while it is away, each counts for itself."""

    def __init__(self, redis: Redis, questions: int, now: Clock) -> None:
        self._redis = redis
        self._questions = questions
        self._now = now
        self._own: Counter[str] = Counter()
        self._hour = 0

    async def take(self, who: Caller) -> bool:
        """Whether one more is within it; then it is counted."""
        if not self._questions:
            return True
        hour = int(self._now().timestamp() // HOUR.total_seconds())
        key = f"attune:chat:{{{who.organization_id}}}:{who.subject}:{hour}:questions"
        return await self._counted(key, hour) <= self._questions

    async def _counted(self, key: str, hour: int) -> int:
        if hour != self._hour:
            self._own.clear()
            self._hour = hour
        self._own[key] += 1
        writing = self._redis.pipeline(transaction=True)
        writing.incr(key)
        writing.expire(key, HOUR)
        try:
            async with asyncio.timeout(SECONDS):
                count, _ = await writing.execute()
        except (RedisError, OSError) as error:
            log.debug("questions are counted here alone", error=str(error))
            return self._own[key]
        return int(count)
