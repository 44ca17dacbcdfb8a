"""The gRPC face of segments' members: translate, check, read, answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
from attune.analytics.v1 import segment_members_pb2 as pb
from attune.analytics.v1 import segment_members_pb2_grpc as pb_grpc
from google.api.httpbody_pb2 import HttpBody

from services.analytics.segments.domain import Kind, Segment, Use
from services.analytics.segments.seeing import Segments
from services.analytics.segments.store import SegmentStore
from services.analytics.segments.uploading import Tally, upload
from services.common.caller import caller
from services.common.clock import Clock
from services.common.downloads import download
from services.common.errors import FailedPrecondition
from services.common.exporting import harmless, line
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of

MEMBERS, SIZES = 1_000, 100
LATEST = datetime(9999, 12, 31, tzinfo=UTC)
TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


class SegmentMembersService(pb_grpc.SegmentMembersServiceServicer):
    def __init__(self, store: SegmentStore, segments: Segments, now: Clock) -> None:
        self._store = store
        self._segments = segments
        self._now = now

    async def ListSegmentMembers(
        self, request: pb.ListSegmentMembersRequest, context: Context
    ) -> pb.ListSegmentMembersResponse:
        known = await self._segments.get(request.segment_id)
        limit, after = request.page_size or MEMBERS, ""
        bound = filters_hash("members", str(known.id))
        if request.page_token:
            [after] = position_of(request.page_token, bound, tuple[str])
        found = await self._store.members(caller().organization_id, known.id, after, limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListSegmentMembersResponse(
            user_ids=page,
            user_count=known.user_count,
            refreshed_at=known.refreshed_at,
            next_page_token=page_token(bound, (page[-1],)) if more else None,
        )

    async def StreamSegmentMembers(
        self, request: pb.StreamSegmentMembersRequest, context: Context
    ) -> AsyncIterator[pb.StreamSegmentMembersResponse]:
        known = await self._segments.get(request.segment_id)
        async for ids in self._store.all_members(caller().organization_id, known.id):
            yield pb.StreamSegmentMembersResponse(user_ids=ids)

    async def ExportSegmentMembers(
        self, request: pb.ExportSegmentMembersRequest, context: Context
    ) -> AsyncIterator[HttpBody]:
        known = await self._segments.get(request.segment_id)
        kind = request.format or "ndjson"
        found = self._store.all_members(caller().organization_id, known.id)
        name = f"segment-{known.id}.{kind}"
        async for part in download(TYPES[kind], name, written(kind, found)):
            yield part

    async def UploadSegmentMembers(
        self, requests: AsyncIterator[pb.UploadSegmentMembersRequest], context: Context
    ) -> pb.UploadSegmentMembersResponse:
        first = await anext(requests, pb.UploadSegmentMembersRequest())
        known = await self._segments.changeable(first.segment_id)
        if known.kind != Kind.UPLOAD:
            raise FailedPrecondition(f"its people come from {known.kind}, and are not uploaded")
        pieces = data_of(first, requests)
        return tally_to_pb(await upload(pieces, self._store, caller(), known, append=first.append))

    async def RefreshSegment(
        self, request: pb.RefreshSegmentRequest, context: Context
    ) -> pb.RefreshSegmentResponse:
        known = await self._segments.changeable(request.segment_id)
        await self._store.want(caller().organization_id, known.id)
        return pb.RefreshSegmentResponse(refreshing=True)

    async def ListSegmentSizes(
        self, request: pb.ListSegmentSizesRequest, context: Context
    ) -> pb.ListSegmentSizesResponse:
        known = await self._segments.get(request.segment_id)
        limit, before = request.page_size or SIZES, LATEST
        bound = filters_hash("sizes", str(known.id))
        if request.page_token:
            [before] = position_of(request.page_token, bound, tuple[datetime])
        found = await self._store.sizes(caller().organization_id, known.id, before, limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListSegmentSizesResponse(
            sizes=[pb.SegmentSize(**vars(size)) for size in page],
            next_page_token=page_token(bound, (page[-1].refreshed_at,)) if more else None,
        )

    async def ListSegmentUses(
        self, request: pb.ListSegmentUsesRequest, context: Context
    ) -> pb.ListSegmentUsesResponse:
        known = await self._segments.get(request.segment_id)
        found = await self._store.uses(caller().organization_id, known.id)
        return pb.ListSegmentUsesResponse(uses=[pb.SegmentUse(**vars(use)) for use in found])

    async def PutSegmentUse(
        self, request: pb.PutSegmentUseRequest, context: Context
    ) -> pb.PutSegmentUseResponse:
        known: Segment = await self._segments.get(request.segment_id)
        place = (caller().organization_id, known.id)
        if request.over:
            await self._store.drop_use(*place, request.kind, request.used_by)
        else:
            use = Use(request.kind, request.used_by, request.name, self._now())
            await self._store.put_use(*place, use)
        return pb.PutSegmentUseResponse()


async def data_of(
    first: pb.UploadSegmentMembersRequest, rest: AsyncIterator[pb.UploadSegmentMembersRequest]
) -> AsyncIterator[bytes]:
    yield first.body.data
    async for request in rest:
        yield request.body.data


async def written(kind: str, found: AsyncIterator[list[str]]) -> AsyncIterator[bytes]:
    """A line for each member."""
    if kind == "csv":
        yield line(["user_id"])
    async for ids in found:
        if kind == "csv":
            yield b"".join(line([harmless(one)]) for one in ids)
        else:
            yield b"".join(msgspec.json.encode({"user_id": one}) + b"\n" for one in ids)


def tally_to_pb(tally: Tally) -> pb.UploadSegmentMembersResponse:
    return pb.UploadSegmentMembersResponse(
        accepted=tally.accepted,
        duplicates=tally.duplicates,
        refused=tally.refused,
        refusals=[
            pb.UploadSegmentMembersResponse.Refusal(line=number, message=why)
            for number, why in tally.refusals
        ],
    )
