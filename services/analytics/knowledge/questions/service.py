"""The gRPC face of certified questions: translate, check, store, answer."""

import msgspec
from attune.analytics.v1 import questions_pb2 as pb
from attune.analytics.v1 import questions_pb2_grpc as pb_grpc

from services.analytics.knowledge.questions.domain import (
    Question,
    approved,
    changed,
    draft_of,
    question_of,
    revoked,
)
from services.analytics.knowledge.serving import (
    NO_MASK,
    OURS,
    delete,
    facts_of,
    found,
    listed,
    version_in,
)
from services.analytics.knowledge.statements import EVENT_STORE, Statements
from services.analytics.knowledge.versions.domain import (
    APPROVED,
    QUESTION,
    REVOKED,
    Draft,
    Filters,
    Item,
)
from services.analytics.knowledge.versions.items import Items
from services.common.caller import caller
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import InvalidFields, Violation
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.masks import masked

SERVERS = OURS | {"status", "author", "decided_by", "decided_at", "answer_id"}


class Questions:
    """What is particular to items that are certified questions."""

    name = QUESTION
    noun = "question"

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def draft(self, connection_id: str, content: str) -> Draft:
        """Without what was decided on it: an approval that was revoked does not come back."""
        return draft_of(msgspec.structs.replace(question_of(content), decision=None))

    async def check(self, organization_id: str, draft: Draft) -> None:
        sql = question_of(draft.content).sql
        await self._statements.check(organization_id, draft.connection_id, sql)

    async def stored(self, conn: Connection, organization_id: str, item: Item) -> None:
        """Nobody waits for it."""

    async def committed(self, organization_id: str) -> None:
        """Nobody waits for it."""


class CertifiedQuestionsService(pb_grpc.CertifiedQuestionsServiceServicer):
    def __init__(self, items: Items, now: Clock, *, by_another: bool) -> None:
        self._items = items
        self._now = now
        self._by_another = by_another

    async def CreateCertifiedQuestion(
        self, request: pb.CreateCertifiedQuestionRequest, context: Context
    ) -> pb.CertifiedQuestion:
        who, told = caller(), masked(request.question, NO_MASK, ignore=SERVERS)
        empty = Question(
            question="", sql="", connection_id=EVENT_STORE, author=who.subject, owner=""
        )
        draft = draft_of(changed(empty, told, who.subject))
        claim = claim_of(who.subject, request)
        item = await self._items.create(who, QUESTION, draft, note=request.note, claim=claim)
        return question_to_pb(item)

    async def ListCertifiedQuestions(
        self, request: pb.ListCertifiedQuestionsRequest, context: Context
    ) -> pb.ListCertifiedQuestionsResponse:
        filters = Filters(
            connection_id=request.connection_id,
            name=request.question,
            category=request.category,
            tags=sorted(set(request.tags)),
            text=request.text,
        )
        page, token = await listed(self._items.store, QUESTION, filters, request)
        return pb.ListCertifiedQuestionsResponse(
            questions=map(question_to_pb, page), next_page_token=token
        )

    async def GetCertifiedQuestion(
        self, request: pb.GetCertifiedQuestionRequest, context: Context
    ) -> pb.CertifiedQuestion:
        return question_to_pb(await found(self._items, QUESTION, request.question_id))

    async def UpdateCertifiedQuestion(
        self, request: pb.UpdateCertifiedQuestionRequest, context: Context
    ) -> pb.CertifiedQuestion:
        told, who = request.question, caller()
        known = await found(self._items, QUESTION, request.question_id, version_in(told))
        changes = masked(told, request.update_mask, ignore=SERVERS)
        if changes.get("connection_id", known.connection_id) != known.connection_id:
            raise InvalidFields(Violation("connection_id", "stays as it is: make another question"))
        draft = draft_of(changed(question_of(known.content), changes, who.subject))
        return question_to_pb(await self._items.change(who, known, draft, note=request.note))

    async def DeleteCertifiedQuestion(
        self, request: pb.DeleteCertifiedQuestionRequest, context: Context
    ) -> pb.DeleteCertifiedQuestionResponse:
        await delete(self._items, QUESTION, request.question_id, request)
        return pb.DeleteCertifiedQuestionResponse()

    async def ApproveQuestion(
        self, request: pb.ApproveQuestionRequest, context: Context
    ) -> pb.CertifiedQuestion:
        who, now = caller(), self._now()
        known = await found(self._items, QUESTION, request.question_id, request.version)
        question = question_of(known.content)
        draft = draft_of(approved(question, who.subject, now, another=self._by_another))
        return question_to_pb(
            await self._items.change(who, known, draft, action=APPROVED, note=request.note)
        )

    async def RevokeQuestion(
        self, request: pb.RevokeQuestionRequest, context: Context
    ) -> pb.CertifiedQuestion:
        who, now = caller(), self._now()
        known = await found(self._items, QUESTION, request.question_id, request.version)
        draft = draft_of(revoked(question_of(known.content), who.subject, now))
        return question_to_pb(
            await self._items.change(who, known, draft, action=REVOKED, note=request.note)
        )


def question_to_pb(item: Item) -> pb.CertifiedQuestion:
    question = question_of(item.content)
    standing, told = question.standing, msgspec.structs.asdict(question)
    told.pop("decision")
    return pb.CertifiedQuestion(
        status=question.status,
        decided_by=standing.by if standing else None,
        decided_at=standing.at if standing else None,
        **told,
        **facts_of(item),
    )
