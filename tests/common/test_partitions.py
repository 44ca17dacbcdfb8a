"""Time partitions: made ahead, and dropped when everybody has passed."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import asyncpg
import pytest
from asyncpg.transaction import Transaction

from services.common.db import Connection
from services.common.event_log import KEPT, SQL, upkeep
from services.common.partitions import ATTEMPTS, ensure_partitions
from tests.clock import Clock
from tests.databases import connected
from tests.suite import Servers

TODAY = date(2031, 5, 15)
JANUARY, FEBRUARY, MARCH = (datetime(2031, month, 10, tzinfo=UTC) for month in (1, 2, 3))
INSERT = "INSERT INTO event_log VALUES ($1, $2, $3, 'fact', '')"
ACKNOWLEDGE = "INSERT INTO event_consumers VALUES ($1, $2, $3, now())"


@pytest.fixture
async def conn(servers: Servers, database: str) -> AsyncIterator[Connection]:
    async with connected(servers.dsn(database, "activity"), "activity") as conn:
        yield conn


async def parts_of(conn: Connection, table: str, year: int) -> list[str]:
    rows = await conn.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits"
        " WHERE inhparent = $1::regclass ORDER BY 1",
        table,
    )
    prefix = f"{table}_{year}_"
    return [r["name"].removeprefix(prefix) for r in rows if r["name"].startswith(prefix)]


async def test_partitions_reach_as_far_back_and_ahead_as_registered(conn: Connection) -> None:
    await ensure_partitions(conn, TODAY)
    assert await parts_of(conn, "event_log", 2031) == ["05", "06", "07", "08"]
    assert await parts_of(conn, "user_activity", 2031) == [f"{m:02}" for m in range(1, 9)]
    assert await parts_of(conn, "user_activity", 2029) == [f"{m:02}" for m in range(4, 13)]


async def test_partitions_leave_no_gap_over_the_turn_of_a_year(conn: Connection) -> None:
    await ensure_partitions(conn, date(2031, 11, 30))
    months = [datetime(2031 + m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in range(10, 15)]
    for one, two in pairwise(months[:4]):
        for moment in (one, two - timedelta(microseconds=1)):
            await conn.execute(INSERT, "acme", int(moment.timestamp() * 1000), moment)
    with pytest.raises(asyncpg.CheckViolationError):
        await conn.execute(INSERT, "acme", 1, months[4])


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
async def test_partitions_are_of_utc_months_whatever_the_zone_of_the_session(
    conn: Connection, zone: str
) -> None:
    await conn.execute(f"SET TIME ZONE '{zone}'")
    await ensure_partitions(conn, TODAY)
    await conn.execute(INSERT, "acme", 1, datetime(2031, 5, 1, tzinfo=UTC))
    with pytest.raises(asyncpg.CheckViolationError):
        await conn.execute(INSERT, "acme", 2, datetime(2031, 4, 30, 23, 59, 59, tzinfo=UTC))


async def test_the_job_makes_the_partitions_of_its_clock(servers: Servers, database: str) -> None:
    clock = Clock()
    clock.now = datetime(2032, 1, 31, 12, tzinfo=UTC)
    async with asyncpg.create_pool(
        servers.dsn(database, "activity"), server_settings={"search_path": "activity"}, min_size=1
    ) as pool:
        [ensure, _] = upkeep(pool, clock)
        await ensure.run(b"")
        async with pool.acquire() as conn:
            assert await parts_of(conn, "event_log", 2032) == ["01", "02", "03", "04"]


@pytest.fixture
async def upkeep_of_log(servers: Servers, database: str) -> AsyncIterator[Transaction]:
    """Other upkeep of the event log under way; those who wait for it soon give up."""
    async with connected(servers.admin_dsn(database), "activity") as other:
        await other.execute("ALTER FUNCTION ensure_partitions SET lock_timeout = '10ms'")
        transaction = other.transaction()
        await transaction.start()
        await other.execute("LOCK TABLE event_log IN SHARE UPDATE EXCLUSIVE MODE")
        yield transaction


async def test_partitions_are_asked_for_again_where_other_upkeep_is_in_the_way(
    conn: Connection, upkeep_of_log: Transaction
) -> None:
    async def it_ends(_: float) -> None:
        await upkeep_of_log.rollback()

    assert await ensure_partitions(conn, TODAY, pause=it_ends) > 0
    assert await parts_of(conn, "event_log", 2031) == ["05", "06", "07", "08"]


@pytest.mark.usefixtures("upkeep_of_log")
async def test_upkeep_that_never_ends_is_told_after_some_attempts_and_nothing_is_made(
    conn: Connection,
) -> None:
    pauses: list[float] = []

    async def go_on(seconds: float) -> None:
        pauses.append(seconds)

    with pytest.raises(asyncpg.LockNotAvailableError):
        await ensure_partitions(conn, TODAY, pause=go_on)
    assert len(pauses) == ATTEMPTS - 1
    assert await parts_of(conn, "user_activity", 2031) == []


@pytest.fixture
async def log(conn: Connection) -> Connection:
    """Acme has an event in each of three months, other in the first; heads say so."""
    for month in (1, 2, 3):
        await ensure_partitions(conn, date(2031, month, 1))
    for seq, moment in enumerate((JANUARY, FEBRUARY, MARCH), 1):
        await conn.execute(INSERT, "acme", seq, moment)
    await conn.execute(INSERT, "other", 1, JANUARY)
    await conn.execute("INSERT INTO event_head VALUES ('acme', 3), ('other', 1)")
    return conn


async def drop(conn: Connection, before: datetime) -> int:
    """How many partitions of 2031 were dropped."""
    months = await parts_of(conn, "event_log", 2031)
    await conn.fetchval(SQL["drop_passed_events"], before)
    return len(months) - len(await parts_of(conn, "event_log", 2031))


async def acknowledge(conn: Connection, *seqs: tuple[str, str, int]) -> None:
    await conn.execute("DELETE FROM event_consumers")
    for organization, consumer, seq in seqs:
        await conn.execute(ACKNOWLEDGE, organization, consumer, seq)


async def test_what_every_consumer_has_passed_and_is_old_enough_is_dropped(
    log: Connection,
) -> None:
    await acknowledge(log, ("acme", "a", 2), ("acme", "b", 3), ("other", "a", 1))
    assert await drop(log, datetime(2031, 2, 27, tzinfo=UTC)) == 1
    assert await drop(log, datetime(2031, 3, 1, tzinfo=UTC)) == 1
    heads = await log.fetch("SELECT organization_id, dropped FROM event_head ORDER BY 1")
    assert [tuple(head) for head in heads] == [("acme", 2), ("other", 1)]


@pytest.mark.parametrize(
    "behind",
    [
        [("acme", "a", 0), ("acme", "b", 3), ("other", "a", 1)],
        [("acme", "a", 3), ("acme", "b", 0), ("other", "a", 1)],
        [("acme", "a", 3), ("acme", "b", 3), ("other", "a", 0)],
    ],
)
async def test_one_consumer_that_is_behind_in_one_organization_keeps_the_log(
    log: Connection, behind: list[tuple[str, str, int]]
) -> None:
    await acknowledge(log, *behind)
    assert await drop(log, datetime(2032, 1, 1, tzinfo=UTC)) == 0


async def test_what_is_not_old_enough_is_kept(log: Connection) -> None:
    await acknowledge(log, ("acme", "a", 3), ("other", "a", 1))
    assert await drop(log, datetime(2031, 1, 31, tzinfo=UTC)) == 0


async def test_a_later_month_is_kept_while_an_earlier_one_is(log: Connection) -> None:
    await acknowledge(log, ("acme", "a", 3), ("other", "a", 0))
    assert await drop(log, datetime(2031, 3, 1, tzinfo=UTC)) == 0


def test_the_log_is_kept_for_seven_days() -> None:
    assert timedelta(days=7) == KEPT
