"""Seen from the database: how far behind the workers are, and when the suite is at rest."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import asyncpg

from bench.rows.bench import Bench
from bench.running import ORGANIZATION

CAUGHT_UP_SECONDS = 120.0
REST_SECONDS = 600.0
SAMPLE_SECONDS = 0.05
# The newest of what was logged: profiles tell of themselves in the same log later on, without a
# hint, and nobody learns from that.
LEARNED = """
SELECT coalesce((
        SELECT seq FROM activity.event_log
        WHERE organization_id = $1 AND type = 'attune.activity.v1.ActivityLogged'
        ORDER BY seq DESC LIMIT 1
    ), 0) AS head,
    coalesce((
        SELECT seq FROM suggestions.event_cursors
        WHERE organization_id = $1 AND consumer = 'suggestions.patterns'
    ), 0) AS learned
"""
# Of facts, those that a consumer has still to take; of events, those that are still to be counted.
LEFT_TO_DO = """
SELECT coalesce(sum(h.seq - c.seq), 0)::bigint
    + (SELECT count(*) FROM analytics.event_arrivals)
    + (SELECT count(*) FROM analytics.rollup_changes)
FROM activity.event_head h
JOIN (
    SELECT organization_id, seq FROM activity.event_cursors
    UNION ALL
    SELECT organization_id, seq FROM suggestions.event_cursors
    WHERE consumer = 'suggestions.patterns'
    UNION ALL
    SELECT organization_id, seq FROM analytics.event_cursors
) c USING (organization_id)
"""


class Watch:
    """How far behind the learning was, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0
        self.drained = 0.0
        self._heads: list[tuple[int, float]] = []

    def saw(self, head: int, learned: int, now: float) -> None:
        """The oldest activity that is not learned was committed before the first head with it."""
        if not self._heads or head > self._heads[-1][0]:
            self._heads.append((head, now))
        while self._heads and self._heads[0][0] <= learned:
            self._heads.pop(0)
        if self._heads:
            self.worst = max(self.worst, now - self._heads[0][1] + SAMPLE_SECONDS)


@contextmanager
def watched(bench: Bench) -> Iterator[Watch]:
    """Watch the learning during the block, and on until all is learned."""
    watch, over = Watch(), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        following = threads.submit(asyncio.run, _follow(bench.suite.database_url, watch, over))
        try:
            yield watch
        finally:
            ended = time.perf_counter()
            over.set()
        following.result()  # a watch that failed has seen nothing
        watch.drained = time.perf_counter() - ended


async def _follow(url: str, watch: Watch, over: threading.Event) -> None:
    conn = await asyncpg.connect(url)
    deadline = None
    while True:
        row = await conn.fetchrow(LEARNED, ORGANIZATION)
        assert row
        now = time.perf_counter()
        watch.saw(row["head"], row["learned"], now)
        if over.is_set():
            deadline = deadline or now + CAUGHT_UP_SECONDS
            if row["learned"] >= row["head"] or now > deadline:
                break
        await asyncio.sleep(SAMPLE_SECONDS)
    await conn.close()


def come_to_rest(bench: Bench) -> None:
    """Wait until the workers have nothing left to do. Raises RuntimeError where they do not end."""
    bench.say("waiting until the workers have nothing left to do")
    asyncio.run(_at_rest(bench.suite.database_url))


async def _at_rest(url: str) -> None:
    conn = await asyncpg.connect(url)
    deadline = time.monotonic() + REST_SECONDS
    try:
        while left := await conn.fetchval(LEFT_TO_DO):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the workers have {left:,} things left to do")
            await asyncio.sleep(SAMPLE_SECONDS)
    finally:
        await conn.close()
