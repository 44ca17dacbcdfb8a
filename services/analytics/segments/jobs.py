"""Segments in the background: each minute what changed, and what somebody wants anew."""

import msgspec

from services.analytics.segments.refreshing import Refresher
from services.analytics.segments.wanting import REFRESH, Wanted
from services.common.jobs import Job, Skipped


def refreshing(refresher: Refresher) -> list[Job]:
    async def refresh_all(_: bytes) -> None:
        await refresher.refresh_all()

    async def refresh_one(payload: bytes) -> None:
        wanted = msgspec.json.decode(payload, type=Wanted)
        if not await refresher.refresh(wanted.organization_id, wanted.segment_id):
            raise Skipped("another worker finds the people of this segment, or it is gone")

    return [
        Job("refresh_segments", refresh_all, cron="* * * * *", at_once=1),
        Job(REFRESH, refresh_one, instead="`POST /api/v1/segments/{id}:refresh`"),
    ]
