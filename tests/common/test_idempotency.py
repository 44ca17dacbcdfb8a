"""Idempotency keys on real connections: one write, one answer, for a day."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import pytest
from attune.activity.v1 import activity_pb2 as pb

from services.common.db import Connection
from services.common.errors import IdempotencyKeyReused
from services.common.idempotency import (
    Claim,
    claim_keys,
    claim_of,
    forgetting,
    keep_responses,
    known_answer,
)
from tests.clock import Clock
from tests.databases import connected
from tests.suite import Servers
from tests.waiting import until

RPC = "Write"
Answer = bytes | IdempotencyKeyReused


@pytest.fixture
async def conns(servers: Servers, database: str) -> AsyncIterator[list[Connection]]:
    """Two connections, as of two processes."""
    async with AsyncExitStack() as stack:
        dsn = servers.dsn(database, "activity")
        yield [await stack.enter_async_context(connected(dsn, "activity")) for _ in range(2)]


def claim(key: str = "k", body: bytes = b"body", subject: str = "ann") -> Claim:
    return Claim(subject, key, body)


async def write(
    conn: Connection, clock: Clock, wanted: Claim, answer: bytes = b"1", org: str = "acme"
) -> Answer:
    """The answer to a write: its own, or that of the first one with this key."""
    async with conn.transaction():
        used = await claim_keys(conn, org, RPC, [wanted], clock)
        if wanted in used:
            return used[wanted]
        await keep_responses(conn, org, RPC, [(wanted, answer)])
    return answer


async def test_the_second_write_with_a_key_gets_the_first_answer(conns: list[Connection]) -> None:
    clock = Clock()
    assert await write(conns[0], clock, claim(), b"first") == b"first"
    assert await write(conns[1], clock, claim(), b"second") == b"first"


async def test_who_looks_first_finds_the_answer_and_claims_nothing(
    conns: list[Connection],
) -> None:
    clock = Clock()

    async def known(wanted: Claim | None) -> bytes | None:
        return await known_answer(conns[1], "acme", RPC, wanted, clock)

    assert (await known(None), await known(claim())) == (None, None)
    assert await write(conns[0], clock, claim(), b"first") == b"first"
    assert await known(claim()) == b"first"
    assert await known(claim(subject="bob")) is None
    with pytest.raises(IdempotencyKeyReused):
        await known(claim(body=b"another"))
    clock.advance(hours=24, seconds=1)
    assert await known(claim()) is None


async def test_of_concurrent_writes_in_two_processes_one_writes_and_both_answer_alike(
    conns: list[Connection],
) -> None:
    clock = Clock()
    one, two = conns
    transaction = one.transaction()
    await transaction.start()
    assert await claim_keys(one, "acme", RPC, [claim()], clock) == {}
    second = asyncio.create_task(write(two, clock, claim(), b"second"))
    await until(lambda: blocked(one, two))
    await keep_responses(one, "acme", RPC, [(claim(), b"first")])
    await transaction.commit()
    assert await second == b"first"


async def test_when_the_first_write_fails_the_second_one_writes(conns: list[Connection]) -> None:
    clock = Clock()
    one, two = conns
    transaction = one.transaction()
    await transaction.start()
    await claim_keys(one, "acme", RPC, [claim()], clock)
    second = asyncio.create_task(write(two, clock, claim(), b"second"))
    await until(lambda: blocked(one, two))
    await transaction.rollback()
    assert await second == b"second"


async def test_writers_of_the_same_keys_in_another_order_do_not_deadlock(
    conns: list[Connection],
) -> None:
    clock = Clock()
    keys = [claim(f"k{n:02}") for n in range(40)]

    async def claim_all(conn: Connection, wanted: list[Claim]) -> int:
        async with conn.transaction():
            used = await claim_keys(conn, "acme", RPC, wanted, clock)
            fresh = [(c, b"1") for c in wanted if c not in used]
            await keep_responses(conn, "acme", RPC, fresh)
        return len(fresh)

    both = await asyncio.gather(
        claim_all(conns[0], keys), claim_all(conns[1], list(reversed(keys)))
    )
    assert sorted(both) == [0, 40]


async def test_another_body_under_the_same_key_is_refused(conns: list[Connection]) -> None:
    clock = Clock()
    await write(conns[0], clock, claim(body=b"one"))
    assert isinstance(await write(conns[0], clock, claim(body=b"two")), IdempotencyKeyReused)
    assert await write(conns[0], clock, claim(body=b"one"), b"2") == b"1"


async def test_a_key_belongs_to_a_subject_of_an_organization(conns: list[Connection]) -> None:
    clock = Clock()
    await write(conns[0], clock, claim(), b"1")
    assert await write(conns[0], clock, claim(subject="bob"), b"2") == b"2"
    assert await write(conns[0], clock, claim(), b"3", org="other") == b"3"


async def test_a_key_holds_for_a_day_and_then_starts_afresh(conns: list[Connection]) -> None:
    clock = Clock()
    await write(conns[0], clock, claim(), b"1")
    clock.advance(hours=24)
    assert await write(conns[0], clock, claim(), b"2") == b"1"
    clock.advance(seconds=1)
    assert await write(conns[0], clock, claim(body=b"other"), b"3") == b"3"
    assert await write(conns[0], clock, claim(body=b"other"), b"4") == b"3"


async def test_keys_are_forgotten_after_their_day(servers: Servers, database: str) -> None:
    clock = Clock()
    async with asyncpg.create_pool(
        servers.dsn(database, "activity"), server_settings={"search_path": "activity"}, min_size=1
    ) as pool:
        job = forgetting(pool, clock)
        async with pool.acquire() as conn:
            await write(conn, clock, claim("old"))
            clock.advance(hours=2)
            await write(conn, clock, claim("new"))
        clock.advance(hours=23, minutes=30)
        await job.run(b"")
        assert [r["key"] for r in await pool.fetch("SELECT key FROM idempotency_keys")] == ["new"]


def test_the_claim_is_of_the_body_and_not_of_the_key() -> None:
    def asked(key: str, text: str) -> pb.LogActivityRequest:
        return pb.LogActivityRequest(activity_type="query", query_text=text, request_id=key)

    one, same, other = (claim_of("ann", asked(*a)) for a in [("k", "x"), ("l", "x"), ("k", "y")])
    assert one
    assert same
    assert other
    assert one.body_hash == same.body_hash != other.body_hash
    assert claim_of("ann", asked("", "x")) is None


async def blocked(one: Connection, two: Connection) -> bool:
    """Whether the second connection waits for the first."""
    return bool(
        await one.fetchval(
            "SELECT $1 = ANY(pg_blocking_pids($2))", one.get_server_pid(), two.get_server_pid()
        )
    )
