"""Values of columns that have few, for who writes queries: bounded, and nothing personal.

Where the database has statistics of a column its most common values are taken from there; where a
table was never analyzed, the distinct values of its first rows.
"""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import asyncpg

from services.analytics.catalogue.domain import Column, Relation
from services.analytics.catalogue.naming import qualified, quoted
from services.analytics.catalogue.reading import SQL, Read
from services.analytics.connections.probing import looking
from services.common import pii
from services.common.db import Connection

MOST_VALUES = 50
VALUE_CHARACTERS = 100
MOST_STATISTICS = 300_000
# Of tables without statistics.
MOST_COLUMNS_READ = 200
ROWS_READ = 10_000
SECONDS, SECONDS_A_COLUMN = 20.0, 2.0

TYPES = re.compile(r"(text|character( varying)?(\(\d+\))?|\"char\"|name|citext|.*\.citext)")
ENUM = re.compile(r".+\..+")
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What names or describes a person, or is secret, whatever its values look like.
PERSONAL = words_of(
    """
    address birth birthday birthdate body card city comment comments diagnosis dob email ethnicity
    fax firstname fullname gender hash health iban ip key lastname latitude login longitude mail
    message mobile nickname note notes passport passwd password phone postal postcode pwd religion
    salary secret sex ssn street subject surname text token username zip
    """
)
# With "name" after it, a person's.
OF_PERSONS = words_of(
    """
    account author buyer client contact customer display employee family first full given last
    maiden member middle nick owner patient person recipient seller sender user
    """
)


async def sampled(conn: Connection, found: Read) -> Read:
    """The same with values. What takes too long is left out."""
    values: dict[tuple[str, str, str], Sequence[str]] = {}
    with suppress(TimeoutError, asyncpg.PostgresError):
        async with asyncio.timeout(SECONDS):
            known = await statistics(conn)
            values.update({place: some for place, some in known.items() if some})
            wanted = [place for place in few_may_be(found.relations) if place not in known]
            for place in wanted[:MOST_COLUMNS_READ]:
                values[place] = await distinct(conn, *place)
    return replace(found, relations=[with_values(each, values) for each in found.relations])


async def statistics(
    conn: Connection,
) -> dict[tuple[str, str, str], Sequence[str] | None]:
    """Schema, relation and column -> values; None where they are many."""
    async with looking(conn, SECONDS):
        rows = await conn.fetch(SQL["statistics"], MOST_VALUES, MOST_STATISTICS)
    return {(row["schema"], row["relation"], row["name"]): row["values"] for row in rows}


def few_may_be(relations: Iterable[Relation]) -> Iterable[tuple[str, str, str]]:
    """Columns of tables that are text, and are not personal by their name."""
    return (
        (relation.schema, relation.name, column.name)
        for relation in relations
        if relation.kind in ("table", "partitioned table", "materialized view")
        for column in relation.columns
        if may_be_shown(column)
    )


async def distinct(conn: Connection, schema: str, relation: str, column: str) -> Sequence[str]:
    """Distinct values of the first rows where they are few, and come more than once."""
    name = quoted(column)
    sql = (
        f"SELECT {name}::text, count(*) FROM (SELECT {name} FROM {qualified(schema, relation)}"
        f" WHERE {name} IS NOT NULL LIMIT {ROWS_READ}) AS first_rows"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_VALUES + 1}"
    )
    try:
        async with looking(conn, SECONDS_A_COLUMN):
            rows = await conn.fetch(sql)
    except asyncpg.PostgresError:
        return ()
    repeated = sum(row[1] for row in rows) >= 2 * len(rows)
    return [row[0] for row in rows] if repeated and len(rows) <= MOST_VALUES else ()


def with_values(
    relation: Relation, values: Mapping[tuple[str, str, str], Sequence[str]]
) -> Relation:
    def filled(column: Column) -> Column:
        some = values.get((relation.schema, relation.name, column.name), ())
        return replace(column, samples=shown(some)) if some and may_be_shown(column) else column

    return replace(relation, columns=tuple(map(filled, relation.columns)))


def may_be_shown(column: Column) -> bool:
    is_text = TYPES.fullmatch(column.type) or ENUM.fullmatch(column.type)
    return bool(is_text) and not is_personal(column.name)


def is_personal(name: str) -> bool:
    """Whether a column of this name holds what is somebody's, as "customerName" and "e_mail"."""
    words = [word.lower() for word in WORDS.findall(name)]
    joined = {"".join(pair) for pair in pairwise(words)}
    if PERSONAL & (set(words) | joined):
        return True
    return "name" in words and bool(OF_PERSONS & set(words))


def shown(values: Collection[str]) -> tuple[str, ...]:
    """All of them, or none where one is personal or no word of a list."""
    if any(len(value) > VALUE_CHARACTERS or pii.find(value) for value in values):
        return ()
    return tuple(sorted(values))
