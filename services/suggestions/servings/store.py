"""The tables of servings, clicks and acceptance: one method for each query in queries.sql."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec

from services.common.db import Connection, Database, Pool, load_queries
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
# How many answers to the person are looked at for one click or question. What is clicked is on the
# screen, and is among the newest also at one answer a keystroke; without a bound a person who was
# shown 20,000 and clicks on what was never shown keeps the worker busy for minutes.
NEWEST = 500
# How many clicks of one person wait for an answer that is not stored yet.
WAITING = 100
GIVEN_UP_AT_ONCE = 5_000


@dataclass(frozen=True)
class Match:
    """A serving and where in it the text stands that was clicked or asked; None: nowhere."""

    number: int
    serving: UUID
    position: int | None


class Place(NamedTuple):
    """Where a click stands among those that wait."""

    wait_until: datetime
    number: int


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
        self,
        conn: Connection,
        organization_id: str,
        numbers: Sequence[int],
        window: timedelta,
        now: datetime,
        known: dict[UUID, Shown],
    ) -> list[Match]:
        """The servings of those of these clicks that wait, by their number; adds them to `known`.

        One of a moment after the click counts only where there is none before it.
        """
        found: list[Match] = []
        left = set(numbers)
        for before, after in ((window, timedelta(0)), (timedelta(0), SKEW)):
            args = (organization_id, sorted(left), before, after, NEWEST, now)
            rows = await conn.fetch(SQL["match_clicks"], *args) if left else []
            found += (match_of(row, row["activity_id"], known) for row in rows)
            left -= {match.number for match in found}
        return sorted(found, key=lambda match: match.number)

    async def waiting(
        self, conn: Connection, organization_id: str, after: Place, limit: int
    ) -> list[Place]:
        """The clicks that wait longest, after that place."""
        rows = await conn.fetch(SQL["waiting_clicks"], organization_id, *after, limit)
        return [Place(row["wait_until"], row["activity_id"]) for row in rows]

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

    async def give_up_clicks(self, database: Database, organization_id: str, now: datetime) -> bool:
        """End the waiting of some that waited long enough; whether there may be more."""
        args = (organization_id, now, GIVEN_UP_AT_ONCE)
        return await database.execute(SQL["give_up_clicks"], *args) == f"UPDATE {GIVEN_UP_AT_ONCE}"

    async def cap_clicks(
        self, conn: Connection, organization_id: str, users: Iterable[str]
    ) -> None:
        """End the waiting of these people's oldest clicks where too many wait."""
        await conn.execute(SQL["cap_clicks"], organization_id, sorted(users), WAITING)

    async def wait_for_cursor(
        self, conn: Connection, organization_id: str, consumer: str, patience: timedelta
    ) -> None:
        """Hold the consumer's lease until the transaction ends.

        Raises LockNotAvailableError where another holds it for longer than `patience`.
        """
        await conn.execute(SQL["wait_at_most"], f"{patience // timedelta(milliseconds=1)}ms")
        await conn.execute(SQL["wait_for_cursor"], organization_id, consumer)

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
            NEWEST,
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
        args = (organization_id, list(merges), list(merges.values()))
        await conn.execute(SQL["move_acceptance"], *args, now)
        await conn.execute(SQL["move_accepted_answers"], *args)

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
