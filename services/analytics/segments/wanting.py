"""Asking a worker to find all people of a segment."""

from uuid import UUID, uuid4

import msgspec

from services.analytics.settings import SCHEMA
from services.common.db import Connection
from services.common.jobs import enqueue_once

REFRESH = "refresh_segment"


class Wanted(msgspec.Struct):
    """Whose people are to be found anew. Each is another `wish`: one that is just being granted
    may have looked too early for the next.
    """

    organization_id: str
    segment_id: UUID
    wish: UUID


async def want_refresh(conn: Connection, organization_id: str, segment_id: UUID) -> None:
    """Have a worker look at a segment that wants its people, once this transaction is committed."""
    wanted = msgspec.json.encode(Wanted(organization_id, segment_id, uuid4()))
    await enqueue_once(conn, SCHEMA, REFRESH, wanted)
