"""The terms of items: one method for each query in queries.sql."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.analytics.knowledge.search.domain import WHOLE
from services.analytics.knowledge.search.words import grams
from services.analytics.knowledge.versions.domain import Item
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)
# How much longer or shorter a word is than what it is misread for.
LETTERS = 2


@dataclass(frozen=True)
class Hit:
    """An item with what it was found by, what counts most first."""

    item: Item
    score: float
    terms: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What may be found: of these kinds and, unless it is "", of this connection or none."""

    kinds: Collection[str]
    connection_id: str
    restricted: bool
    limit: int


class TermStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def replace(
        self, conn: Connection, organization_id: str, item_id: UUID, terms: Mapping[str, float]
    ) -> None:
        """In the transaction that changes the item."""
        await conn.execute(SQL["forget_terms"], organization_id, item_id)
        if not terms:
            return
        args = (organization_id, item_id, list(terms), list(terms.values()))
        await conn.execute(SQL["add_terms"], *args)
        pairs = [(g, term) for term in terms if not term.startswith(WHOLE) for g in grams(term)]
        columns = ([gram for gram, _ in pairs], [stem for _, stem in pairs])
        await conn.execute(SQL["add_grams"], organization_id, *columns)

    async def items(self, organization_id: str) -> int:
        return int(await self.pool.fetchval(SQL["count_items"], organization_id))

    async def holders(self, organization_id: str, terms: Sequence[str]) -> dict[str, int]:
        """Term -> how many items have it, of those that one has."""
        rows = await self.pool.fetch(SQL["count_holders"], organization_id, terms)
        return {row["term"]: row["holders"] for row in rows}

    async def similar(self, organization_id: str, stem: str) -> list[str]:
        length = len(stem)
        args = (organization_id, list(grams(stem)), length - LETTERS, length + LETTERS)
        return [row["stem"] for row in await self.pool.fetch(SQL["similar_stems"], *args)]

    async def names(self, organization_id: str, terms: Sequence[str]) -> list[str]:
        rows = await self.pool.fetch(SQL["names_of_terms"], organization_id, terms)
        return [row["name"] for row in rows]

    async def best(
        self, organization_id: str, weights: Mapping[str, float], scope: Scope
    ) -> list[Hit]:
        rows = await self.pool.fetch(
            SQL["best_items"],
            *(organization_id, list(weights), list(weights.values()), list(scope.kinds)),
            *(scope.connection_id, scope.restricted, scope.limit),
        )
        return [hit_of(dict(row)) for row in rows]

    async def note_uses(self, organization_id: str, items: Sequence[UUID], now: datetime) -> None:
        await self.pool.execute(SQL["note_uses"], organization_id, items, now)


def hit_of(row: "dict[str, object]") -> Hit:
    score, terms = row.pop("score"), row.pop("terms")
    return Hit(Item(**row), float(score), list(terms))  # type: ignore[arg-type, call-overload]
