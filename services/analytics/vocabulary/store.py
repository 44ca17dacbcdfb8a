"""Words of connections: one method for each query in queries.sql."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.analytics.vocabulary.domain import Put, Term
from services.common.db import Connection, Database, load_queries

SQL = load_queries(__package__)


async def put_terms(conn: Connection, organization_id: str, connection_id: str, what: Put) -> None:
    args = (json_text(what.terms), what.updated_at, what.updated_by)
    await conn.execute(SQL["put_terms"], organization_id, connection_id, *args)


async def get_put(database: Database, organization_id: str, connection_id: str) -> Put | None:
    """The words that were put; None where none were."""
    row = await database.fetchrow(SQL["get_put"], organization_id, connection_id)
    if row is None:
        return None
    terms = msgspec.json.decode(row["terms"], type=tuple[Term, ...])
    return Put(terms=terms, updated_at=row["updated_at"], updated_by=row["updated_by"])


async def drop_put(conn: Connection, organization_id: str, connection_id: str) -> bool:
    """Whether there were any."""
    return bool(await conn.fetchval(SQL["drop_put"], organization_id, connection_id))


async def list_connections(
    database: Database, organization_id: str, after: str, limit: int
) -> list[str]:
    """The ids of the next connections that have a vocabulary."""
    rows = await database.fetch(SQL["list_connections"], organization_id, after, limit)
    return [row["connection_id"] for row in rows]


async def take_number(conn: Connection, organization_id: str) -> int:
    seq: int = await conn.fetchval(SQL["take_number"], organization_id)
    return seq


async def append_fact(
    conn: Connection, organization_id: str, seq: int, now: datetime, fact_type: str, fact: bytes
) -> None:
    await conn.execute(SQL["append_fact"], organization_id, seq, now, fact_type, fact)


async def read_head(database: Database, organization_id: str) -> int:
    """The newest number of the organization's log; 0 where there is none."""
    return await database.fetchval(SQL["read_head"], organization_id) or 0


def json_text(terms: Sequence[Term]) -> str:
    return msgspec.json.encode(terms).decode()
