"""Traits and their history: one method for each query in queries.sql."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from services.activity.traits.domain import NULL, Known, Merged, joined
from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)


@dataclass(frozen=True, kw_only=True)
class StoredTraits:
    """What is on record of a person, and when something was told first and changed last."""

    known: Known
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Change:
    """A trait that got another value, a JSON text; None where it was cleared."""

    seq: int
    trait: str
    value: str | None
    told_at: datetime
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who told, since when it is so, when we heard, and the fact that says so."""

    by: str
    at: datetime
    now: datetime
    fact_type: str
    fact: bytes


class TraitStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def hold(
        self, conn: Connection, organization_id: str, user_id: str, now: datetime
    ) -> StoredTraits:
        """What is on record, locked until the transaction ends."""
        row = await conn.fetchrow(SQL["hold_traits"], organization_id, user_id, now)
        return stored(row)

    async def keep_times(
        self, conn: Connection, organization_id: str, user_id: str, known: Known
    ) -> None:
        """Note since when what is known is so, where nothing else changed."""
        await conn.execute(SQL["keep_times"], organization_id, user_id, times(known))

    async def change(
        self, conn: Connection, organization_id: str, user_id: str, what: Merged, told: Told
    ) -> None:
        """Store what changed, its history and the fact."""
        known, names = what.known, list(what.changed)
        await conn.execute(
            SQL["change_traits"],
            *(organization_id, user_id, joined(known.traits), times(known), told.now),
            *(told.fact_type, told.fact, names, [known.traits.get(name) for name in names]),
            *(told.at, told.by),
        )

    async def get(self, organization_id: str, user_id: str) -> StoredTraits | None:
        row = await self.pool.fetchrow(SQL["get_traits"], organization_id, user_id)
        return stored(row) if row else None

    async def changes(
        self,
        organization_id: str,
        user_id: str,
        trait: str | None,
        before: tuple[int, str],
        limit: int,
    ) -> Sequence[Change]:
        """Changes older than (seq, trait) and, where there are more, one more than `limit`."""
        args = (organization_id, user_id, *before, trait, limit + 1)
        return [Change(**row) for row in await self.pool.fetch(SQL["list_trait_changes"], *args)]


def stored(row: Any) -> StoredTraits:
    told_at = {name: datetime.fromisoformat(t) for name, t in json.loads(row["told_at"]).items()}
    known = Known(texts_of(row["traits"]), told_at)
    return StoredTraits(known=known, created_at=row["created_at"], updated_at=row["updated_at"])


def texts_of(column: str | None) -> dict[str, str]:
    """Trait → JSON text, of a jsonb column."""
    members = msgspec.json.decode(column or "{}", type=dict[str, msgspec.Raw])
    return {name: text for name, raw in members.items() if (text := bytes(raw).decode()) != NULL}


def times(known: Known) -> str:
    return json.dumps({name: when.isoformat() for name, when in known.told_at.items()})
