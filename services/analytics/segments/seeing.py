"""The segments that a caller may see and change."""

from services.analytics.segments.domain import Segment
from services.analytics.segments.store import SegmentStore
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import NotFound, PermissionDenied
from services.common.ids import uuid_of


class Segments:
    def __init__(self, store: SegmentStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def get(self, segment_id: str) -> Segment:
        """Raises NotFound."""
        who, known = caller(), uuid_of(segment_id)
        found = await self._store.get(who.organization_id, known, self._now()) if known else None
        if found is None:
            raise NotFound(f"no segment {segment_id!r} in this organization")
        return found

    async def changeable(self, segment_id: str) -> Segment:
        """Raises also PermissionDenied."""
        found = await self.get(segment_id)
        if not found.changeable_by(caller()):
            raise PermissionDenied(f"this segment is {found.owner}'s: ask them, or make your own")
        return found
