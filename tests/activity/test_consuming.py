"""Activity as a consumer of its own log: live, behind, after the log is gone."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from attune.activity.v1 import activity_pb2

from services.activity import app
from services.activity.consuming import consuming, rebuilt, subscription
from services.common.clock import utc_now
from services.common.consumer import Fact
from services.common.db import Connection, Pool
from services.common.event_log import upkeep
from services.common.settings import MissingSetting
from tests.activity.test_event_log import log
from tests.suite import Suite
from tests.waiting import until

NAME = "activity.test"
FACTS = [activity_pb2.ActivityLogged]


@dataclass
class Seen:
    """A consumer that remembers what came, and counts activities where it starts over."""

    facts: list[tuple[str, int]] = field(default_factory=list)
    rebuilt: list[tuple[str, int]] = field(default_factory=list)

    async def apply(self, conn: Connection, organization: str, facts: Sequence[Fact]) -> None:
        self.facts += [(organization, seq) for seq, _ in facts]

    async def rebuild(self, conn: Connection, organization: str) -> None:
        counted = "SELECT count(*) FROM user_activity WHERE organization_id = $1"
        self.rebuilt.append((organization, await conn.fetchval(counted, organization)))


@asynccontextmanager
async def consumed(suite: Suite, seen: Seen) -> AsyncIterator[Pool]:
    settings = suite.activity_settings
    async with app.pool_of(settings) as pool:
        own = subscription(pool, NAME, FACTS, seen.apply, utc_now, seen.rebuild)
        async with consuming(settings, pool, [own], utc_now):
            yield pool


async def passed(pool: Pool) -> int:
    query = "SELECT seq FROM event_consumers WHERE organization_id = 'acme' AND consumer = $1"
    return await pool.fetchval(query, NAME) or 0


async def test_facts_of_every_organization_arrive_once_and_in_order(suite: Suite) -> None:
    seen = Seen()
    before = [await log(suite, f"q{n}") for n in range(3)]
    async with consumed(suite, seen) as pool:
        await log(suite, "q", "other")
        after = [await log(suite, f"q{n}") for n in range(3)]

        async def arrived() -> bool:
            return len(seen.facts) == 7 and await passed(pool) == after[-1]

        await until(arrived)
    assert [seq for organization, seq in seen.facts if organization == "acme"] == before + after
    assert seen.rebuilt == []


async def drop_passed_events(pool: Pool, at: datetime) -> None:
    """As the daily job does a week after `at`."""
    job = next(job for job in upkeep(pool, lambda: at) if job.name == "drop_passed_events")
    await job.run(b"")


async def oldest(suite: Suite, pool: Pool) -> int:
    head = await pool.fetchrow("SELECT dropped FROM event_head WHERE organization_id = 'acme'")
    assert head
    return int(head["dropped"]) + 1


async def test_the_log_is_kept_until_a_consumer_of_its_own_has_passed(suite: Suite) -> None:
    seen, later = Seen(), utc_now() + timedelta(days=90)
    await log(suite, "q")
    async with consumed(suite, seen) as pool:

        async def arrived() -> bool:
            return await passed(pool) == 1

        await until(arrived)
    async with app.pool_of(suite.activity_settings) as pool:
        await log(suite, "missed so far")
        await drop_passed_events(pool, later)
        assert await oldest(suite, pool) == 1
    async with consumed(suite, seen) as pool:

        async def caught_up() -> bool:
            return await passed(pool) == 2

        await until(caught_up)
        await drop_passed_events(pool, later)
        assert await oldest(suite, pool) == 3
    assert (seen.facts, seen.rebuilt) == ([("acme", 1), ("acme", 2)], [])


async def test_one_that_comes_when_the_log_is_gone_starts_over_from_the_tables(
    suite: Suite,
) -> None:
    seen = Seen()
    for n in range(3):
        await log(suite, f"q{n}")
    async with app.pool_of(suite.activity_settings) as pool:
        await drop_passed_events(pool, utc_now() + timedelta(days=90))
        assert await oldest(suite, pool) == 4
    async with consumed(suite, seen) as pool:

        async def started_over() -> bool:
            return await passed(pool) == 3

        await until(started_over)
    assert (seen.facts, seen.rebuilt) == ([], [("acme", 3)])


async def test_who_starts_over_waits_for_the_one_that_consumes(suite: Suite) -> None:
    seen = Seen()
    await log(suite, "q")
    async with app.pool_of(suite.activity_settings) as pool, pool.acquire() as other:
        assert await rebuilt(pool, NAME, "acme", seen.rebuild, utc_now)
        async with other.transaction():
            await other.execute("SELECT FROM event_cursors FOR UPDATE")
            assert not await rebuilt(pool, NAME, "acme", seen.rebuild, utc_now)
    assert seen.rebuilt == [("acme", 1)]


async def test_a_worker_without_a_key_says_which_setting_it_needs(suite: Suite) -> None:
    suite = replace(
        suite,
        activity_settings=suite.activity_settings.model_copy(update={"activity_service_key": ""}),
    )
    with pytest.raises(MissingSetting, match="ATTUNE_ACTIVITY_SERVICE_KEY"):
        async with app.working(suite.activity_settings):
            pass
