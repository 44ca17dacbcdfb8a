"""The seeded databases tell typical wrong SQL from gold."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from cli.evaluation import databases
from cli.evaluation.comparing import Rules, same
from cli.evaluation.suite import SHIPPED, Question, Suite, read
from tests.cli.evaluation.mutants import mutants
from tests.suite import Servers

CAUGHT = 0.95
# The same moment in each run, so that the same mutants are caught.
NOW = """
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT timestamptz '2026-11-18 14:20:00+00' $$
"""
ELSEWHERE = "Asia/Tokyo"


@asynccontextmanager
async def filled(servers: Servers, suite: Suite) -> AsyncIterator[list["asyncpg.Connection[Any]"]]:
    async with AsyncExitStack() as stack:
        admin = await asyncpg.connect(servers.admin_dsn())
        stack.push_async_callback(admin.close)
        if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", databases.READER):
            await databases.make_reader(admin, "reader")
        conns = []
        for seed in suite.seeds:
            await databases.build(admin, suite, seed)
            name = databases.name_of(suite, seed)
            stack.push_async_callback(admin.execute, f'DROP DATABASE "{name}"')
            path = {"search_path": "public, pg_catalog"}
            conn = await asyncpg.connect(servers.admin_dsn(name), server_settings=path)
            stack.push_async_callback(conn.close)
            await conn.execute(NOW)
            await databases.fill(conn, suite, seed)
            conns.append(conn)
        yield conns


def made_up(name: str) -> Suite:
    """A suite that is shipped, by a name that no other test has."""
    return replace(read(SHIPPED / name), name=f"{name}_{uuid.uuid4().hex[:8]}")


@pytest.mark.parametrize("name", ["clinic", "lessons"])
async def test_databases_tell_typical_mistakes_from_gold(servers: Servers, name: str) -> None:
    suite = made_up(name)
    survivors, tried = [], 0
    async with filled(servers, suite) as conns:
        for question in {q.gold: q for q in suite.questions if q.gold}.values():
            zone, rules = suite.time_zone, Rules(question.tolerance, question.ordered)
            gold = [await databases.gold(conn, question.gold, zone) for conn in conns]
            for mistake, sql, there in mistakes(question, zone):
                tried += 1
                if not await caught(conns, gold, sql, there, replace(rules, zone=zone)):
                    survivors.append(f"{mistake}: {question.text}")
    assert tried > 400
    assert len(survivors) <= (1 - CAUGHT) * tried, "\n".join(survivors)


def mistakes(question: Question, zone: str) -> list[tuple[str, str, str]]:
    found = [(mistake, sql, zone) for mistake, sql in mutants(question.gold)]
    if "date_trunc" in question.gold:
        found.append(("another zone", question.gold, ELSEWHERE))
    return found


async def caught(
    conns: Sequence["asyncpg.Connection[Any]"],
    gold: Sequence[Any],
    sql: str,
    zone: str,
    rules: Rules,
) -> bool:
    """Whether any of the databases gives other rows, or refuses the statement."""
    for conn, wanted in zip(conns, gold, strict=True):
        try:
            if not same(wanted, await databases.gold(conn, sql, zone), rules):
                return True
        except asyncpg.PostgresError:
            return True
    return False


async def test_gold_can_change_nothing(servers: Servers) -> None:
    suite = replace(made_up("lessons"), seeds=(4,))
    async with filled(servers, suite) as [conn]:
        before = await databases.fingerprint(conn)
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await databases.gold(conn, "DELETE FROM events", "UTC")
        assert await databases.fingerprint(conn) == before
        await conn.execute("UPDATE events SET event = 'x' WHERE user_id = 'learner-1'")
        assert await databases.fingerprint(conn) != before
