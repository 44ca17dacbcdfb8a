"""Each piece of advice, on a real plan of a real table."""

from collections.abc import AsyncIterator

import pytest

from services.analytics.catalogue.domain import Catalogue, Column, Relation
from services.analytics.editor.advice import (
    CARTESIAN,
    MISSING_INDEX,
    ON_FUNCTION,
    SEQUENTIAL,
    Advice,
    advice,
)
from services.analytics.execution.executor import Executor
from services.analytics.execution.pools import Pools
from tests.analytics.executing import One
from tests.databases import connected

MADE = """
CREATE TABLE visits (id bigint PRIMARY KEY, at timestamptz, email text, city text, score int);
INSERT INTO visits SELECT i, timestamptz '2026-01-01' + i * interval '1 minute', 'u' || i,
    'city' || i % 500, i % 100 FROM generate_series(1, 120000) i;
CREATE INDEX ON visits (at);
CREATE INDEX ON visits (email);
CREATE TABLE small (id bigint PRIMARY KEY, city text);
INSERT INTO small SELECT i, 'city' || i FROM generate_series(1, 500) i;
ANALYZE visits, small;
"""


def relation(name: str, columns: str, indexed: str, rows: int) -> Relation:
    return Relation(
        schema="public",
        name=name,
        kind="table",
        columns=tuple(Column(column, "text") for column in columns.split()),
        indexed=tuple((column,) for column in indexed.split()),
        rows=rows,
    )


TABLES = (
    relation("visits", "id at email city score", "id at email", 120_000),
    relation("small", "id city", "id", 500),
)
CATALOGUE = Catalogue("shop", ("public",), {(t.schema, t.name): t for t in TABLES})


@pytest.fixture(scope="module")
async def visited(at: str) -> AsyncIterator[str]:
    async with connected(at) as conn:
        await conn.execute(MADE)
        yield at
        await conn.execute("DROP TABLE visits, small")


async def told(at: str, sql: str, catalogue: Catalogue = CATALOGUE) -> list[Advice]:
    async with Pools(1) as pools:
        plan = await Executor(One(at), pools).explain("acme", "shop", sql)
    return advice(plan, catalogue)


def kinds(found: list[Advice]) -> list[str]:
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("city = 'city7'", ["city"]),
        ("city LIKE 'x%' AND score > 98", ["city", "score"]),
        ("city = 'a = b' AND score = 3", ["city", "score"]),
    ],
)
async def test_a_scan_for_few_rows_lacks_an_index(
    visited: str, condition: str, columns: list[str]
) -> None:
    found = await told(visited, f"SELECT * FROM visits WHERE {condition}")
    assert kinds(found) == [MISSING_INDEX, SEQUENTIAL]
    assert (found[0].relation, sorted(found[0].columns)) == ("visits", columns)
    assert "index on (" in found[0].message


@pytest.mark.parametrize(
    ("condition", "column"),
    [
        ("lower(email) = 'u7'", "email"),
        ("date_trunc('day', at) = timestamptz '2026-01-05'", "at"),
        ("extract(year FROM at) = 2026", "at"),
    ],
)
async def test_a_function_keeps_an_index_from_being_used(
    visited: str, condition: str, column: str
) -> None:
    found = await told(visited, f"SELECT * FROM visits WHERE {condition}")
    assert kinds(found) == [ON_FUNCTION, SEQUENTIAL]
    assert (found[0].relation, list(found[0].columns)) == ("visits", [column])


async def test_all_of_a_large_table_is_read(visited: str) -> None:
    found = await told(visited, "SELECT city, count(*) FROM visits GROUP BY city")
    assert kinds(found) == [SEQUENTIAL]


async def test_a_join_without_a_condition_is_told_first(visited: str) -> None:
    found = await told(visited, "SELECT count(*) FROM small a, small b")
    assert kinds(found) == [CARTESIAN]
    found = await told(visited, "SELECT count(*) FROM visits v, small s WHERE v.score = 3")
    assert found[0].kind == CARTESIAN


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM visits WHERE id = 7",
        "SELECT * FROM visits WHERE email = 'u7'",
        "SELECT * FROM visits WHERE at > timestamptz '2026-03-24 06:00Z'",
        "SELECT lower(email) FROM visits WHERE id = 7",
        "SELECT * FROM small WHERE city = 'city7'",
        "SELECT * FROM small a JOIN small b ON a.id = b.id",
        "SELECT * FROM small a JOIN visits v ON v.id = a.id WHERE a.id < 5",
        "SELECT * FROM small a JOIN small b ON a.id < b.id",
        "SELECT 1",
    ],
)
async def test_nothing_is_told_of_what_is_well(visited: str, sql: str) -> None:
    assert await told(visited, sql) == []


async def test_without_a_catalogue_the_cost_tells_what_is_large(visited: str) -> None:
    async with connected(visited) as conn:
        await conn.execute(
            "CREATE TABLE IF NOT EXISTS wide AS SELECT i, repeat('x', 500) AS text"
            " FROM generate_series(1, 200000) i"
        )
        await conn.execute("ANALYZE wide")
    found = await told(visited, "SELECT * FROM wide WHERE i = 7", Catalogue("shop", ("public",)))
    assert kinds(found) == [MISSING_INDEX, SEQUENTIAL]
