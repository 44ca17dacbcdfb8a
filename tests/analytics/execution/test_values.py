"""How PostgreSQL's values look as JSON."""

import pytest

from services.analytics.execution.domain import Limits
from services.analytics.execution.executor import Executor
from tests.databases import connected

VALUES = {
    "NULL": "null",
    "true": "true",
    "32767::smallint": "32767",
    "9223372036854775807": "9223372036854775807",
    "1.10": "1.10",
    "12345678901234567890.123456789012345678901234567890": (
        "12345678901234567890.123456789012345678901234567890"
    ),
    "0 / 7.00000000000000000000": "0",
    "0.00": "0.00",
    "'NaN'::numeric": '"NaN"',
    "'-Infinity'::numeric": '"-Infinity"',
    "1.1::real": "1.1",
    "0.1::double precision + 0.2::double precision": "0.30000000000000004",
    "1e300::double precision": "1e300",
    "'NaN'::double precision": '"NaN"',
    "'Infinity'::real": '"Infinity"',
    "'it''s \"é\"'": '"it\'s \\"é\\""',
    "'x'::\"char\"": '"x"',
    "'x'::char(3)": '"x  "',
    "'\\xdead'::bytea": '"\\\\xdead"',
    "timestamptz '2026-01-05 10:00:00.250+01'": '"2026-01-05T09:00:00.25Z"',
    "timestamptz '0987-01-05 09:00Z'": '"0987-01-05T09:00:00Z"',
    "timestamptz '0044-03-15 09:00Z BC'": '"0044-03-15 09:00:00+00 BC"',
    "timestamp '2026-01-05 10:00:00'": '"2026-01-05T10:00:00"',
    "'infinity'::timestamptz": '"infinity"',
    "'-infinity'::timestamp": '"-infinity"',
    "'infinity'::date": '"infinity"',
    "date '2026-01-05'": '"2026-01-05"',
    "date '4713-01-01 BC'": '"4713-01-01 BC"',
    "timestamptz '20000-01-01 00:00Z'": '"20000-01-01 00:00:00+00"',
    "time '10:00'": '"10:00:00"',
    "timetz '10:00+02'": '"10:00:00+02"',
    "interval '1 month 2 days 3 hours'": '"P1M2DT3H"',
    "'{\"a\": 12345678901234567890.10}'::jsonb": '{"a": 12345678901234567890.10}',
    "'[1,  2]'::json": "[1,  2]",
    "'null'::jsonb": "null",
    "'\"\\ud800\"'::json": '"\\"\\\\ud800\\""',
    "'\"\\u0000\"'::json": '"\\"\\\\u0000\\""',
    "'1e1000000'::json": '"1e1000000"',
    "'5f0c6e2d-8b4a-4f7f-9e0d-1c2b3a495867'::uuid": '"5f0c6e2d-8b4a-4f7f-9e0d-1c2b3a495867"',
    "'feeling'::mood": '"feeling"',
    "ARRAY['feeling']::mood[]": '["feeling"]',
    "ARRAY[[1, 2], [3, NULL]]": "[[1,2],[3,null]]",
    "ARRAY[1.50, 'NaN']": '[1.50,"NaN"]',
    "ARRAY[]::text[]": "[]",
    "ARRAY[interval '1 day']": '["P1D"]',
    "ROW(1, 'a')": '{"f1":1,"f2":"a"}',
    "ROW(1.50, 'a')::pair": '{"x":1.50,"y":"a"}',
    "ARRAY[ROW(1.50, 'a')::pair]": '[{"x":1.50,"y":"a"}]',
    "int4range(1, 5)": '"[1,5)"',
    "'{[1,5)}'::int4multirange": '"{[1,5)}"',
    "inet '10.0.0.1/8'": '"10.0.0.1/8"',
    "B'101'": '"101"',
    "money '12.50'": '"$12.50"',
    "point '(1,2)'": '"(1,2)"',
    "ARRAY[point '(1,2)']": '["(1,2)"]',
    "to_tsvector('simple', 'b a')": "\"'a':2 'b':1\"",
    "5::positive": "5",
    "'pg_class'::regclass": '"pg_class"',
    "1::oid": "1",
}


@pytest.fixture(scope="module")
async def typed(at: str) -> str:
    async with connected(at) as conn:
        await conn.execute(
            "CREATE TYPE mood AS ENUM ('feeling');"
            "CREATE TYPE pair AS (x numeric, y text);"
            "CREATE DOMAIN positive AS numeric CHECK (value > 0);"
        )
    return at


@pytest.mark.parametrize("value", VALUES)
async def test_a_value_looks_as_documented(executor: Executor, typed: str, value: str) -> None:
    async with executor.running("a", "b", f"SELECT {value} AS v", Limits()) as rows:
        [row] = [row async for batch in rows for row in batch]
    assert row.decode() in (f"[{VALUES[value]}]", f"[{VALUES[value].replace(':', ': ')}]")


async def test_columns_of_the_same_name_stay_apart(executor: Executor) -> None:
    async with executor.running("a", "b", "SELECT 1 AS a, ROW(2) AS a", Limits()) as rows:
        [row] = [row async for batch in rows for row in batch]
    assert [(c.name, c.type) for c in rows.columns] == [("a", "integer"), ("a", "record")]
    assert row == b'[1,{"f1":2}]'
