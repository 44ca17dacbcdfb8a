"""Following the events: what arrived goes into the registry, and quarters of an hour are counted.

One worker at a time follows an organization, by the lock on its row. Each step is one transaction,
so that one that is killed leaves all as it was before the step.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


class Follower:
    def __init__(self, pool: Pool, now: Clock) -> None:
        self._pool = pool
        self._learner = Learner(now)

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
            began = asyncio.get_running_loop().time()
            try:
                for row in await self._pool.fetch(SQL["organizations_behind"]):
                    await self.follow(row["organization_id"])
            except (*TRANSIENT_ERRORS, TimeoutError) as err:
                log.debug("follower waits", error=str(err))
            except Exception as err:
                log.error("follower failed", exc_info=err)
            # A quarter of an hour under heavy traffic is counted again and again, all of it: it is
            # left alone for longer than that takes, or counting were most of what goes on.
            took = asyncio.get_running_loop().time() - began
            await asyncio.sleep(max(FOLLOW_SECONDS, min(PAUSE * took, LONGEST_PAUSE)))

    async def follow(self, organization_id: str) -> None:
        """Take in all that arrived and count what changed, unless another worker is at it."""
        async with self._pool.acquire() as conn:
            await conn.execute(SQL["add_follower"], organization_id)
            while await self._step(conn, organization_id):
                pass

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
