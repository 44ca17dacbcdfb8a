"""Runs in Redis: so that another process can go on reading one, or end it.

Redis is speed and never the truth: without it a run is read where it goes on, and nowhere else.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog
from attune.analytics.v1 import chat_pb2 as pb
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from services.analytics.chat.runs.run import About

log = structlog.get_logger(__name__)

KEPT = timedelta(minutes=10)
# A reader elsewhere says so often that it is there; what it said holds for twice as long.
READING = timedelta(seconds=5)
WAIT_MILLIS = 2_000
# What a part may wait for Redis, and for how long one that does not answer is not asked.
SECONDS, AWAY_SECONDS = 0.5, 5.0
PART, END = b"part", b"end"
T = TypeVar("T")


class Journal:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._away_until = 0.0

    async def _asked(self, question: Callable[[], Awaitable[T]], longer: float = 0.0) -> T | None:
        """What Redis answers; None where it does not, and then it is left alone for a moment."""
        now = asyncio.get_running_loop().time()
        if now < self._away_until:
            return None
        try:
            async with asyncio.timeout(SECONDS + longer):
                return await question()
        except (RedisError, OSError) as err:
            self._away_until = asyncio.get_running_loop().time() + AWAY_SECONDS
            log.debug("no journal of runs: redis does not answer", error=str(err))
            return None

    async def begin(self, about: About) -> None:
        """Note whose it is, and where in a conversation."""
        told: dict[Any, Any] = {
            "user": about.user_id,
            "conversation": about.conversation_id,
            "message": str(about.message_id),
        }
        name = key_of(about.organization_id, about.run_id, "about")
        writing = self._redis.pipeline(transaction=True)
        writing.hset(name, mapping=told)
        writing.expire(name, KEPT)
        self._note_alive(writing, about)
        await self._asked(writing.execute)

    async def about(self, organization_id: str, run_id: UUID) -> About | None:
        name = key_of(organization_id, run_id, "about")
        found: Any = await self._asked(lambda: self._redis.hgetall(name))
        if not found:
            return None
        return About(
            run_id=run_id,
            organization_id=organization_id,
            user_id=found[b"user"].decode(),
            conversation_id=found[b"conversation"].decode(),
            message_id=UUID(found[b"message"].decode()),
        )

    async def tell(self, about: About, part: pb.ChatPart) -> None:
        await self._add(about, {PART: part.SerializeToString()}, part.id)

    async def end(self, about: About, parts: int) -> None:
        """That there are no more than so many parts."""
        await self._add(about, {END: b""}, str(parts + 1))

    async def _add(self, about: About, fields: dict[bytes, bytes], number: str) -> None:
        name = key_of(about.organization_id, about.run_id, "parts")
        writing = self._redis.pipeline(transaction=True)
        writing.xadd(name, fields, id=f"{number}-0")  # type: ignore[arg-type]  # bytes are keys too
        for each in (name, key_of(about.organization_id, about.run_id, "about")):
            writing.expire(each, KEPT)
        await self._asked(writing.execute)

    async def after(self, about: About, number: int) -> tuple[list[pb.ChatPart], bool]:
        """Parts after that one, and whether the run is over; waits a moment where there is none."""
        name = key_of(about.organization_id, about.run_id, "parts")
        read = lambda: self._redis.xread({name: f"{number}-0"}, block=WAIT_MILLIS)  # noqa: E731
        found: Any = await self._asked(read, WAIT_MILLIS / 1000)
        entries = found[0][1] if found else []
        parts = [pb.ChatPart.FromString(fields[PART]) for _, fields in entries if PART in fields]
        return parts, any(END in fields for _, fields in entries)

    async def is_over(self, about: About) -> bool:
        """Whether the last that is kept is its end."""
        name = key_of(about.organization_id, about.run_id, "parts")
        found: Any = await self._asked(lambda: self._redis.xrevrange(name, count=1))
        return bool(found) and END in found[0][1]

    async def note_reader(self, about: About) -> None:
        """Say to the process where it goes on that somebody reads."""
        name = key_of(about.organization_id, about.run_id, "read")
        await self._asked(lambda: self._redis.set(name, b"", px=2 * READING))

    async def going_on(self, organization_id: str, user_id: str) -> int:
        """How many runs of a person go on, at all processes; 0 where Redis does not answer."""
        name = person_key(organization_id, user_id)
        return await self._asked(lambda: self._redis.zcount(name, now_millis(), "+inf")) or 0

    async def take(self, about: About, most: int) -> bool:
        """Count a run among its person's, where these are no more than `most` then.

        It counts as long as its process says that it lives: one that was killed takes no place. Of
        two at the same moment for the last place both may be refused. True without Redis.
        """
        name = person_key(about.organization_id, about.user_id)
        writing = self._redis.pipeline(transaction=True)
        writing.zremrangebyscore(name, "-inf", now_millis())
        writing.zadd(name, {str(about.run_id): lease_end()})
        writing.expire(name, KEPT)
        writing.zcard(name)
        found: Any = await self._asked(writing.execute)
        if found is None or found[-1] <= most:
            return True
        await self.give_back(about)
        return False

    async def give_back(self, about: About) -> None:
        name = person_key(about.organization_id, about.user_id)
        await self._asked(lambda: self._redis.zrem(name, str(about.run_id)))

    def _renew(self, writing: Pipeline, about: About) -> None:
        """Only what is still counted: what was given back in the meantime stays so."""
        name = person_key(about.organization_id, about.user_id)
        writing.zadd(name, {str(about.run_id): lease_end()}, xx=True)
        writing.expire(name, KEPT)

    async def ask_to_cancel(self, about: About) -> None:
        name = key_of(about.organization_id, about.run_id, "cancel")
        await self._asked(lambda: self._redis.set(name, b"", px=KEPT))

    async def wishes(self, runs: Sequence[About]) -> list[tuple[bool, bool]]:
        """Of each run that goes on here whether somebody elsewhere ends it, and reads it."""
        looking = self._redis.pipeline(transaction=False)
        for one in runs:
            names = [key_of(one.organization_id, one.run_id, what) for what in ("cancel", "read")]
            looking.mget(names)
            self._note_alive(looking, one)
            self._renew(looking, one)
        found: Any = await self._asked(looking.execute)
        if found is None:
            return [(False, False)] * len(runs)
        wished = found[:: len(found) // len(runs)]
        return [(cancel is not None, read is not None) for cancel, read in wished]

    def _note_alive(self, writing: Pipeline, about: About) -> None:
        """Say to readers elsewhere that its process lives."""
        name = key_of(about.organization_id, about.run_id, "alive")
        writing.set(name, b"", px=2 * READING)

    async def is_alive(self, about: About) -> bool:
        name = key_of(about.organization_id, about.run_id, "alive")
        return bool(await self._asked(lambda: self._redis.exists(name)))


def person_key(organization_id: str, user_id: str) -> str:
    return f"attune:chat:{{{organization_id}}}:{user_id}:going_on"


def now_millis() -> int:
    """On the clock of the machine: between machines leases are as exact as their clocks agree."""
    return time.time_ns() // 1_000_000


def lease_end() -> int:
    return now_millis() + 2 * READING // timedelta(milliseconds=1)


def key_of(organization_id: str, run_id: UUID, what: str) -> str:
    return f"attune:chat:{{{organization_id}}}:{run_id}:{what}"
