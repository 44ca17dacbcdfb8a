"""Following the events: what arrived goes into the registry, and quarters of an hour are counted.

One worker at a time follows an organization, by the lock on its row. Each step is one transaction,
so that one that is killed leaves all as it was before the step.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from services.analytics.following.arrivals import SQL, read_arrived, take_arrivals
from services.analytics.registry.learning import Learner
from services.analytics.rollups.counting import count_some
from services.common.clock import Clock
from services.common.db import TRANSIENT_ERRORS, Connection, Pool
from services.common.tasks import end

log = structlog.get_logger(__name__)

FOLLOW_SECONDS = 1.0
LONGEST_PAUSE = 60.0
# Times as long as the work before.
PAUSE = 4
# Events in one transaction: a second of work, or two.
AT_ONCE = 20_000
# How long one organization is followed before the others have their turn.
TURN_SECONDS = 2.0


@dataclass
class Pace:
    """How long an organization was worked for since it last rested, and until when it rests."""

    worked: float = 0.0
    rests_until: float = 0.0


class Follower:
    def __init__(self, pool: Pool, now: Clock) -> None:
        self._pool = pool
        self._learner = Learner(now)
        self._paces: dict[str, Pace] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow all organizations until the block ends."""
        task = asyncio.create_task(self._forever())
        try:
            yield
        finally:
            await end(task)

    async def _forever(self) -> None:
        while True:
            more = False
            try:
                more = await self._round()
            except (*TRANSIENT_ERRORS, TimeoutError) as err:
                log.debug("follower waits", error=str(err))
            except Exception as err:
                log.error("follower failed", exc_info=err)
            if not more:
                await asyncio.sleep(FOLLOW_SECONDS)

    async def _round(self) -> bool:
        """A turn of each organization that does not rest; whether one has more to do."""
        now = asyncio.get_running_loop().time()
        rows = await self._pool.fetch(SQL["organizations_behind"])
        behind = [row["organization_id"] for row in rows]
        resting = {one for one, pace in self._paces.items() if pace.rests_until > now}
        self._paces = {one: self._paces[one] for one in self._paces if one in {*resting, *behind}}
        turns = [await self._attempted(one) for one in behind if one not in resting]
        return any(turns)

    async def _attempted(self, organization_id: str) -> bool:
        """A turn that fails keeps no other organization waiting."""
        try:
            return await self._turn(organization_id)
        except (*TRANSIENT_ERRORS, TimeoutError) as err:
            log.debug("follower waits", organization=organization_id, error=str(err))
        except Exception as err:
            log.error("follower failed", organization=organization_id, exc_info=err)
        return False

    async def _turn(self, organization_id: str) -> bool:
        """Follow it for a while, so that a large import keeps no other waiting; whether there is
        more to do."""
        clock = asyncio.get_running_loop().time
        began, pace = clock(), self._paces.setdefault(organization_id, Pace())
        more = await self.follow(organization_id, until=lambda: clock() - began > TURN_SECONDS)
        pace.worked += clock() - began
        if not more:
            # A quarter of an hour under heavy traffic is counted again and again, all of it: it is
            # left alone for longer than that takes, or counting were most of what goes on.
            pace.rests_until = clock() + min(PAUSE * pace.worked, LONGEST_PAUSE)
            pace.worked = 0.0
        return more

    async def follow(self, organization_id: str, until: Callable[[], bool] = lambda: False) -> bool:
        """Take in what arrived and count what changed, unless another worker is at it.

        Ends early where `until` says so; whether there may be more.
        """
        async with self._pool.acquire() as conn:
            await conn.execute(SQL["add_follower"], organization_id)
            while await self._step(conn, organization_id):
                if until():
                    return True
        return False

    async def _step(self, conn: Connection, organization_id: str) -> bool:
        """One transaction; whether there may be more."""
        async with conn.transaction():
            if not await conn.fetchval(SQL["claim_follower"], organization_id):
                return False
            arrived = await take_arrivals(conn, organization_id, AT_ONCE)
            if arrived.ids:
                rows = await read_arrived(conn, organization_id, arrived)
                await self._learner.learn(conn, organization_id, rows)
                return True
            return await count_some(conn, organization_id)
