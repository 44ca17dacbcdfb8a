"""Keeping members right: all found anew, or those of whom something changed (docs/adr/0060)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from services.analytics.insights.compiler.events import Around
from services.analytics.segments.changing import (
    SQL,
    batches,
    changed_between,
    number_marks,
    prune_changes,
    related,
)
from services.analytics.segments.domain import Definition, Kind, Periods, Standing, Written
from services.analytics.segments.finding import Finder, compiled
from services.analytics.segments.store import FINDING
from services.analytics.segments.wire import definition_of
from services.analytics.semantics.compiler import Period
from services.common.clock import Clock
from services.common.db import Connection, Pool
from services.common.errors import DomainError
from services.common.ids import millis_of, uuid7

log = structlog.get_logger(__name__)

# Longer than all people of a segment may take to be found and written.
LEASE = timedelta(minutes=20)
WRITE_SECONDS = 600
# Where more people changed, all are found anew.
MOST_CHANGED = 20_000
# What is written as SQL tells of no changes.
SQL_AGE = timedelta(hours=1)
# Findings of whoever was killed before the end.
BROKEN_OFF = timedelta(hours=1)
SIZES_KEPT = timedelta(days=400)


@dataclass(frozen=True)
class Held:
    """A segment of which nobody else finds the people just now."""

    organization_id: str
    lease: UUID
    standing: Standing
    wanted: bool
    definition: Definition

    @property
    def key(self) -> tuple[str, UUID]:
        return self.organization_id, self.standing.id


class Refresher:
    def __init__(self, pool: Pool, finder: Finder, now: Clock) -> None:
        self._pool = pool
        self._finder = finder
        self._now = now

    async def refresh_all(self) -> None:
        """Segments of all organizations; one that fails holds up no other."""
        for row in await self._pool.fetch(SQL["organizations"]):
            await self.refresh_organization(row["organization_id"])

    async def refresh_organization(self, organization_id: str) -> None:
        """Those that others ask for before these."""
        now = self._now()
        await number_marks(self._pool, organization_id, now)
        for row in await self._pool.fetch(SQL["in_order"], organization_id):
            at = row["refreshed_at"]
            old = at is None or now - at >= SQL_AGE
            if row["kind"] != Kind.SQL or row["wanted"] or old:
                await self.refresh(organization_id, row["id"])
                await number_marks(self._pool, organization_id, now)
        await prune_changes(self._pool, organization_id, now)
        await self._pool.execute(SQL["forget_sizes"], organization_id, now - SIZES_KEPT)
        broken_off = UUID(int=millis_of(now - BROKEN_OFF) << 80)
        await self._pool.execute(SQL["forget_broken_off"], organization_id, broken_off)

    async def refresh(self, organization_id: str, segment_id: UUID) -> bool:
        """False where another worker is at it, or there is no such segment.

        Who wants its people while it is held was told that somebody is at it: so that is done
        here, too.
        """
        held = await self._claim(organization_id, segment_id)
        if held is None:
            return False
        while held and await self._refreshed_and_released(held):
            held = await self._claim(organization_id, segment_id)
        return True

    async def _refreshed_and_released(self, held: Held) -> bool:
        """Whether somebody wants its people anew by now."""
        error, wanted = None, False
        try:
            await self._refreshed(held)
        except DomainError as err:
            error = str(err)[:1000]
            log.warning("segment not refreshed", segment=str(held.standing.id), error=error)
        finally:
            args = (*held.key, held.lease, error)
            wanted = bool(await self._pool.fetchval(SQL["release"], *args))
        return wanted and error is None

    async def _claim(self, organization_id: str, segment_id: UUID) -> Held | None:
        await self._pool.execute(SQL["hold_head"], organization_id)
        now = self._now()
        lease = uuid7(now)
        args = (organization_id, segment_id, lease, now + LEASE, now)
        row = await self._pool.fetchrow(SQL["claim"], *args)
        if row is None:
            return None
        fields = dict(row)
        wanted, periods = fields.pop("wanted"), fields.pop("periods")
        standing = Standing(**fields, periods=periods_in(periods))
        definition = definition_of(standing.id, standing.kind, standing.spec)
        return Held(organization_id, lease, standing, wanted, definition)

    async def _refreshed(self, held: Held) -> None:
        around = await self._finder.around(held.organization_id)
        changed = None
        if held.standing.follows and not held.wanted:
            changed = await self._changed(held, around)
        if changed is None:
            await self._find_all(held, around)
        elif changed:
            await self._find_some(held, around, changed)
        else:
            await self._leave(held, around)

    async def _changed(self, held: Held, around: Around) -> set[str] | None:
        """Whose membership may be another one than it was; None where these are too many."""
        known = held.standing
        assert not isinstance(held.definition, Written)
        since = (known.watermark or 0, known.head, MOST_CHANGED)
        changed = await changed_between(self._pool, held.organization_id, *since)
        if changed is None:
            return None
        what = (held.organization_id, around, held.definition, known.periods, MOST_CHANGED)
        changed.update(await self._finder.rolled(*what))
        return changed if len(changed) <= MOST_CHANGED else None

    async def _find_all(self, held: Held, around: Around) -> None:
        """Through a table of what is found, so that no worker has to hold them all."""
        people = compiled(held.definition, around, None)
        # Ours looks at everybody; what somebody wrote may be about a few.
        of_all = not isinstance(held.definition, Written)
        ids = self._finder.people(held.organization_id, people.sql, of_all=of_all)
        async for some in ids:
            records = [(*held.key, held.lease, one) for one in some]
            async with self._pool.acquire() as conn:
                await conn.copy_records_to_table(
                    "segment_findings", records=records, columns=FINDING
                )
        async with self._pool.acquire() as conn, conn.transaction():
            if await still_ours(conn, held):
                found = (*held.key, held.lease)
                removed = await conn.fetchval(SQL["remove_unfound"], *found, timeout=WRITE_SECONDS)
                args = (*found, around.now)
                added = await conn.fetchval(SQL["add_found"], *args, timeout=WRITE_SECONDS)
                await done(conn, held, around.now, people.periods, (added, removed), full=True)
        found = (*held.key, held.lease)
        await self._pool.execute(SQL["forget_findings"], *found, timeout=WRITE_SECONDS)

    async def _find_some(self, held: Held, around: Around, changed: set[str]) -> None:
        rule = held.definition
        assert not isinstance(rule, Written)
        ids: list[str] = []
        found: list[str] = []
        for batch in batches(await related(self._pool, held.organization_id, changed)):
            ids += batch
            found += await self._finder.found(held.organization_id, around, rule, batch)
        periods = compiled(rule, around, None).periods
        async with self._pool.acquire() as conn, conn.transaction():
            if await still_ours(conn, held):
                removed = await conn.fetchval(SQL["remove_others"], *held.key, ids, found)
                added = await conn.fetchval(SQL["add_members"], *held.key, found, around.now)
                await done(conn, held, around.now, periods, (added, removed), full=False)

    async def _leave(self, held: Held, around: Around) -> None:
        periods = compiled(held.definition, around, None).periods
        args = (around.now, held.standing.head, periods_json(periods), held.lease)
        await self._pool.execute(SQL["still_right"], *held.key, *args)


async def still_ours(conn: Connection, held: Held) -> bool:
    """Whether the lease is held and the definition is the same, and both until the commit."""
    args = (*held.key, held.lease, held.standing.version)
    return await conn.fetchval(SQL["hold_leased"], *args) is not None


async def done(
    conn: Connection,
    held: Held,
    now: datetime,
    periods: Periods,
    changed: tuple[int, int],
    *,
    full: bool,
) -> None:
    known = held.standing
    args = (now, known.version, known.head, periods_json(periods), full)
    count = await conn.fetchval(SQL["done"], *held.key, *args, timeout=WRITE_SECONDS)
    if full or any(changed):
        await conn.execute(SQL["add_size"], *held.key, now, count, *changed, full)


def periods_json(periods: Periods) -> str:
    told = [(one.start, one.end) if one else None for one in periods]
    return msgspec.json.encode(told).decode()


def periods_in(text: str | None) -> Periods:
    told: Sequence[tuple[datetime, datetime] | None] = msgspec.json.decode(
        text or "[]", type=list[tuple[datetime, datetime] | None]
    )
    return tuple(Period(*one) if one else None for one in told)
