"""The gRPC face of the snapshot: where to begin, and part after part."""

from collections.abc import AsyncIterator

from attune.activity.v1 import snapshot_pb2 as pb
from attune.activity.v1 import snapshot_pb2_grpc as pb_grpc
from google.protobuf.message import Message

from services.activity.snapshot.places import place_of
from services.activity.snapshot.store import SnapshotStore
from services.common.caller import caller
from services.common.interceptors import Context


class SnapshotService(pb_grpc.SnapshotServiceServicer):
    def __init__(self, store: SnapshotStore) -> None:
        self._store = store

    async def SnapshotFacts(
        self, request: pb.SnapshotFactsRequest, context: Context
    ) -> AsyncIterator[pb.SnapshotFactsResponse]:
        organization, place = caller().organization_id, place_of(request.after)
        as_of = request.as_of or await self._store.head(organization)
        async for facts, up_to in self._store.parts(organization, place, as_of):
            told = [fact_to_pb(fact) for fact in facts]
            yield pb.SnapshotFactsResponse(facts=told, as_of=as_of, up_to=str(up_to))


def fact_to_pb(fact: Message) -> pb.SnapshotFactsResponse.Fact:
    return pb.SnapshotFactsResponse.Fact(
        type=fact.DESCRIPTOR.full_name, payload=fact.SerializeToString()
    )
