"""Refreshing over a real database, with the time and the calendar in the tests' hands."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from attune.analytics.v1 import segments_pb2 as pb

from services.analytics import app
from services.analytics.connections.opening import Opener
from services.analytics.following.follower import Follower
from services.analytics.queries.served import opened_data
from services.analytics.segments.domain import Draft, Kind
from services.analytics.segments.finding import Finder
from services.analytics.segments.refreshing import Refresher
from services.analytics.segments.saving import refers_to
from services.analytics.segments.store import SegmentStore
from services.analytics.segments.wire import definition_of
from services.analytics.semantics.compiler import Calendar
from services.analytics.semantics.querying.compiling import Compiling
from services.common.caller import Caller
from services.common.db import Pool
from services.common.vault import Vault
from tests.suite import Suite

ORG = "segmented"
WHO = Caller(organization_id=ORG, subject="ann", role="analyst")
START = datetime(2026, 3, 10, 15, tzinfo=UTC)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


class Utc:
    """Where every organization is."""

    async def of(self, organization_id: str) -> Calendar:
        return Calendar()


@dataclass
class Place:
    """One organization, and what keeps its segments right."""

    pool: Pool
    finder: Finder
    refresher: Refresher
    clock: Clock
    store: SegmentStore
    segments: list[UUID] = field(default_factory=list)

    async def add(self, kind: Kind, spec: bytes) -> UUID:
        made = uuid4()
        definition = definition_of(made, kind, spec)
        draft = Draft(
            name="a",
            description="",
            kind=kind,
            spec=spec,
            query="",
            refers_to=refers_to(definition),
        )
        async with self.pool.acquire() as conn, conn.transaction():
            await self.store.add(conn, WHO, made, draft, self.clock())
        self.segments.append(made)
        return made

    async def rules(self, rule: pb.SegmentRule) -> UUID:
        return await self.add(Kind.RULES, rule.SerializeToString())

    async def refreshed(self) -> None:
        await Follower(self.pool, self.clock).follow(ORG)
        await self.refresher.refresh_organization(ORG)

    async def members(self, segment_id: UUID) -> list[str]:
        found = await self.store.members(ORG, segment_id, "", 10_000)
        return sorted(found)

    async def wipe(self) -> None:
        tables = (
            *("segment_references", "segment_uses", "segment_members", "segment_uploads"),
            *("segments", "events", "users", "user_merges", "event_arrivals", "rollup_changes"),
            *("user_profiles", "segment_marks", "segment_changes", "segment_heads"),
            *("segment_findings",),
        )
        for table in tables:
            await self.pool.execute(f"DELETE FROM {table} WHERE organization_id = $1", ORG)
        self.clock.now = START
        self.segments.clear()


@pytest.fixture
async def place(suite: Suite) -> AsyncIterator[Place]:
    settings, clock = suite.analytics_settings, Clock()
    async with app.pool_of(settings) as pool:
        with Opener(settings.outgoing_policy) as opener:
            vault = Vault(pool, settings.keyring)
            async with opened_data(settings, pool, vault, opener, clock) as data:
                compiling = Compiling(pool, data.catalogues, Utc(), clock)  # type: ignore[arg-type]
                finder = Finder(data.wall, data.executor, compiling, clock)
                refresher = Refresher(pool, finder, clock)
                made = Place(pool, finder, refresher, clock, SegmentStore(pool))
                await made.wipe()
                yield made
                await made.wipe()
