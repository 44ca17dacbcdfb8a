"""The gRPC face of activities: translate, check, store, answer."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeAlias

import structlog
from attune.activity.v1 import activity_pb2 as pb
from attune.activity.v1 import activity_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.activity.activities.domain import (
    Activity,
    StoredActivity,
    missing_field,
    outcome_of,
    stored_metadata,
    stored_response,
    wrong_time,
)
from services.activity.activities.recorder import Recorder
from services.activity.activities.store import ActivityStore, Row, Slice
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.entries import named_in, refusal_of
from services.common.errors import DomainError, InvalidFields, PermissionDenied
from services.common.idempotency import claim_of
from services.common.interceptors import Context, as_domain_error, violations_of
from services.common.moments import moment, timestamp_of
from services.common.pages import filters_hash, page_token, position_of

log = structlog.get_logger(__name__)

HISTORY_LIMIT = 100
# Entries of a batch that wait for their commit together: a fair part of the write queue.
SLICE = 500
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, tzinfo=UTC)
NEWEST = (LAST, 2**63 - 1)

Entry = pb.LogActivityRequest
Record: TypeAlias = "asyncio.Future[int]"


class ActivityService(pb_grpc.ActivityServiceServicer):
    def __init__(self, store: ActivityStore, recorder: Recorder, now: Clock) -> None:
        self._store = store
        self._recorder = recorder
        self._now = now

    async def LogActivity(
        self, request: pb.LogActivityRequest, context: Context
    ) -> pb.LogActivityResponse:
        number = await self._record(request, caller())
        return pb.LogActivityResponse(
            success=True, activity_id=number, activity_type=request.activity_type
        )

    async def BatchLogActivities(
        self, request: pb.BatchLogActivitiesRequest, context: Context
    ) -> pb.BatchLogActivitiesResponse:
        who = caller()
        give_keys(request)
        unread = {entry.index: refusal_of(entry) for entry in request.unread}
        outcomes: list[int | Exception] = []
        for part in slices(request.activities, SLICE):
            records = [unread.get(index) or self._queued(entry, who) for index, entry in part]
            outcomes += [await settled(record) for record in records]
        results = [result_of(index, outcome) for index, outcome in enumerate(outcomes)]
        accepted = sum(result.success for result in results)
        return pb.BatchLogActivitiesResponse(
            results=results, accepted=accepted, refused=len(results) - accepted
        )

    async def GetActivityHistory(
        self, request: pb.GetActivityHistoryRequest, context: Context
    ) -> pb.GetActivityHistoryResponse:
        who = caller()
        part = slice_of(request, request.user_id or who.subject)
        activities, more = await self._store.history(who.organization_id, part)
        return pb.GetActivityHistoryResponse(
            user_id=part.user_id,
            activities=[activity_to_pb(a) for a in activities],
            count=len(activities),
            next_page_token=next_token(request, part, activities[-1]) if more else None,
        )

    async def SnapshotActivities(
        self, request: pb.SnapshotActivitiesRequest, context: Context
    ) -> AsyncIterator[pb.SnapshotActivitiesResponse]:
        organization = caller().organization_id
        as_of = request.as_of or await self._store.head(organization)
        async for up_to, activities in self._store.scan(organization, request.after, as_of):
            facts = map(stored_fact, activities)
            yield pb.SnapshotActivitiesResponse(activities=facts, as_of=as_of, up_to=up_to)

    def _queued(self, request: pb.LogActivityRequest, who: Caller) -> "Record | Exception":
        """The record under way, or why there is none: each entry's outcome is its own."""
        try:
            violations = violations_of(request)
            if violations:
                raise InvalidFields(*violations)
            return self._record(request, who)
        except Exception as err:
            return err

    def _record(self, request: pb.LogActivityRequest, who: Caller) -> Record:
        activity = activity_from_pb(request, who, self._now())
        row = Row(activity, fact_of(activity).SerializeToString())
        claim = claim_of(who.subject, request)
        return self._recorder.record(who.organization_id, row, claim)


async def settled(record: "Record | Exception") -> int | Exception:
    """How a record ended: its number, or what went wrong."""
    if isinstance(record, Exception):
        return record
    try:
        return await record
    except Exception as err:
        return err


def activity_from_pb(request: pb.LogActivityRequest, who: Caller, now: datetime) -> Activity:
    """The activity that the caller asks to record. Raises InvalidFields, PermissionDenied."""
    refuse_impersonation(request, who)
    given = {field.name: value for field, value in request.ListFields()}
    created_at = moment(request, "created_at") or now
    violations = [*missing_field(request.activity_type, given), *wrong_time(created_at, now)]
    if violations:
        raise InvalidFields(*violations)
    response = stored_response(request.response_data.utf8) if "response_data" in given else None
    return Activity(
        user_id=given.get("user_id", who.subject),
        activity_type=request.activity_type,
        query_text=given.get("query_text"),
        response_data=response,
        suggestion_clicked=given.get("suggestion_clicked"),
        feedback_rating=given.get("feedback_rating"),
        metadata=stored_metadata(request.metadata.utf8, who),
        created_at=created_at,
    )


def refuse_impersonation(request: pb.LogActivityRequest, who: Caller) -> None:
    if who.is_service:
        return
    for field in ("user_id", "created_at"):
        if request.HasField(field):
            raise PermissionDenied(f"only a service may set {field}; leave it out", field=field)


def fact_of(activity: Activity) -> pb.ActivityLogged:
    """What the event log tells of an activity; its number is the event's own."""
    outcome = outcome_of(activity.response_data, activity.metadata)
    return pb.ActivityLogged(
        user_id=activity.user_id,
        job_role=outcome.job_role,
        activity_type=activity.activity_type,
        query_text=activity.query_text,
        suggestion_clicked=activity.suggestion_clicked,
        feedback_rating=activity.feedback_rating,
        connection_id=outcome.connection_id,
        succeeded=outcome.succeeded,
        response_micros=outcome.response_micros,
        created_at=timestamp_of(activity.created_at),
        session_id=outcome.session_id,
    )


def stored_fact(activity: StoredActivity) -> pb.ActivityLogged:
    fact = fact_of(activity)
    fact.activity_id = activity.id
    return fact


def activity_to_pb(activity: StoredActivity) -> pb.Activity:
    return pb.Activity(
        id=activity.id,
        user_id=activity.user_id,
        activity_type=activity.activity_type,
        query_text=activity.query_text,
        response_data=json_of(activity.response_data),
        suggestion_clicked=activity.suggestion_clicked,
        feedback_rating=activity.feedback_rating,
        metadata=json_of(activity.metadata),
        created_at=activity.created_at,
    )


def json_of(text: str | None) -> Json | None:
    return None if text is None else Json(utf8=text.encode())


def give_keys(request: pb.BatchLogActivitiesRequest) -> None:
    """A batch's idempotency key becomes one for each entry that has none."""
    if request.request_id:
        for index, entry in enumerate(request.activities):
            if not entry.request_id:
                entry.request_id = f"{request.request_id}/{index}"


def slices(entries: Sequence[Entry], size: int) -> Iterator[list[tuple[int, Entry]]]:
    """The entries with their indexes, some at a time."""
    numbered = enumerate(entries)
    return iter(lambda: list(islice(numbered, size)), [])


def result_of(index: int, outcome: int | Exception) -> pb.BatchLogActivitiesResponse.Result:
    """One entry's part of a batch's answer; what is no fault of the entry fails the batch."""
    if isinstance(outcome, int):
        return pb.BatchLogActivitiesResponse.Result(index=index, success=True, activity_id=outcome)
    if not isinstance(outcome, DomainError):
        # Its neighbours are on record, so the batch is answered; what happened is in the log.
        log.error("an entry failed", index=index, exc_info=outcome)
        outcome = as_domain_error(outcome)
    return pb.BatchLogActivitiesResponse.Result(index=index, errors=errors_of(outcome))


def errors_of(error: DomainError) -> list[pb.BatchLogActivitiesResponse.Violation]:
    return [
        pb.BatchLogActivitiesResponse.Violation(
            field=v.field, message=v.message, reason=error.reason
        )
        for v in named_in(error)
    ]


def slice_of(request: pb.GetActivityHistoryRequest, user_id: str) -> Slice:
    before = NEWEST
    if request.page_token:
        shape = tuple[datetime, int]
        before = position_of(request.page_token, history_filters(request, user_id), shape)
    return Slice(
        user_id=user_id,
        activity_type=request.activity_type or None,
        start=moment(request, "start_time") or FIRST,
        end=moment(request, "end_time") or LAST,
        before=before,
        limit=request.limit or HISTORY_LIMIT,
    )


def next_token(request: pb.GetActivityHistoryRequest, part: Slice, last: StoredActivity) -> str:
    return page_token(history_filters(request, part.user_id), (last.created_at, last.id))


def history_filters(request: pb.GetActivityHistoryRequest, user_id: str) -> str:
    times = (request.start_time.ToNanoseconds(), request.end_time.ToNanoseconds())
    return filters_hash(user_id, request.activity_type, *times)
