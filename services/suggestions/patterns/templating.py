"""Templates as they are learned, for those who serve: what was found counts here too."""

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from services.common.clock import Clock
from services.common.db import Pool
from services.suggestions.induction.known import Known
from services.suggestions.patterns.domain import NOTHING_KNOWN, template_of
from services.suggestions.patterns.induced import InducedStore
from services.suggestions.templates.vocabulary import Vocabulary

# Looked again whether more is known after so long.
FRESH = timedelta(minutes=1)
# Organizations whose templates are held in memory.
REMEMBERED = 64


class Templater:
    """Extracts templates with the slots that were found in the organization's questions."""

    def __init__(self, pool: Pool, now: Clock) -> None:
        self._pool = pool
        self._store = InducedStore()
        self._now = now
        self._remembered: OrderedDict[str, tuple[datetime, UUID | None, Known]] = OrderedDict()

    async def templates(
        self, organization_id: str, texts: list[str], vocabulary: Vocabulary
    ) -> list[str]:
        """Of each text what it would be learned as, as of a moment ago."""
        known = await self._known(organization_id) if texts else NOTHING_KNOWN
        return [template_of(text, vocabulary, known).text for text in texts]

    async def _known(self, organization_id: str) -> Known:
        read_at, mark, known = self._remembered.get(organization_id, (None, None, NOTHING_KNOWN))
        now = self._now()
        if read_at is None or now - read_at >= FRESH:
            async with self._pool.acquire() as conn:
                state = await self._store.peek(conn, organization_id)
                if state and state.mark != mark:
                    known = await self._store.known(conn, organization_id, state.version)
            entry = (now, state.mark if state else None, known)
            self._remembered[organization_id] = entry
        self._remembered.move_to_end(organization_id)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return known
