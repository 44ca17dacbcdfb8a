"""Organizations are followed by turns: a large import keeps no other waiting."""

import asyncio

import pytest

from services.analytics.following import follower
from services.analytics.following.follower import Follower
from services.common.clock import utc_now
from services.common.db import Pool
from tests.analytics.following import arrive, happened, pool_of
from tests.suite import Suite
from tests.waiting import until

MANY, FEW = "a_follows_many", "b_follows_few"
WAITS = "SELECT count(*) FROM event_arrivals WHERE organization_id = $1"
COUNTED = "SELECT count(*) FROM event_rollups WHERE organization_id = $1 AND source = ''"


async def is_counted(pool: Pool, organization: str) -> bool:
    return await pool.fetchval(COUNTED, organization) == 1  # type: ignore[no-any-return]


async def waits(pool: Pool, organization: str) -> int:
    return int(await pool.fetchval(WAITS, organization))


async def test_a_large_import_keeps_no_other_waiting(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "TURN_SECONDS", -1.0)  # a step each
    monkeypatch.setattr(follower, "AT_ONCE", 1)
    async with pool_of(suite) as pool:
        for _ in range(30):
            await arrive(pool, [happened(org=MANY)])
        await arrive(pool, [happened(org=FEW)])
        left: list[int] = []

        async def few_are_counted() -> bool:
            left.append(await waits(pool, MANY))
            return await is_counted(pool, FEW)

        async with Follower(pool, utc_now).running():
            await until(few_are_counted)
            assert left[-1] > 0, "all of the import was followed first"

            async def all_are_counted() -> bool:
                return await is_counted(pool, MANY)

            await until(all_are_counted)


async def test_one_that_fails_keeps_no_other_waiting(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pool_of(suite) as pool:
        for organization in ("a_follows_badly", "b_follows_well"):
            await arrive(pool, [happened(org=organization)])
        following = Follower(pool, utc_now)
        follow, tried = following.follow, asyncio.Event()

        async def failing(organization_id: str, **more: object) -> bool:
            if organization_id == "a_follows_badly":
                tried.set()
                raise ValueError("whatever it is")
            return await follow(organization_id)

        monkeypatch.setattr(following, "follow", failing)
        async with following.running():
            await tried.wait()

            async def counted() -> bool:
                return await is_counted(pool, "b_follows_well")

            await until(counted)


async def test_an_organization_rests_longer_than_it_was_worked_for(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrives meanwhile waits: quarters of an hour are not counted again and again."""
    monkeypatch.setattr(follower, "PAUSE", 1e6)
    monkeypatch.setattr(follower, "FOLLOW_SECONDS", 0.01)
    async with pool_of(suite) as pool:
        await arrive(pool, [happened(org="rests")])
        async with Follower(pool, utc_now).running():

            async def counted() -> bool:
                return await is_counted(pool, "rests")

            await until(counted)
            await arrive(pool, [happened(org="rests"), happened(org="does not rest")])

            async def other_counted() -> bool:
                return await is_counted(pool, "does not rest")

            await until(other_counted)
            assert await waits(pool, "rests") == 1
