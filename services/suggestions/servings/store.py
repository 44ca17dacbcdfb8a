"""The tables of servings, clicks and acceptance: one method for each query in queries.sql."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from services.common.db import Connection, Pool, load_queries
from services.suggestions.servings.domain import (
    Acceptance,
    AcceptanceKey,
    Ask,
    Click,
    Serving,
    Shown,
    text_key,
)

SQL = load_queries(__package__)
# How far the clocks of two machines may differ.
SKEW = timedelta(seconds=5)


@dataclass(frozen=True)
class Match:
    """A serving and where in it the text stands that was clicked or asked; None: nowhere."""

    number: int
    serving: UUID
    position: int | None


class ServingStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def insert(self, organization_id: str, servings: Sequence[Serving]) -> None:
        rows = [columns_of(serving) for serving in servings]
        columns = [list(column) for column in zip(*rows, strict=True)]
        await self.pool.execute(SQL["insert_servings"], organization_id, *columns)

    async def insert_clicks(
        self, conn: Connection, organization_id: str, clicks: Sequence[Click], wait_until: datetime
    ) -> None:
        """Record clicks, which wait for their servings; those on record stay as they are."""
        await conn.execute(
            SQL["insert_clicks"],
            organization_id,
            [c.activity_id for c in clicks],
            [c.user_id for c in clicks],
            [c.job_role for c in clicks],
            [c.connection_id for c in clicks],
            [c.session_id for c in clicks],
            [c.text_key for c in clicks],
            [c.clicked_at for c in clicks],
            wait_until,
        )

    async def match_clicks(
        self, conn: Connection, organization_id: str, window: timedelta, known: dict[UUID, Shown]
    ) -> list[Match]:
        """The servings of the clicks that wait, by the activity's number; adds them to `known`."""
        rows = await conn.fetch(SQL["match_clicks"], organization_id, window, SKEW)
        return [match_of(row, row["activity_id"], known) for row in rows]

    async def join_clicks(
        self,
        conn: Connection,
        organization_id: str,
        matches: Sequence[Match],
        known: Mapping[UUID, Shown],
    ) -> None:
        await conn.execute(
            SQL["join_clicks"],
            organization_id,
            [m.number for m in matches],
            [m.serving for m in matches],
            [known[m.serving].served_at for m in matches],
            [m.position for m in matches],
        )

    async def give_up_clicks(self, conn: Connection, organization_id: str, now: datetime) -> None:
        """End the waiting of those that waited long enough."""
        await conn.execute(SQL["give_up_clicks"], organization_id, now)

    async def match_asks(
        self,
        conn: Connection,
        organization_id: str,
        asks: Sequence[Ask],
        window: timedelta,
        known: dict[UUID, Shown],
    ) -> list[Match]:
        """For each question the last list before it and the newest that held it, oldest first."""
        rows = await conn.fetch(
            SQL["match_asks"],
            organization_id,
            [a.number for a in asks],
            [a.user_id for a in asks],
            [a.text_key for a in asks],
            [a.length for a in asks],
            [a.asked_at for a in asks],
            window,
        )
        return [match_of(row, row["number"], known) for row in rows]

    async def mark(
        self, conn: Connection, organization_id: str, shown: Iterable[Shown], now: datetime
    ) -> None:
        """Store what became of servings."""
        changed = sorted((s for s in shown if s.changed), key=lambda s: (s.served_at, s.id))
        if changed:
            await conn.execute(
                SQL["mark_servings"],
                organization_id,
                [s.served_at for s in changed],
                [s.id for s in changed],
                [int_array(s.clicked) for s in changed],
                [int_array(s.executed) for s in changed],
                [s.settled for s in changed],
                now,
                [s.user_id for s in changed],
            )

    async def add_acceptance(
        self,
        conn: Connection,
        organization_id: str,
        counts: Mapping[AcceptanceKey, Acceptance],
        now: datetime,
    ) -> None:
        """Add to what is counted, sorted by key so that writers cannot deadlock."""
        rows = [(*key, c.shown, c.accepted, c.executed) for key, c in sorted(counts.items())]
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            await conn.execute(SQL["add_acceptance"], organization_id, *columns, now)

    async def move_acceptance(
        self, conn: Connection, organization_id: str, merges: Mapping[bytes, bytes], now: datetime
    ) -> None:
        """Count what was counted for templates for those that they belong to since."""
        args = (organization_id, list(merges), list(merges.values()), now)
        await conn.execute(SQL["move_acceptance"], *args)

    async def organizations_waiting(self) -> list[str]:
        rows = await self.pool.fetch(SQL["organizations_with_waiting_clicks"])
        return [row["organization_id"] for row in rows]

    async def drop_older(self, before: datetime) -> int:
        """Drop servings and clicks of before that time; returns how many partitions went."""
        while await self.pool.execute(SQL["drop_old_clicks"], before) != "DELETE 0":
            pass  # in slices, so that none holds its locks for long
        dropped: int = await self.pool.fetchval(SQL["drop_old_servings"], before)
        return dropped


def columns_of(serving: Serving) -> tuple[Any, ...]:
    shown = [
        {"text": s.text, "template": s.template, "origin": s.origin} for s in serving.suggestions
    ]
    return (
        serving.user_id,
        serving.served_at,
        uuid4(),
        serving.connection_id,
        serving.session_id,
        serving.job_role,
        serving.source,
        serving.original_source,
        serving.typed,
        msgspec.json.encode(shown).decode(),
        bytes_array(text_key(s.text) for s in serving.suggestions),
        bytes_array(text_key(s.template) for s in serving.suggestions),
    )


def match_of(row: Any, number: int, known: dict[UUID, Shown]) -> Match:
    if row["id"] not in known:
        known[row["id"]] = Shown(
            id=row["id"],
            served_at=row["served_at"],
            user_id=row["user_id"],
            job_role=row["job_role"],
            template_keys=row["template_keys"],
            clicked=row["clicked"],
            executed=row["executed"],
            settled=row["settled"],
        )
    return Match(number, row["id"], row["position"])


def bytes_array(values: Iterable[bytes]) -> str:
    """The text form of a bytea[]: arrays of arrays cannot travel as parameters of unnest."""
    return "{" + ",".join(rf'"\\x{value.hex()}"' for value in values) + "}"


def int_array(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
