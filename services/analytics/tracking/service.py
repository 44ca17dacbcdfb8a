"""The gRPC face of ingest: translate, check, store, answer."""

from collections.abc import AsyncIterator
from uuid import UUID

from attune.analytics.v1 import tracking_pb2 as pb
from attune.analytics.v1 import tracking_pb2_grpc as pb_grpc

from services.analytics.tracking.domain import NATIVE
from services.analytics.tracking.reading import read_body
from services.analytics.tracking.recorder import Batch, Recorder
from services.analytics.tracking.refused import RefusedStore
from services.analytics.tracking.replaying import Replayer
from services.analytics.tracking.segment import call_of, form_of, read_call
from services.analytics.tracking.translating import (
    arrival_of,
    changes_from_pb,
    kept_to_pb,
    replayed_to_pb,
    response_of,
    tally_to_pb,
    which_from_pb,
)
from services.analytics.tracking.uploading import upload
from services.common.caller import caller
from services.common.clock import Clock
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of

REFUSED_PAGE = 100
OLDEST_ID, NEWEST_ID = UUID(int=0), UUID(int=2**128 - 1)


class TrackingService(pb_grpc.TrackingServiceServicer):
    def __init__(
        self, recorder: Recorder, refused: RefusedStore, replayer: Replayer, now: Clock
    ) -> None:
        self._recorder = recorder
        self._refused = refused
        self._replayer = replayer
        self._now = now

    async def IngestEvents(
        self, request: pb.IngestEventsRequest, context: Context
    ) -> pb.IngestEventsResponse:
        key, body = request.request_id, request.body.data
        arrival = arrival_of(caller(), self._now(), NATIVE, imported=request.imported, key=key)
        batch = Batch(arrival=arrival, entries=read_body(body, arrival))
        return response_of(await self._recorder.record(batch, len(body)))

    async def StreamEvents(
        self, requests: AsyncIterator[pb.StreamEventsRequest], context: Context
    ) -> pb.StreamEventsResponse:
        first = await anext(requests, pb.StreamEventsRequest())
        key = first.request_id
        arrival = arrival_of(caller(), self._now(), NATIVE, imported=first.imported, key=key)
        return tally_to_pb(await upload(data_of(first, requests), arrival, self._recorder))

    async def CollectEvents(
        self, request: pb.CollectEventsRequest, context: Context
    ) -> pb.CollectEventsResponse:
        call, body = call_of(request.call), request.body.data
        imported = call == "import"
        arrival = arrival_of(caller(), self._now(), form_of(call), imported=imported)
        arrival, entries = read_call(call, body, arrival)
        if entries:
            await self._recorder.record(Batch(arrival=arrival, entries=entries), len(body))
        return pb.CollectEventsResponse(success=True)

    async def ListRefusedEvents(
        self, request: pb.ListRefusedEventsRequest, context: Context
    ) -> pb.ListRefusedEventsResponse:
        limit, reason = request.page_size or REFUSED_PAGE, request.reason or None
        filters = filters_hash("refused", reason, request.replayed)
        before = start_of(request.page_token, filters, NEWEST_ID)
        found = await self._refused.page(
            caller().organization_id,
            replayed=request.replayed,
            reason=reason,
            before=before,
            limit=limit,
        )
        page, more = found[:limit], len(found) > limit
        return pb.ListRefusedEventsResponse(
            refused_events=map(kept_to_pb, page),
            next_page_token=page_token(filters, (page[-1].id,)) if more else None,
        )

    async def ReplayRefusedEvents(
        self, request: pb.ReplayRefusedEventsRequest, context: Context
    ) -> pb.ReplayRefusedEventsResponse:
        which, changes = which_from_pb(request), changes_from_pb(request)
        filters = filters_hash("replay", sorted(request.ids), request.reason)
        after = start_of(request.page_token, filters, OLDEST_ID)
        done = await self._replayer.replay(caller().organization_id, which, changes, after)
        token = None if done.last is None else page_token(filters, (done.last,))
        return replayed_to_pb(done, token)


async def data_of(
    first: pb.StreamEventsRequest, rest: AsyncIterator[pb.StreamEventsRequest]
) -> AsyncIterator[bytes]:
    yield first.body.data
    async for request in rest:
        yield request.body.data


def start_of(token: str, filters: str, otherwise: UUID) -> UUID:
    if not token:
        return otherwise
    position: tuple[UUID] = position_of(token, filters, tuple[UUID])
    return position[0]
