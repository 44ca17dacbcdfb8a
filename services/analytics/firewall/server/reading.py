"""What functions a live server has, and the lines that the list has for them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from services.analytics.firewall.server.verdicts import (
    UNCALLABLE,
    Procedure,
    Verdict,
    callable_by_queries,
    classify,
)
from services.common.db import Connection, load_queries

SQL = load_queries(__package__)

# From the one that is refused to the one that is not.
STRICTEST = (Verdict.REFUSED, Verdict.CATALOGUE, Verdict.ALLOWED)


@dataclass(frozen=True)
class Found:
    """What a server has. A type's name is also a function of one argument: int4('1') is a cast."""

    functions: list[Procedure]
    types: list[str]
    relations: list[str]


async def read(dsn: str) -> Found:
    """What the server has, and the extensions that it can create."""
    async with _with_extensions(dsn) as conn:
        functions = [Procedure(**row) for row in await conn.fetch(SQL["procedures"])]
        types = [row["name"] for row in await conn.fetch(SQL["types"])]
        relations = [row["name"] for row in await conn.fetch(SQL["relations"])]
    return Found(functions, types, relations)


@asynccontextmanager
async def _with_extensions(dsn: str) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(dsn)
    try:
        transaction = conn.transaction()
        await transaction.start()
        for row in await conn.fetch(SQL["extensions"]):
            await _try(conn, f'CREATE EXTENSION IF NOT EXISTS "{row["name"]}" CASCADE')
        yield conn
        await transaction.rollback()
    finally:
        await conn.close()


async def _try(conn: Connection, command: str) -> None:
    """An extension may need a library that the machine has not: then it is left out."""
    try:
        async with conn.transaction():
            await conn.execute(command)
    except asyncpg.PostgresError:
        pass


def lines(functions: Iterable[Procedure], types: Iterable[str]) -> Iterator[str]:
    """The list of functions: sorted, one line a name."""
    rows: dict[str, tuple[str, Verdict, str]] = {}
    for name in types:
        rows[name] = ("", *_of_type(name))
    by_name = defaultdict(list)
    for procedure in functions:
        by_name[procedure.name].append(procedure)
    for name, overloads in by_name.items():
        rows |= dict(_of_overloads(name, overloads))
    for name in sorted(rows):
        yield "\t".join((name, *rows[name]))


def _of_type(name: str) -> tuple[Verdict, str]:
    if name.startswith("reg"):
        return Verdict.CATALOGUE, "casts, and tells of relations by name"
    if name == "aclitem":
        return Verdict.CATALOGUE, "casts, and tells of roles by name"
    return Verdict.ALLOWED, "casts"


def _of_overloads(
    name: str, overloads: list[Procedure]
) -> Iterator[tuple[str, tuple[str, Verdict, str]]]:
    """One line where all are alike, else one for each number of arguments."""
    ours = [p for p in overloads if callable_by_queries(p)]
    if not ours:
        extension = min(p.extension for p in overloads)
        yield name, (extension, Verdict.REFUSED, UNCALLABLE)
        return
    if len({classify(p)[0] for p in ours}) == 1:
        yield name, _strictest(ours)
        return
    for count in sorted({p.fewest for p in ours} | {len(p.arguments) for p in ours}):
        fitting = [p for p in ours if p.fewest <= count <= len(p.arguments) or p.variadic]
        yield f"{name}/{count}", _strictest(fitting)


def _strictest(overloads: list[Procedure]) -> tuple[str, Verdict, str]:
    verdicts = [(p.extension, *classify(p)) for p in overloads]
    return min(verdicts, key=lambda found: (STRICTEST.index(found[1]), found[0], found[2]))
