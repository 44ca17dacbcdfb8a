"""The gRPC face of the chat's quality: translate, check, count, answer."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from attune.analytics.v1 import chat_quality_pb2 as pb
from attune.analytics.v1 import chat_quality_pb2_grpc as pb_grpc
from attune.analytics.v1 import questions_pb2

from services.analytics.chat.quality.certifying import Certifier
from services.analytics.chat.quality.store import AnswerStore, Disputed, Quality, Window
from services.analytics.knowledge.questions.domain import Question
from services.analytics.knowledge.questions.service import question_to_pb
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import InvalidFields, Violation
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.moments import EPOCH, moment, timestamp_of

USUAL, LONGEST = timedelta(days=30), timedelta(days=92)
NANO_USD = 1e9


class ChatQualityService(pb_grpc.ChatQualityServiceServicer):
    def __init__(self, store: AnswerStore, certifier: Certifier, now: Clock) -> None:
        self._store = store
        self._certifier = certifier
        self._now = now

    async def CertifyAnswer(
        self, request: pb.CertifyAnswerRequest, context: Context
    ) -> questions_pb2.CertifiedQuestion:
        who = caller()
        told = Question(
            question=request.question.strip(),
            sql=request.sql.strip(),
            connection_id="",
            author=who.subject,
            owner="",
            category=request.category,
            tags=list(request.tags),
        )
        claim = claim_of(who.subject, request)
        item = await self._certifier.propose(who, request.message_id, told, request.note, claim)
        return question_to_pb(item)

    async def GetChatQuality(
        self, request: pb.GetChatQualityRequest, context: Context
    ) -> pb.GetChatQualityResponse:
        organization_id, window = caller().organization_id, self._window(request)
        days = await self._store.by_day(organization_id, window)
        disputed = await self._store.disputed(organization_id, window)
        ids = await self._store.question_ids(organization_id, disputed)
        told = {"from": timestamp_of(window.start), "to": timestamp_of(window.end)}
        return pb.GetChatQualityResponse(
            days=map(day_to_pb, days),
            disputed=[disputed_to_pb(one, ids) for one in disputed],
            **told,
        )

    def _window(self, request: pb.GetChatQualityRequest) -> Window:
        """Raises InvalidFields."""
        end = moment(request, "to") or self._now()
        start = moment(request, "from") or max(end, EPOCH + USUAL) - USUAL
        if start >= end:
            raise InvalidFields(Violation("from", "must be before `to`"))
        if end - start > LONGEST:
            raise InvalidFields(Violation("from", f"must be within {LONGEST.days} days of `to`"))
        return Window(start, end, request.connection_id)


def day_to_pb(one: Quality) -> pb.GetChatQualityResponse.Day:
    told = dict(vars(one))
    cost = told.pop("cost_nano_usd") / NANO_USD
    told |= {"date": told.pop("day").isoformat(), "errors": told.pop("failed"), "cost_usd": cost}
    return pb.GetChatQualityResponse.Day(**told)


def disputed_to_pb(
    one: Disputed, ids: Mapping[tuple[str, str], UUID]
) -> pb.GetChatQualityResponse.Disputed:
    known = ids.get((one.connection_id, one.key))
    question_id = str(known) if known else None
    return pb.GetChatQualityResponse.Disputed(**vars(one), question_id=question_id)
