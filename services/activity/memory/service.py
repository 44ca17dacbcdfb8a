"""The gRPC face of memory: translate, check, store, answer."""

from dataclasses import replace
from uuid import UUID

from attune.activity.v1 import memory_pb2 as pb
from attune.activity.v1 import memory_pb2_grpc as pb_grpc

from services.activity.access import Masking, reading
from services.activity.memory.domain import Fact, Triple
from services.activity.memory.editing import Editor, told_by_hand
from services.activity.memory.store import LAST, MemoryStore, Slice
from services.common.caller import caller
from services.common.clock import Clock
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of

PAGE_SIZE = 100
ANY = "any"
NAME = "[name]"


class MemoryService(pb_grpc.MemoryServiceServicer):
    def __init__(self, store: MemoryStore, editor: Editor, now: Clock) -> None:
        self._store = store
        self._editor = editor
        self._now = now

    async def ListMemory(
        self, request: pb.ListMemoryRequest, context: Context
    ) -> pb.ListMemoryResponse:
        who = caller()
        masking, part = reading(who, request.user_id), slice_of(request)
        found = await self._store.page(who.organization_id, part, self._now())
        page, more = found[: part.limit], len(found) > part.limit
        return pb.ListMemoryResponse(
            facts=[fact_to_pb(fact, masking) for fact in page],
            next_page_token=page_token(filters_of(part), (page[-1].id,)) if more else None,
        )

    async def AddMemoryFact(
        self, request: pb.AddMemoryFactRequest, context: Context
    ) -> pb.MemoryFact:
        triple = told_by_hand(request.attribute, request.about, request.value)
        fact = await self._editor.add(caller().organization_id, request.user_id, triple)
        return fact_to_pb(fact)

    async def CorrectMemoryFact(
        self, request: pb.CorrectMemoryFactRequest, context: Context
    ) -> pb.MemoryFact:
        args = (caller().organization_id, request.user_id, request.fact_id, request.value)
        return fact_to_pb(await self._editor.correct(*args))

    async def ForgetMemoryFact(
        self, request: pb.ForgetMemoryFactRequest, context: Context
    ) -> pb.MemoryFact:
        args = (caller().organization_id, request.user_id, request.fact_id)
        return fact_to_pb(await self._editor.forget(*args))

    async def ForgetMemory(
        self, request: pb.ForgetMemoryRequest, context: Context
    ) -> pb.ForgetMemoryResponse:
        count = await self._editor.forget_all(caller().organization_id, request.user_id)
        return pb.ForgetMemoryResponse(forgotten=count)

    async def RebuildMemory(
        self, request: pb.RebuildMemoryRequest, context: Context
    ) -> pb.RebuildMemoryResponse:
        changed = await self._editor.rebuild(caller().organization_id, request.user_id)
        return pb.RebuildMemoryResponse(changed=changed)


def slice_of(request: pb.ListMemoryRequest) -> Slice:
    """Raises InvalidFields."""
    state = request.state or "current"
    part = Slice(
        user_id=request.user_id,
        state=None if state == ANY else state,
        kind=request.kind or None,
        before=LAST,
        limit=request.page_size or PAGE_SIZE,
    )
    if not request.page_token:
        return part
    [before] = position_of(request.page_token, filters_of(part), tuple[UUID])
    return replace(part, before=before)


def filters_of(part: Slice) -> str:
    return filters_hash("memory", part.user_id, part.state, part.kind)


def fact_to_pb(fact: Fact, masking: Masking | None = None) -> pb.MemoryFact:
    shown = masking or Masking(False)
    told = pb.MemoryFact(
        id=str(fact.id),
        confidence=fact.confidence,
        state=fact.state,
        origin=fact.origin,
        model=fact.model,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        said_at=fact.said_at,
        recorded_at=fact.recorded_at,
        superseded_at=fact.superseded_at,
        expires_at=fact.expires_at,
        sources=[
            pb.MemoryFact.Source(event_id=str(event), conversation_id=str(conversation))
            for event, conversation in zip(fact.event_ids, fact.conversation_ids, strict=True)
        ],
        corrects=str(fact.corrects) if fact.corrects else None,
    )
    if fact.triple:
        triple = masked(fact.triple, shown)
        told.kind, told.attribute = triple.what.kind, triple.attribute
        told.value, told.statement = triple.value, triple.statement
        if triple.about:
            told.about = triple.about
    return told


def masked(triple: Triple, shown: Masking) -> Triple:
    if shown.masks and triple.attribute == "name":
        return replace(triple, value=NAME)
    return replace(triple, value=shown.text(triple.value), about=shown.text(triple.about))
