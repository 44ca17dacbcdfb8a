"""What came into the events, noted in the transaction that stores it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from services.common.db import Connection, load_queries

SQL = load_queries(__package__)
# Goes over 20,000 events with all their properties.
READ_SECONDS = 300
# Longer than a step of the follower's may take.
STEP_SECONDS = 900


class Stored(Protocol):
    """An event's key."""

    @property
    def timestamp(self) -> datetime: ...
    @property
    def id(self) -> UUID: ...


class Arrivals(NamedTuple):
    """Keys of events, in the same order."""

    timestamps: Sequence[datetime]
    ids: Sequence[UUID]


async def note_arrivals(conn: Connection, organization_id: str, events: Sequence[Stored]) -> None:
    """Have these events taken into the registry and the rollups; once for each that is stored."""
    if events:
        keys = ([event.timestamp for event in events], [event.id for event in events])
        await conn.execute(SQL["note_arrivals"], organization_id, *keys)


async def hold(conn: Connection, organization_id: str) -> None:
    """Wait until nobody follows the organization, and keep it so until the transaction ends."""
    await conn.execute(SQL["add_follower"], organization_id)
    await conn.execute(SQL["hold_follower"], organization_id, timeout=STEP_SECONDS)


async def take_arrivals(conn: Connection, organization_id: str, most: int) -> Arrivals:
    """Some of what arrived, which is known from here on if the transaction commits."""
    rows = await conn.fetch(SQL["take_arrivals"], organization_id, most)
    return Arrivals(
        [at for row in rows for at in row["timestamps"]], [id for row in rows for id in row["ids"]]
    )


async def read_arrived(conn: Connection, organization_id: str, arrived: Arrivals) -> list[Any]:
    """What came, by event, property and day; what it changes is marked to be counted anew."""
    args = (organization_id, *arrived, min(arrived.timestamps), max(arrived.timestamps))
    return list(await conn.fetch(SQL["read_arrived"], *args, timeout=READ_SECONDS))
