"""The gRPC face of feedback: translate, check, store, answer."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

from attune.activity.v1 import feedback_pb2 as pb
from attune.activity.v1 import feedback_pb2_grpc as pb_grpc
from google.api.httpbody_pb2 import HttpBody

from services.activity.feedback.domain import FIRST, NEWEST, Conversation, Filters, StoredVote
from services.activity.feedback.retention import forget_all
from services.activity.feedback.screening import Screen
from services.activity.feedback.store import FeedbackStore
from services.activity.feedback.translating import (
    COLUMNS,
    Asked,
    given_from_pb,
    row_of,
    scores_asked,
    stats_to_pb,
    trend_to_pb,
    vote_to_pb,
)
from services.activity.feedback.trend import periods_of
from services.activity.feedback.voting import Ballots
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.downloads import download
from services.common.errors import InvalidFields, NotFound, PermissionDenied, Violation
from services.common.exporting import FILES, Row, chunks
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.moments import moment
from services.common.pages import filters_hash, page_token, position_of

PAGE_SIZE = 100
EXPORTED_AT_ONCE = 500
TREND_DAYS, TREND_WEEKS = timedelta(days=90), timedelta(weeks=52)


class FeedbackService(pb_grpc.FeedbackServiceServicer):
    def __init__(self, store: FeedbackStore, screen: Screen, ballots: Ballots, now: Clock) -> None:
        self._store = store
        self._screen = screen
        self._ballots = ballots
        self._now = now

    async def SubmitFeedback(
        self, request: pb.SubmitFeedbackRequest, context: Context
    ) -> pb.SubmitFeedbackResponse:
        who, given = caller(), given_from_pb(request)
        about = await self._own(request, who)
        message_id = await self._message(who.organization_id, about, request.message_id)
        vote = await self._screen.vote(who.organization_id, given, about, message_id)
        answer = pb.SubmitFeedbackResponse(
            status="success",
            message="Feedback received and will be processed",
            conversation_id=request.conversation_id,
            feedback_score=request.score,
        ).SerializeToString()
        claim = claim_of(who.subject, request)
        limited = not who.is_service
        first = await self._ballots.vote(who.organization_id, vote, claim, answer, limited)
        return pb.SubmitFeedbackResponse.FromString(first)

    async def WithdrawFeedback(
        self, request: pb.WithdrawFeedbackRequest, context: Context
    ) -> pb.WithdrawFeedbackResponse:
        who, message_id = caller(), None
        about = await self._own(request, who)
        if request.message_id:
            message_id = await self._message(who.organization_id, about, request.message_id)
        limited = not who.is_service
        await self._ballots.withdraw(who.organization_id, about, message_id, limited)
        return pb.WithdrawFeedbackResponse(
            status="success",
            message="Feedback withdrawn",
            conversation_id=request.conversation_id,
        )

    async def ListFeedback(
        self, request: pb.ListFeedbackRequest, context: Context
    ) -> pb.ListFeedbackResponse:
        who, limit, before = caller(), request.page_size or PAGE_SIZE, NEWEST
        if request.include_original and not who.may_read_others:
            raise PermissionDenied("original texts are for admins", field="include_original")
        which = await self._filters(request, who)
        filters = filters_hash("feedback", which)
        if request.page_token:
            before = position_of(request.page_token, filters, tuple[datetime, int])
        args = (which, before, limit, request.include_original)
        found = await self._store.page(who.organization_id, *args)
        page, more = found[:limit], len(found) > limit
        shown = [vote_to_pb(vote, await self._original(who, vote)) for vote in page]
        position = (page[-1].created_at, page[-1].id) if more else NEWEST
        return pb.ListFeedbackResponse(
            feedback=shown, next_page_token=page_token(filters, position) if more else None
        )

    async def GetFeedbackStats(
        self, request: pb.GetFeedbackStatsRequest, context: Context
    ) -> pb.GetFeedbackStatsResponse:
        who, conversation_id = caller(), None
        if request.conversation_id:
            conversation_id = await self._conversation_id(request.conversation_id, who)
        user_id = None if reads_others(who) else who.subject
        stats = await self._store.stats(who.organization_id, conversation_id, user_id)
        return stats_to_pb(stats)

    async def GetFeedbackTrend(
        self, request: pb.GetFeedbackTrendRequest, context: Context
    ) -> pb.GetFeedbackTrendResponse:
        organization, weekly = caller().organization_id, request.period == "week"
        end = moment(request, "end_time") or self._now()
        default = TREND_WEEKS if weekly else TREND_DAYS
        start = moment(request, "start_time") or end - min(default, end - FIRST)
        if start >= end:
            raise InvalidFields(Violation("start_time", "must be before end_time"))
        time_zone, week_start = await self._store.calendar(organization)
        days = await self._store.days(organization, start, end, time_zone)
        periods = periods_of(days, week_start if weekly else None)
        return trend_to_pb(periods, "week" if weekly else "day", time_zone)

    async def ExportFeedback(
        self, request: pb.ExportFeedbackRequest, context: Context
    ) -> AsyncIterator[HttpBody]:
        who, file = caller(), FILES[request.format or "json"](COLUMNS)
        which = await self._filters(request, who)
        name = f"attune-feedback-{self._now():%Y-%m-%d}.{file.suffix}"
        rows = self._rows(who.organization_id, which)
        async for part in download(file.content_type, name, chunks(file, rows)):
            yield part

    async def ForgetFeedback(
        self, request: pb.ForgetFeedbackRequest, context: Context
    ) -> pb.ForgetFeedbackResponse:
        before = self._now() - timedelta(days=request.older_than_days)
        gone = await forget_all(self._store, caller().organization_id, before, self._now())
        return pb.ForgetFeedbackResponse(forgotten=gone)

    async def _rows(self, organization_id: str, which: Filters) -> AsyncIterator[Row]:
        """Page by page: no transaction is held while the reader works."""
        before = NEWEST
        while True:
            found = await self._store.page(organization_id, which, before, EXPORTED_AT_ONCE)
            for vote in found[:EXPORTED_AT_ONCE]:
                yield row_of(vote)
                before = (vote.created_at, vote.id)
            if len(found) <= EXPORTED_AT_ONCE:
                return

    async def _own(
        self, request: pb.SubmitFeedbackRequest | pb.WithdrawFeedbackRequest, who: Caller
    ) -> Conversation:
        """The conversation, which the person who votes has to own: of a service that names nobody
        whoever owns it. Raises NotFound, PermissionDenied.
        """
        if request.user_id not in ("", who.subject) and not who.may_read_others:
            raise PermissionDenied("user_id must be your own, or be left out", field="user_id")
        name = request.conversation_id
        found = await self._store.conversation(who.organization_id, name)
        person = request.user_id or (found and found.user_id if who.is_service else who.subject)
        if found is None or found.user_id != person:
            raise NotFound(f"this person has no conversation {name!r}")
        return found

    async def _message(self, organization_id: str, about: Conversation, name: str) -> UUID | None:
        """The message that is meant; without a name the last one. Raises InvalidFields."""
        if not name:
            return await self._store.last_message(organization_id, about)
        found = await self._store.message(organization_id, about, name)
        if found is None:
            raise InvalidFields(Violation("message_id", "is no message of this conversation"))
        return found

    async def _conversation_id(self, name: str, who: Caller) -> UUID:
        """Raises NotFound where there is none that the caller may read of."""
        found = await self._store.conversation(who.organization_id, name)
        if found is None or not (reads_others(who) or found.user_id == who.subject):
            raise NotFound(f"no conversation {name!r}")
        return found.id

    async def _filters(self, request: Asked, who: Caller) -> Filters:
        """What is asked for, of what the caller may see."""
        if request.user_id and request.user_id != who.subject and not reads_others(who):
            raise PermissionDenied("user_id must be your own, or be left out", field="user_id")
        conversation_id = None
        if request.conversation_id:
            conversation_id = await self._conversation_id(request.conversation_id, who)
        hashes = {}
        if isinstance(request, pb.ListFeedbackRequest):
            for name in ("input_hash", "output_hash"):
                given = getattr(request, name) or None
                hashes[name] = await self._screen.keyed(who.organization_id, given)
        own = None if reads_others(who) else who.subject
        return scores_asked(
            request, conversation_id=conversation_id, user_id=request.user_id or own, **hashes
        )

    async def _original(self, who: Caller, vote: StoredVote) -> str | None:
        if vote.original_text is None:
            return None
        place = (vote.conversation_id, vote.message_id)
        return await self._screen.opened(who.organization_id, vote.original_text, *place)


def reads_others(who: Caller) -> bool:
    """Texts are masked before they are stored, so analysts read them as admins do."""
    return who.may_read_others or who.role == "analyst"
