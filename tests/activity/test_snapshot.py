"""The snapshot: all that is on record as facts, in parts that a reader can take up again."""

from collections import Counter

import grpc
import pytest
from attune.activity.v1 import snapshot_pb2 as pb
from attune.activity.v1 import snapshot_pb2_grpc

from services.activity.snapshot import store
from services.activity.snapshot.places import START, place_of
from services.common.errors import InvalidFields
from tests.analytics.projecting import happens
from tests.suite import Suite, reason_of


async def parts(
    suite: Suite, after: str = "", as_of: int = 0, *, role: str = "service", org: str = "acme"
) -> list[pb.SnapshotFactsResponse]:
    stub = snapshot_pb2_grpc.SnapshotServiceStub(suite.activity_channel)
    request = pb.SnapshotFactsRequest(after=after, as_of=as_of)
    metadata = suite.as_("service:x", role, org=org)
    return [part async for part in stub.SnapshotFacts(request, metadata=metadata)]


def told(found: list[pb.SnapshotFactsResponse]) -> list[tuple[str, bytes]]:
    return [(fact.type, fact.payload) for part in found for fact in part.facts]


async def test_a_stream_that_breaks_off_is_taken_up_after_any_part(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "AT_ONCE", 2)
    monkeypatch.setattr(store, "PART_BYTES", 400)
    await happens(suite)
    whole = await parts(suite)
    kinds = Counter(kind.rpartition(".")[2] for kind, _ in told(whole))
    assert kinds == {
        "TraitsChanged": 1,
        "ConversationStarted": 4,
        "ConversationChanged": 4,
        "ConversationEventAppended": 9,
        "ActivityLogged": 2,
        "FeedbackReceived": 1,
    }
    assert len(whole) > 10
    for place, part in enumerate(whole, start=1):
        rest = await parts(suite, part.up_to, part.as_of)
        assert told(rest) == told(whole[place:])
        assert {one.as_of for one in rest} <= {part.as_of}


async def test_another_organization_and_people_see_none_of_it(suite: Suite) -> None:
    await happens(suite)
    assert told(await parts(suite, org="other")) == []
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await parts(suite, role="admin")
    assert reason_of(refused.value) == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    "text",
    ["x", "events:1", "events:\0", "feedback:-1", f"feedback:{2**63}", "end:1"],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(InvalidFields):
        place_of(text)
    assert place_of("") == START
