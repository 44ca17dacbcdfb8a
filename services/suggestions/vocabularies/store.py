"""The table of vocabularies: one method for each query in queries.sql."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.common.db import Connection, Database, load_queries
from services.suggestions.templates.vocabulary import Term, Vocabulary

SQL = load_queries(__package__)


class Stored(NamedTuple):
    """A vocabulary as it is stored; None where it is the one that is known."""

    version: str
    vocabulary: Vocabulary | None


class VocabularyStore:
    async def read(
        self, database: Database, organization_id: str, known: Mapping[str, str]
    ) -> dict[str, Stored]:
        """All vocabularies by connection; `known` are versions that need not be read again."""
        args = (organization_id, list(known), list(known.values()))
        rows = await database.fetch(SQL["read_vocabularies"], *args)
        return {r["connection_id"]: Stored(r["version"], vocabulary_of(r["terms"])) for r in rows}

    async def put(
        self,
        conn: Connection,
        organization_id: str,
        vocabularies: Mapping[str, Vocabulary],
        now: datetime,
    ) -> None:
        terms = [json_text(one.terms) for one in vocabularies.values()]
        versions = [one.version for one in vocabularies.values()]
        args = (organization_id, list(vocabularies), terms, versions, now)
        await conn.execute(SQL["put_vocabularies"], *args)

    async def drop(
        self, conn: Connection, organization_id: str, connections: Iterable[str]
    ) -> None:
        await conn.execute(SQL["drop_vocabularies"], organization_id, list(connections))

    async def drop_others(
        self, conn: Connection, organization_id: str, connections: Iterable[str]
    ) -> None:
        """Drop all but those of these connections."""
        await conn.execute(SQL["drop_other_vocabularies"], organization_id, list(connections))


def vocabulary_of(terms: str | None) -> Vocabulary | None:
    return None if terms is None else Vocabulary(msgspec.json.decode(terms, type=tuple[Term, ...]))


def json_text(terms: tuple[Term, ...]) -> str:
    return msgspec.json.encode(terms).decode()
