"""The gRPC face of segments: translate, check, store, answer."""

from datetime import UTC, datetime
from itertools import combinations
from uuid import UUID

from attune.analytics.v1 import segments_pb2 as pb
from attune.analytics.v1 import segments_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.analytics.segments.answers import Answers
from services.analytics.segments.domain import Draft, Filters, Kind, Rule, Segment
from services.analytics.segments.saving import Saver, Told
from services.analytics.segments.seeing import Segments
from services.analytics.segments.store import SegmentStore
from services.analytics.segments.trying import Trial
from services.analytics.segments.wire import definition_of
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import (
    FailedPrecondition,
    InvalidFields,
    VersionConflict,
    Violation,
)
from services.common.idempotency import Claim, claim_of
from services.common.interceptors import Context
from services.common.masks import masked
from services.common.pages import filters_hash, page_token, position_of

PAGE, SHOWN = 100, 10
START = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
NEW = UUID(int=0)
FORMS = {"criteria": Kind.RULES, "query": Kind.SQL, "upload": Kind.UPLOAD, "bucket": Kind.BUCKET}
# What the server knows; a caller may send back what it read.
OURS = {
    *("id", "kind", "owner", "version", "user_count", "refreshed_at", "refreshing", "error"),
    *("created_at", "updated_by", "updated_at"),
}


class SegmentsService(pb_grpc.SegmentsServiceServicer):
    def __init__(
        self,
        store: SegmentStore,
        segments: Segments,
        saver: Saver,
        trial: Trial,
        answers: Answers,
        now: Clock,
    ) -> None:
        self._store = store
        self._segments = segments
        self._saver = saver
        self._trial = trial
        self._answers = answers
        self._now = now

    async def CreateSegment(self, request: pb.CreateSegmentRequest, context: Context) -> pb.Segment:
        claim = claim_of(caller().subject, request)
        return await self._created(request.name, request.description, told_in(request), claim)

    async def CreateSegmentFromAnswer(
        self, request: pb.CreateSegmentFromAnswerRequest, context: Context
    ) -> pb.Segment:
        who, query_id = caller(), request.query_id
        if not query_id:
            if not request.conversation_id or not request.message_id:
                problem = "is needed, or conversation_id and message_id"
                raise InvalidFields(Violation("query_id", problem))
            place = (request.conversation_id, request.message_id)
            query_id = await self._answers.query_of(who, *place)
        sql = await self._answers.people(who, query_id, request.column)
        told = Told(Kind.SQL, sql.encode())
        claim = claim_of(who.subject, request)
        return await self._created(request.name, request.description, told, claim)

    async def _created(
        self, name: str, description: str, told: Told, claim: Claim | None
    ) -> pb.Segment:
        made = await self._saver.create(caller(), name, description, told, claim)
        return segment_to_pb(await self._segments.get(str(made)))

    async def ListSegments(
        self, request: pb.ListSegmentsRequest, context: Context
    ) -> pb.ListSegmentsResponse:
        limit, after = request.page_size or PAGE, START
        wanted = Filters(text=request.text, owner=request.owner, kind=request.kind)
        bound = filters_hash("segments", wanted)
        if request.page_token:
            after = position_of(request.page_token, bound, tuple[datetime, UUID])
        place = (caller().organization_id, wanted, after, limit, self._now())
        found = await self._store.page(*place)
        page, more = found[:limit], len(found) > limit
        last = (page[-1].created_at, page[-1].id) if more else None
        return pb.ListSegmentsResponse(
            segments=map(segment_to_pb, page),
            next_page_token=page_token(bound, last) if last else None,
        )

    async def GetSegment(self, request: pb.GetSegmentRequest, context: Context) -> pb.Segment:
        return segment_to_pb(await self._segments.get(request.segment_id))

    async def UpdateSegment(self, request: pb.UpdateSegmentRequest, context: Context) -> pb.Segment:
        known = await self._segments.changeable(request.segment_id)
        if request.HasField("version") and request.version != known.version:
            raise conflict(known)
        draft = await self._changed(known, request)
        if draft is not None:
            version = await self._saver.change(caller(), known, draft)
            if version is None:
                raise conflict(await self._segments.get(request.segment_id))
        return segment_to_pb(await self._segments.get(request.segment_id))

    async def _changed(self, known: Segment, request: pb.UpdateSegmentRequest) -> Draft | None:
        """None where nothing changes. Raises InvalidFields."""
        changes = masked(request.segment, request.update_mask, ignore=OURS)
        name, description = known.name, known.description
        if "name" in changes:
            name = str(changes["name"])
            if not name:
                raise InvalidFields(Violation("name", "must not be empty"))
        description = str(changes.get("description", description))
        spec = changed_spec(known, request.segment, set(changes) & FORMS.keys())
        if (name, description, spec) == (known.name, known.description, known.spec):
            return None
        told = Told(Kind(known.kind), spec)
        place = (caller().organization_id, known.id)
        return await self._saver.draft(*place, name, description, told)

    async def DeleteSegment(
        self, request: pb.DeleteSegmentRequest, context: Context
    ) -> pb.DeleteSegmentResponse:
        known = await self._segments.changeable(request.segment_id)
        needed = await self._store.delete(caller().organization_id, known.id)
        if needed:
            named = ", ".join(f"{use.kind} {use.name!r}" for use in needed[:5])
            raise FailedPrecondition(f"it is used by {named}")
        return pb.DeleteSegmentResponse()

    async def PreviewSegment(
        self, request: pb.PreviewSegmentRequest, context: Context
    ) -> pb.PreviewSegmentResponse:
        told = told_in(request)
        definition = definition_of(NEW, told.kind, told.spec)
        shown = request.sample_size if request.HasField("sample_size") else SHOWN
        preview = await self._trial.preview(caller(), definition, shown)
        return pb.PreviewSegmentResponse(
            user_count=preview.user_count,
            people=[
                pb.SegmentPerson(user_id=one.user_id, traits=Json(utf8=one.traits))
                for one in preview.people
            ],
            query=preview.query,
            query_id=str(preview.query_id),
        )

    async def EstimateSegment(
        self, request: pb.EstimateSegmentRequest, context: Context
    ) -> pb.EstimateSegmentResponse:
        told = told_in(request)
        rule = definition_of(NEW, told.kind, told.spec)
        assert isinstance(rule, Rule)
        estimate = await self._trial.estimate(caller().organization_id, rule)
        return pb.EstimateSegmentResponse(**vars(estimate))

    async def OverlapSegments(
        self, request: pb.OverlapSegmentsRequest, context: Context
    ) -> pb.OverlapSegmentsResponse:
        ids = list(dict.fromkeys(request.segment_ids))
        known = [(await self._segments.get(one)).id for one in ids]
        if len(known) < 2:
            raise InvalidFields(Violation("segment_ids", "needs two different ones"))
        alone, common = await self._store.common(caller().organization_id, known)
        pairs = combinations(known, 2)
        return pb.OverlapSegmentsResponse(
            overlaps=[overlap_of(one, other, alone, common) for one, other in pairs]
        )


def told_in(
    request: pb.CreateSegmentRequest | pb.PreviewSegmentRequest | pb.EstimateSegmentRequest,
) -> Told:
    """Raises InvalidFields unless exactly one form is given."""
    forms = [form for form in FORMS if form in request.DESCRIPTOR.fields_by_name]
    set_ones = {field.name for field, _ in request.ListFields()}
    given = [form for form in forms if form in set_ones]
    if len(given) != 1:
        problem = f"exactly one of {', '.join(forms)} is needed"
        raise InvalidFields(Violation(given[-1] if given else "criteria", problem))
    return Told(FORMS[given[0]], spec_of(request, given[0]))


def spec_of(message: object, form: str) -> bytes:
    value = getattr(message, form)
    if isinstance(value, str):
        return value.encode()
    kept: bytes = value.SerializeToString(deterministic=True)
    return kept


def changed_spec(known: Segment, told: pb.Segment, forms: set[str]) -> bytes:
    """What makes it from now on. A compiled query that was read comes back as it was."""
    form = next(form for form, kind in FORMS.items() if kind == known.kind)
    if known.kind != Kind.SQL and told.query == known.query:
        forms = forms - {"query"}
    if forms - {form}:
        [other, *_] = sorted(forms - {form})
        raise InvalidFields(Violation(other, f"a segment of kind {known.kind!r} has none"))
    if not forms:
        return known.spec
    spec = spec_of(told, form)
    if not spec:
        raise InvalidFields(Violation(form, "must not be empty"))
    return spec


def conflict(newest: Segment) -> VersionConflict:
    told = f"the newest version is {newest.version}, by {newest.updated_by}; read it again"
    return VersionConflict(told, version=str(newest.version))


def segment_to_pb(segment: Segment) -> pb.Segment:
    fields = {**vars(segment), "id": str(segment.id)}
    spec = fields.pop("spec")
    if segment.kind == Kind.RULES:
        fields["criteria"] = pb.SegmentRule.FromString(spec)
    if segment.kind == Kind.BUCKET:
        fields["bucket"] = pb.SegmentBucket.FromString(spec)
    return pb.Segment(**fields)


def overlap_of(
    one: UUID, other: UUID, alone: dict[UUID, int], common: dict[tuple[UUID, UUID], int]
) -> pb.OverlapSegmentsResponse.Overlap:
    mine, theirs, both = alone.get(one, 0), alone.get(other, 0), common.get((one, other), 0)
    union = mine + theirs - both
    return pb.OverlapSegmentsResponse.Overlap(
        segment_id=str(one),
        other_segment_id=str(other),
        user_count=mine,
        other_user_count=theirs,
        both=both,
        jaccard=both / union if union else 0.0,
    )
