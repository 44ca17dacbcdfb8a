"""Saving a query once, however often its caller tries."""

from uuid import UUID, uuid4

from services.analytics.chat.quality.marking import Marking
from services.analytics.saved.domain import Draft
from services.analytics.saved.store import SavedStore
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.event_log import Hints
from services.common.idempotency import Claim, claim_keys, keep_responses

RPC = "CreateSavedQuery"


class Saver:
    def __init__(self, store: SavedStore, marking: Marking, hints: Hints, now: Clock) -> None:
        self._store = store
        self._marking = marking
        self._hints = hints
        self._now = now

    async def save(
        self, who: Caller, draft: Draft, claim: Claim | None, message_id: str = ""
    ) -> UUID:
        """The id of what is saved now, or was before; `message_id` is the answer that had it.

        Raises IdempotencyKeyReused, and InvalidFields where the answer is not the person's.
        """
        organization, made = who.organization_id, uuid4()
        async with self._store.pool.acquire() as conn, conn.transaction():
            if claim:
                used = await claim_keys(conn, organization, RPC, [claim], self._now)
                earlier = used.get(claim)
                if isinstance(earlier, Exception):
                    raise earlier
                if earlier is not None:
                    return UUID(bytes=earlier)
                await keep_responses(conn, organization, RPC, [(claim, made.bytes)])
            await self._store.add(conn, who, made, draft, self._now())
            if message_id:
                await self._marking.save(conn, organization, who.subject, message_id)
        if message_id:
            self._hints.tell(organization)
        return made
