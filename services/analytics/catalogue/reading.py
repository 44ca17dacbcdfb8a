"""Reads what a database holds, as the role of its connection sees it: a few bounded queries."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.analytics.catalogue.domain import Column, ForeignKey, Relation
from services.common.db import Connection, load_queries

SQL = load_queries(__package__, "introspection.sql")
MOST_RELATIONS = 10_000
MOST_COLUMNS = 300_000
MOST_KEYS = 100_000
MOST_FUNCTIONS = 10_000
KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}
# Their functions that are not volatile compute, and neither run a text as SQL nor reach outside.
EXTENSIONS = (
    *("btree_gin", "btree_gist", "citext", "cube", "earthdistance", "fuzzystrmatch", "hstore"),
    *("intarray", "isn", "ltree", "pg_trgm", "pgcrypto", "postgis", "seg", "unaccent"),
    *("uuid-ossp", "vector"),
)


@dataclass(frozen=True)
class Read:
    """What was read; `truncated` where the database holds more than is read."""

    search_path: tuple[str, ...]
    relations: Sequence[Relation]
    functions: frozenset[tuple[str, str]]
    truncated: bool


async def search_path_of(conn: Connection) -> tuple[str, ...]:
    """Of the role, before anything sets another one."""
    return tuple(await conn.fetchval(SQL["search_path"]))


async def read(conn: Connection, search_path: tuple[str, ...]) -> Read:
    """Within a transaction, so that all is of one moment, whose search_path is pg_catalog."""
    rows = await conn.fetch(SQL["relations"], MOST_RELATIONS + 1)
    some = rows[:MOST_RELATIONS]
    ids = [row["id"] for row in some]
    columns = await conn.fetch(SQL["columns"], ids, MOST_COLUMNS)
    keys = await conn.fetch(SQL["keys"], ids, MOST_KEYS)
    indexes = await conn.fetch(SQL["indexes"], ids, MOST_KEYS)
    functions = await conn.fetch(SQL["functions"], EXTENSIONS, MOST_FUNCTIONS)
    return Read(
        search_path,
        # In a thread, as 100,000 columns would hold up the loop for a third of a second.
        await asyncio.to_thread(relations_of, some, columns, keys, indexes),
        frozenset((row["schema"], row["name"]) for row in functions),
        len(rows) > MOST_RELATIONS or len(columns) == MOST_COLUMNS,
    )


def relations_of(
    rows: Sequence[Any], columns: Sequence[Any], keys: Sequence[Any], indexes: Sequence[Any]
) -> list[Relation]:
    parts = grouped(columns), grouped(keys), grouped(indexes)
    return [relation_of(row, *(part[row["id"]] for part in parts)) for row in rows]


def grouped(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(row)
    return found


def relation_of(
    row: Any, columns: Sequence[Any], keys: Sequence[Any], indexes: Sequence[Any]
) -> Relation:
    primary = next((tuple(key["columns"]) for key in keys if key["is_primary"]), ())
    return Relation(
        schema=row["schema"],
        name=row["name"],
        kind=KINDS[row["kind"]],
        columns=tuple(
            Column(column["name"], column["type"], column["nullable"], column["comment"])
            for column in columns
        ),
        primary_key=primary,
        foreign_keys=tuple(foreign_key_of(key) for key in keys if not key["is_primary"]),
        indexed=tuple(leading for index in indexes if (leading := leading_of(index["columns"]))),
        comment=row["comment"],
        rows=row["rows"],
    )


def foreign_key_of(row: Any) -> ForeignKey:
    columns, referenced = tuple(row["columns"]), tuple(row["referenced"])
    return ForeignKey(columns, row["schema"], row["relation"], referenced)


def leading_of(columns: Sequence[str | None]) -> tuple[str, ...]:
    """The columns before the first that is an expression."""
    found: list[str] = []
    for column in columns:
        if column is None:
            break
        found.append(column)
    return tuple(found)


def without_samples(relation: Relation) -> Relation:
    columns = tuple(replace(column, samples=()) for column in relation.columns)
    return replace(relation, columns=columns)
