"""The gRPC face of ingest: translate, check, store, answer."""

from collections.abc import Iterable

from attune.analytics.v1 import tracking_pb2 as pb
from attune.analytics.v1 import tracking_pb2_grpc as pb_grpc

from services.analytics.tracking.domain import ACCEPTED, DUPLICATE, NATIVE, Arrival, Outcome
from services.analytics.tracking.reading import read_body
from services.analytics.tracking.recorder import Batch, Recorder
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.interceptors import Context

Result = pb.IngestEventsResponse.Result
Violation = pb.IngestEventsResponse.Violation


class TrackingService(pb_grpc.TrackingServiceServicer):
    def __init__(self, recorder: Recorder, now: Clock) -> None:
        self._recorder = recorder
        self._now = now

    async def IngestEvents(
        self, request: pb.IngestEventsRequest, context: Context
    ) -> pb.IngestEventsResponse:
        arrival = arrival_of(
            caller(), self._now, NATIVE, imported=request.imported, key=request.request_id
        )
        body = request.body.data
        batch = Batch(arrival=arrival, entries=read_body(body, arrival))
        return response_of(await self._recorder.record(batch, len(body)))


def arrival_of(
    who: Caller, now: Clock, form: str, *, imported: bool = False, key: str = ""
) -> Arrival:
    return Arrival(
        organization_id=who.organization_id,
        source=source_of(who),
        received_at=now(),
        form=form,
        imported=imported,
        key=f"{who.subject[:40]}/{key}" if key else "",
    )


def source_of(who: Caller) -> str:
    """Which key events come by; where a person sends them, who."""
    return f"key:{who.key_id}" if who.key_id else f"user:{who.subject}"[:100]


def response_of(outcomes: Iterable[Outcome]) -> pb.IngestEventsResponse:
    results = [result_of(outcome) for outcome in outcomes]
    accepted = sum(result.status == ACCEPTED for result in results)
    duplicates = sum(result.status == DUPLICATE for result in results)
    return pb.IngestEventsResponse(
        results=results,
        accepted=accepted,
        duplicates=duplicates,
        refused=len(results) - accepted - duplicates,
    )


def result_of(outcome: Outcome) -> Result:
    errors = [Violation(field=v.field, message=v.message) for v in outcome.violations]
    return Result(status=outcome.status, id=str(outcome.id), errors=errors)
