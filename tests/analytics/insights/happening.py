"""What people did, in PostgreSQL and as Python objects."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.analytics.catalogue.domain import Catalogue
from services.analytics.semantics.domain import Definitions, Dimension, Field
from services.common.db import Connection
from tests.analytics.store.conftest import OURS

COUNTRY = Field("properties", ("coun'try",))
DEFINITIONS = Definitions(
    {}, {"country": Dimension("country", "store", "events", COUNTRY, version=3)}
)
COLUMNS = (
    *("organization_id", "timestamp", "id", "type", "event", "user_id", "anonymous_id"),
    *("properties", "source", "received_at"),
)
MERGES = ("organization_id", "id", "kind", "previous_id", "user_id", "merged_at", "source")


@dataclass(frozen=True)
class Event:
    """`number` is the order of arrival."""

    at: datetime
    number: int
    name: str
    user: str | None = None
    anonymous: str | None = None
    country: str | None = None
    amount: Any = None

    @property
    def order(self) -> tuple[datetime, int]:
        return self.at, self.number

    def row(self) -> tuple[object, ...]:
        told = {"coun'try": self.country, "amount": self.amount}
        who = (self.name, self.user, self.anonymous, json.dumps(told))
        return (OURS, self.at, UUID(int=self.number), "track", *who, "test", self.at)


@dataclass(frozen=True)
class World:
    """`known` are the users that anonymous ids mean, `renamed` the later ids of former ones."""

    events: Sequence[Event]
    known: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    def person(self, event: Event) -> str | None:
        """Who it was, found by following ids one by one."""
        if event.user is None and event.anonymous not in self.known:
            return event.anonymous
        who = event.user or self.known[event.anonymous or ""]
        while who in self.renamed:
            who = self.renamed[who]
        return who

    def people(self) -> dict[str, list[Event]]:
        """What each did, in order."""
        found: dict[str, list[Event]] = {}
        for event in sorted(self.events, key=lambda one: one.order):
            who = self.person(event)
            if who is not None:
                found.setdefault(who, []).append(event)
        return found


@dataclass(frozen=True)
class Store:
    """`conn` may write, `role` is how the organization's statements read."""

    conn: Connection
    role: Connection
    catalogue: Catalogue

    async def fill(self, world: World) -> None:
        await self.conn.execute("DELETE FROM analytics.events; DELETE FROM analytics.user_merges")
        rows = [event.row() for event in world.events]
        merges = [("anonymous", *one) for one in world.known.items()]
        merges += [("alias", *one) for one in world.renamed.items()]
        at = datetime.fromisoformat("2026-01-01T00:00:00Z")
        said = [(OURS, uuid4(), *one, at, "test") for one in merges]
        for table, columns, records in (
            ("events", COLUMNS, rows),
            ("user_merges", MERGES, said),
        ):
            await self.conn.copy_records_to_table(
                table, schema_name="analytics", columns=columns, records=records
            )
