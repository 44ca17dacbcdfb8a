"""Messages of ingest as what the domain knows, and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from attune.analytics.v1 import tracking_pb2 as pb
from msgspec import Raw

from services.analytics.tracking.domain import ACCEPTED, DUPLICATE, REFUSED, Arrival, Outcome
from services.analytics.tracking.reading import cut_object
from services.analytics.tracking.refused import KeptEvent, Which
from services.analytics.tracking.replaying import Changes, Replayed
from services.analytics.tracking.uploading import Tally
from services.common import errors
from services.common.caller import Caller
from services.common.errors import InvalidFields
from services.common.moments import timestamp_of
from services.common.payloads import check_json

CORRECTIONS_BYTES = 32 * 1024

Result = pb.IngestEventsResponse.Result
Violation = pb.IngestEventsResponse.Violation


def arrival_of(
    who: Caller,
    received_at: datetime,
    form: str,
    *,
    imported: bool = False,
    key: str = "",
) -> Arrival:
    return Arrival(
        organization_id=who.organization_id,
        source=source_of(who),
        received_at=received_at,
        form=form,
        imported=imported,
        key=f"{who.subject[:40]}/{key}" if key else "",
    )


def source_of(who: Caller) -> str:
    """Which key events come by; where a person sends them, who."""
    return f"key:{who.key_id}" if who.key_id else f"user:{who.subject}"[:100]


def response_of(outcomes: Sequence[Outcome]) -> pb.IngestEventsResponse:
    statuses = [outcome.status for outcome in outcomes]
    return pb.IngestEventsResponse(
        results=[result_of(outcome) for outcome in outcomes],
        accepted=statuses.count(ACCEPTED),
        duplicates=statuses.count(DUPLICATE),
        refused=statuses.count(REFUSED),
    )


def result_of(outcome: Outcome) -> Result:
    status, event_id, violations = outcome
    if not violations:
        return Result(status=status, id=str(event_id))
    return Result(status=status, id=str(event_id), errors=errors_of(violations))


def errors_of(violations: Iterable[errors.Violation]) -> list[Violation]:
    return [Violation(field=v.field, message=v.message) for v in violations]


def tally_to_pb(tally: Tally) -> pb.StreamEventsResponse:
    return pb.StreamEventsResponse(
        accepted=tally.accepted,
        duplicates=tally.duplicates,
        refused=tally.refused,
        refusals=[
            pb.StreamEventsResponse.Refusal(
                line=line, id=str(outcome.id), errors=errors_of(outcome.violations)
            )
            for line, outcome in tally.refusals
        ],
    )


def kept_to_pb(kept: KeptEvent) -> pb.RefusedEvent:
    return pb.RefusedEvent(
        id=str(kept.id),
        received_at=timestamp_of(kept.received_at),
        source=kept.source,
        form=kept.form,
        imported=kept.imported,
        reason=kept.reason,
        errors=errors_of(kept.violations),
        body=kept.body.decode(errors="replace"),
        replayed_at=timestamp_of(kept.replayed_at) if kept.replayed_at else None,
        event_id=str(kept.event_id) if kept.event_id else None,
    )


def which_from_pb(request: pb.ReplayRefusedEventsRequest) -> Which:
    """Raises InvalidFields where it does not say which, or says so in two ways."""
    said = [bool(request.ids), request.HasField("reason"), request.all]
    if sum(said) != 1:
        raise InvalidFields(errors.Violation("ids", "give exactly one of ids, reason and all"))
    return Which(ids=[UUID(one) for one in request.ids], reason=request.reason or None)


def changes_from_pb(request: pb.ReplayRefusedEventsRequest) -> Changes:
    return Changes(
        rename=dict(request.rename),
        patch=patch_of(request.corrections.utf8) if request.HasField("corrections") else {},
        imported=request.imported,
    )


def patch_of(utf8: bytes) -> Mapping[str, Raw]:
    problem = check_json(utf8, max_bytes=CORRECTIONS_BYTES)
    if problem is None:
        try:
            return cut_object(utf8)
        except msgspec.ValidationError:
            problem = "must be an object"
    raise InvalidFields(errors.Violation("corrections", problem))


def replayed_to_pb(done: Replayed, token: str | None) -> pb.ReplayRefusedEventsResponse:
    statuses = [outcome.status for _, outcome in done.outcomes]
    return pb.ReplayRefusedEventsResponse(
        accepted=statuses.count(ACCEPTED),
        duplicates=statuses.count(DUPLICATE),
        refused=statuses.count(REFUSED),
        refusals=[
            pb.ReplayRefusedEventsResponse.Refusal(
                id=str(one), errors=errors_of(outcome.violations)
            )
            for one, outcome in done.outcomes
            if outcome.status == REFUSED
        ],
        next_page_token=token,
    )
