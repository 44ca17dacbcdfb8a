"""Words of connections: one method for each query in queries.sql."""

from collections.abc import Sequence

import msgspec

from services.analytics.connections.domain import EVENTS
from services.analytics.knowledge.versions.domain import BUSINESS_METRIC, DIMENSION, ENTITY
from services.analytics.vocabulary.domain import Kind, Put, Term
from services.common.db import Connection, Database, load_queries

SQL = load_queries(__package__)
KINDS: dict[str, Kind] = {
    BUSINESS_METRIC: "metric",
    DIMENSION: "dimension",
    ENTITY: "entity",
}


class Defined(msgspec.Struct):
    """What of a definition's content is words. A metric that needs others is derived."""

    display_name: str = ""
    synonyms: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    type: str = ""


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


async def list_defined(database: Database, organization_id: str, connection_id: str) -> list[Term]:
    """The terms of the business metrics, dimensions and entities, in the order of their names."""
    rows = await database.fetch(SQL["list_defined"], organization_id, connection_id)
    return [defined_term(KINDS[row["kind"]], row["name"], row["content"]) for row in rows]


async def drop_put(conn: Connection, organization_id: str, connection_id: str) -> bool:
    """Whether there were any."""
    return bool(await conn.fetchval(SQL["drop_put"], organization_id, connection_id))


async def is_registered(database: Database, organization_id: str, connection_id: str) -> bool:
    """Whether the organization has a database of this id, or it is the built-in one."""
    if connection_id == EVENTS:
        return True
    return bool(await database.fetchval(SQL["is_registered"], organization_id, connection_id))


async def list_connections(
    database: Database, organization_id: str, after: str, limit: int
) -> list[str]:
    """The ids of the next connections that exist, in their order."""
    rows = await database.fetch(SQL["list_connections"], organization_id, after, limit, EVENTS)
    return [row["connection_id"] for row in rows]


async def take_number(conn: Connection, organization_id: str) -> int:
    seq: int = await conn.fetchval(SQL["take_number"], organization_id)
    return seq


async def append_fact(
    conn: Connection, organization_id: str, seq: int, fact_type: str, fact: bytes
) -> None:
    await conn.execute(SQL["append_fact"], organization_id, seq, fact_type, fact)


async def read_head(database: Database, organization_id: str) -> int:
    """The newest number of the organization's log; 0 where there is none."""
    return await database.fetchval(SQL["read_head"], organization_id) or 0


def json_text(terms: Sequence[Term]) -> str:
    return msgspec.json.encode(terms).decode()


def defined_term(kind: Kind, name: str, content: str) -> Term:
    """A definition's term: its name as it is said, so that "order_count" is "order count"."""
    found, spoken = msgspec.json.decode(content, type=Defined), name.replace("_", " ").strip()
    synonyms = [word for word in (found.display_name, *found.synonyms) if word]
    return Term(
        name=spoken or name,
        kind=kind,
        synonyms=tuple(dict.fromkeys(synonyms)),
        derived=found.type in ("ratio", "derived"),
        values=found.values,
    )
