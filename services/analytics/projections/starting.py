"""Starting over: all of an organization made anew from activity's snapshot, in one transaction."""

from collections.abc import AsyncIterator, Iterable

import grpc
import structlog
from attune.activity.v1 import snapshot_pb2, snapshot_pb2_grpc

from services.analytics.projections.projecting import CONSUMER, HANDLES, Projector
from services.common.consumer import Fact
from services.common.db import Pool
from services.common.event_log import SQL as CURSOR_SQL
from services.common.service_tokens import ServiceTokens

log = structlog.get_logger(__name__)

SNAPSHOT_SECONDS = 3600


class Starter:
    def __init__(
        self,
        pool: Pool,
        projector: Projector,
        snapshots: "snapshot_pb2_grpc.SnapshotServiceAsyncStub",
        tokens: ServiceTokens,
    ) -> None:
        self._pool = pool
        self._projector = projector
        self._snapshots = snapshots
        self._tokens = tokens

    async def start_over(self, organization_id: str) -> None:
        """Replace what is projected by a snapshot and move the cursor to its number.

        Readers see the old rows until all new ones are there. Nothing happens where another worker
        has the lease just now.
        """
        name = (organization_id, CONSUMER)
        async with self._pool.acquire() as conn:
            await conn.execute(CURSOR_SQL["add_cursor"], *name)
            async with conn.transaction():
                if await conn.fetchrow(CURSOR_SQL["claim_cursor"], *name) is None:
                    return
                await self._projector.clear(conn, organization_id)
                as_of = 0
                async for part in self._parts(organization_id):
                    as_of = part.as_of
                    await self._projector.project(conn, organization_id, facts_of(part.facts))
                await self._projector.cleared(conn, organization_id)
                await conn.execute(CURSOR_SQL["move_cursor"], *name, as_of, None, 0)
        log.info("started over", consumer=CONSUMER, organization=organization_id, seq=as_of)

    async def _parts(
        self, organization_id: str
    ) -> AsyncIterator[snapshot_pb2.SnapshotFactsResponse]:
        """The whole snapshot, however often its stream breaks off with its connection's age."""
        request = snapshot_pb2.SnapshotFactsRequest()
        while True:
            progress = request
            metadata = await self._tokens.metadata(organization_id)
            call = self._snapshots.SnapshotFacts(
                request, metadata=metadata, timeout=SNAPSHOT_SECONDS
            )
            try:
                async for part in call:
                    progress = snapshot_pb2.SnapshotFactsRequest(after=part.up_to, as_of=part.as_of)
                    yield part
                return
            except grpc.aio.AioRpcError as err:
                if err.code() is not grpc.StatusCode.UNAVAILABLE or progress is request:
                    raise
                request = progress


def facts_of(told: Iterable[snapshot_pb2.SnapshotFactsResponse.Fact]) -> list[Fact]:
    """Those that are projected. They have no numbers: where one matters, the fact itself tells."""
    known = ((HANDLES.get(fact.type), fact.payload) for fact in told)
    return [(0, message.FromString(payload)) for message, payload in known if message]
