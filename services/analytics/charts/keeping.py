"""Keeping a chart once, however often its caller tries."""

from uuid import UUID

from services.analytics.charts.domain import Draft
from services.analytics.charts.store import ChartStore
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.idempotency import Claim, earlier_answer, keep_responses, known_answer
from services.common.ids import uuid7

RPC = "CreateChart"


class Keeper:
    def __init__(self, store: ChartStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def kept(self, who: Caller, claim: Claim | None) -> UUID | None:
        """The id of what was kept before. Raises IdempotencyKeyReused."""
        async with self._store.pool.acquire() as conn:
            earlier = await known_answer(conn, who.organization_id, RPC, claim, self._now)
        return UUID(bytes=earlier) if earlier else None

    async def keep(self, who: Caller, draft: Draft, claim: Claim | None) -> UUID:
        """The id of what is kept now, or was before. Raises IdempotencyKeyReused."""
        organization, made = who.organization_id, uuid7(self._now())
        async with self._store.pool.acquire() as conn, conn.transaction():
            earlier = await earlier_answer(conn, organization, RPC, claim, self._now)
            if earlier is not None:
                return UUID(bytes=earlier)
            await self._store.add(conn, who, made, draft, self._now())
            if claim:
                await keep_responses(conn, organization, RPC, [(claim, made.bytes)])
        return made
