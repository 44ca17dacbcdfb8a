"""Catalogues as they were last read: stored, and as copies in this process."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any

import msgspec

from services.analytics.catalogue.differences import Change, differences
from services.analytics.catalogue.domain import Catalogue, Column, ForeignKey, Relation
from services.analytics.catalogue.reading import Read, without_samples
from services.common.clock import Clock
from services.common.db import Connection, Database, Pool, load_queries
from services.common.errors import NotFound

SQL = load_queries(__package__)
EVENTS, STORE = "events", "store"
MOST_CHANGES = 1000
CHANGES_KEPT = 100
MOST_DEFINED = 1000
# Relations of all copies together; the one that was asked for last always stays.
HELD_RELATIONS = 30_000
SAVED_AT_ONCE = 500
BUILTIN_HELD = timedelta(seconds=60)
OF_PERSON = ForeignKey(("user_id",), STORE, "users", ("user_id",))
# Views have no keys: those of the tables behind them, by which metrics reach dimensions.
STORE_KEYS = {
    "events": (OF_PERSON,),
    "conversations": (OF_PERSON,),
    "conversation_events": (ForeignKey(("conversation_id",), STORE, "conversations", ("id",)),),
    "user_activity": (OF_PERSON,),
    "user_profiles": (OF_PERSON,),
}


@dataclass(frozen=True, kw_only=True)
class Head:
    """Of a catalogue, all but its relations. `functions` is JSON."""

    version: int
    introspected_at: datetime
    search_path: Sequence[str]
    functions: str
    relation_count: int
    truncated: bool


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What one reading found changed, up to MOST_CHANGES."""

    version: int
    introspected_at: datetime
    changes: Sequence[Change]
    truncated: bool


class CatalogueStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def head(
        self, organization_id: str, connection_id: str, on: "Database | None" = None
    ) -> Head | None:
        row = await (on or self.pool).fetchrow(SQL["get_catalogue"], organization_id, connection_id)
        return Head(**row) if row else None

    async def relations(
        self, organization_id: str, connection_id: str, on: "Database | None" = None
    ) -> dict[tuple[str, str], Relation]:
        rows = await (on or self.pool).fetch(
            SQL["list_definitions"], organization_id, connection_id
        )
        # In a thread, as 5,000 relations would hold up the loop for half a second.
        return await asyncio.to_thread(relations_in, rows)

    async def forget_values(self, organization_id: str, connection_id: str) -> None:
        """Drop the values of columns. Raises NotFound where the connection is gone."""
        key = (organization_id, connection_id)
        async with self.pool.acquire() as conn, conn.transaction():
            head = await self.head(*key, conn)
            if head is None:
                return
            known = (await self.relations(*key, conn)).values()
            bare = [without_samples(relation) for relation in known]
            path, functions = tuple(head.search_path), functions_in(head.functions)
            found = Read(path, bare, functions, head.truncated)
            await self.save(conn, *key, found, head.introspected_at)

    async def save(
        self,
        conn: Connection,
        organization_id: str,
        connection_id: str,
        found: Read,
        now: datetime,
    ) -> Changes | None:
        """Keep what was read, and what has changed since the reading before; None for the first.

        Within a transaction. Raises NotFound where the connection is gone.
        """
        key = (organization_id, connection_id)
        if not await conn.fetchval(SQL["hold_connection"], *key):
            raise NotFound(f"no connection {connection_id!r} in this organization")
        known = await self.head(*key, conn)
        before = await self.relations(*key, conn)
        after = {(relation.schema, relation.name): relation for relation in found.relations}
        version = await conn.fetchval(
            SQL["save_catalogue"],
            *(*key, int(now.timestamp() * 1000), now, list(found.search_path)),
            *(written(sorted(found.functions)), len(after), found.truncated),
        )
        new = [relation for place, relation in after.items() if before.get(place) != relation]
        await self._save_relations(conn, key, new)
        await self._drop_relations(conn, key, sorted(before.keys() - after.keys()))
        if known is None:
            return None
        return await self._save_changes(conn, key, before, after, version, now)

    async def _save_relations(
        self, conn: Connection, key: tuple[str, str], relations: Sequence[Relation]
    ) -> None:
        for start in range(0, len(relations), SAVED_AT_ONCE):
            some = relations[start : start + SAVED_AT_ONCE]
            columns = (
                [relation.schema for relation in some],
                [relation.name for relation in some],
                [written(relation) for relation in some],
            )
            await conn.execute(SQL["save_relations"], *key, *columns)

    async def _drop_relations(
        self, conn: Connection, key: tuple[str, str], gone: Sequence[tuple[str, str]]
    ) -> None:
        columns = ([schema for schema, _ in gone], [name for _, name in gone])
        await conn.execute(SQL["drop_relations"], *key, *columns)

    async def _save_changes(
        self,
        conn: Connection,
        key: tuple[str, str],
        before: Mapping[tuple[str, str], Relation],
        after: Mapping[tuple[str, str], Relation],
        version: int,
        now: datetime,
    ) -> Changes | None:
        found = list(islice(differences(before, after), MOST_CHANGES + 1))
        if not found:
            return None
        some, more = found[:MOST_CHANGES], len(found) > MOST_CHANGES
        await conn.execute(SQL["add_changes"], *key, version, now, written(some), more)
        await conn.execute(SQL["drop_old_changes"], *key, CHANGES_KEPT)
        return Changes(version=version, introspected_at=now, changes=some, truncated=more)

    async def changes(
        self, organization_id: str, connection_id: str, before: int, limit: int
    ) -> Sequence[Changes]:
        """Newest first and, where there are more, one more than the limit."""
        args = (organization_id, connection_id, before, limit + 1)
        rows = await self.pool.fetch(SQL["list_changes"], *args)
        return [Changes(**dict(row) | {"changes": changes_in(row["changes"])}) for row in rows]

    async def defined(self, organization_id: str, connection_id: str, kind: str) -> list[str]:
        """Names of the business metrics or dimensions that are defined on the connection."""
        args = (organization_id, connection_id, kind, MOST_DEFINED)
        return [row["name"] for row in await self.pool.fetch(SQL["list_defined"], *args)]

    async def builtin(self) -> tuple[Relation, ...]:
        """The views of the built-in store."""
        rows = await self.pool.fetch(SQL["builtin_relations"])
        return tuple(
            Relation(
                schema=STORE,
                name=row["name"],
                kind="view",
                columns=tuple(
                    Column(name, kind, comment=comment)
                    for name, kind, comment in zip(
                        row["columns"], row["types"], row["comments"], strict=True
                    )
                ),
                foreign_keys=STORE_KEYS.get(row["name"], ()),
                comment=row["comment"],
            )
            for row in rows
        )


class Catalogues:
    """Copies in this process, each as good as the version that is stored."""

    def __init__(self, store: CatalogueStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._builtin: tuple[datetime, Catalogue] | None = None
        self._held: OrderedDict[tuple[str, str], tuple[int, Catalogue]] = OrderedDict()

    async def read(self, organization_id: str, connection_id: str) -> Catalogue | None:
        """None where there is no such connection, or its database was never read."""
        if connection_id == EVENTS:
            return await self._event_store()
        key = (organization_id, connection_id)
        head = await self._store.head(*key)
        if head is None:
            self._held.pop(key, None)
            return None
        version, catalogue = self._held.get(key, (None, None))
        if catalogue is None or version != head.version:
            catalogue = catalogue_of(connection_id, head, await self._store.relations(*key))
            self._hold(key, head.version, catalogue)
        return catalogue

    async def _event_store(self) -> Catalogue:
        """It changes with a migration, which may run while this process does."""
        now = self._now()
        if self._builtin and now < self._builtin[0]:
            return self._builtin[1]
        relations = {
            (relation.schema, relation.name): relation for relation in await self._store.builtin()
        }
        catalogue = Catalogue(EVENTS, (STORE,), MappingProxyType(relations), introspected_at=now)
        self._builtin = (now + BUILTIN_HELD, catalogue)
        return catalogue

    def _hold(self, key: tuple[str, str], version: int, catalogue: Catalogue) -> None:
        self._held[key] = (version, catalogue)
        self._held.move_to_end(key)
        while len(self._held) > 1 and self._size() > HELD_RELATIONS:
            self._held.popitem(last=False)

    def _size(self) -> int:
        return sum(len(catalogue.relations) for _, catalogue in self._held.values())


def catalogue_of(
    connection_id: str, head: Head, relations: Mapping[tuple[str, str], Relation]
) -> Catalogue:
    functions = functions_in(head.functions)
    path = tuple(head.search_path)
    kept = MappingProxyType(dict(sorted(relations.items())))
    return Catalogue(connection_id, path, kept, functions, head.introspected_at, head.truncated)


def relations_in(rows: Sequence[Any]) -> dict[tuple[str, str], Relation]:
    decode = msgspec.json.Decoder(Relation).decode
    return {(row["schema_name"], row["relation_name"]): decode(row["definition"]) for row in rows}


def functions_in(text: str) -> frozenset[tuple[str, str]]:
    return msgspec.json.decode(text, type=frozenset[tuple[str, str]])


def changes_in(text: str) -> list[Change]:
    return msgspec.json.decode(text, type=list[Change])


def written(value: object) -> str:
    return msgspec.json.encode(value).decode()
