"""The gRPC face of suggestions: translate, check, answer."""

from datetime import datetime

from attune.suggestions.v1 import suggestions_pb2 as pb
from attune.suggestions.v1 import suggestions_pb2_grpc as pb_grpc

from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import NotFound
from services.common.interceptors import Context
from services.suggestions.metrics.counting import RequestCounts
from services.suggestions.patterns.service import job_role_of
from services.suggestions.patterns.store import PatternStore
from services.suggestions.personalized.explaining import explanation_to_pb
from services.suggestions.personalized.suggester import Asked, Given, Suggester
from services.suggestions.ranking.model import Suggestion
from services.suggestions.servings.domain import Serving
from services.suggestions.servings.recording import Recorder
from services.suggestions.templates.vocabulary import Vocabulary
from services.suggestions.vocabularies.catalogue import Catalogue


class SuggestionsService(pb_grpc.SuggestionsServiceServicer):
    def __init__(
        self,
        suggester: Suggester,
        patterns: PatternStore,
        catalogue: Catalogue,
        recorder: Recorder,
        counts: RequestCounts,
        now: Clock,
    ) -> None:
        self._suggester = suggester
        self._patterns = patterns
        self._catalogue = catalogue
        self._recorder = recorder
        self._counts = counts
        self._now = now

    async def GetPersonalizedSuggestions(
        self, request: pb.GetPersonalizedSuggestionsRequest, context: Context
    ) -> pb.GetPersonalizedSuggestionsResponse:
        asked, vocabulary = await self._asked(request)
        given = await self._suggester.suggest(asked, vocabulary)
        self._recorder.record(serving_of(asked, given, self._now()))
        self._counts.add(asked.organization_id, given.source, bool(given.answer.suggestions))
        return given_to_pb(request, given)

    async def ExplainSuggestions(
        self, request: pb.ExplainSuggestionsRequest, context: Context
    ) -> pb.ExplainSuggestionsResponse:
        asked, vocabulary = await self._asked(request)
        return explanation_to_pb(asked, await self._suggester.explain(asked, vocabulary))

    async def ClearSuggestionCache(
        self, request: pb.ClearSuggestionCacheRequest, context: Context
    ) -> pb.ClearSuggestionCacheResponse:
        user_id = request.user_id or None
        cleared = await self._suggester.clear(caller().organization_id, user_id)
        return pb.ClearSuggestionCacheResponse(success=True, cleared=cleared)

    async def _asked(
        self, request: pb.GetPersonalizedSuggestionsRequest | pb.ExplainSuggestionsRequest
    ) -> tuple[Asked, Vocabulary]:
        """Who asks for what, of which connection. Raises NotFound."""
        who = caller()
        connections = await self._catalogue.of(who.organization_id)
        vocabulary = connections.vocabulary(request.connection_id)
        if vocabulary is None:
            raise NotFound(f"no connection {request.connection_id!r} in this organization")
        user_id = request.user_id or who.subject
        asked = Asked(
            organization_id=who.organization_id,
            user_id=user_id,
            job_role=await job_role_of(self._patterns, who, user_id),
            connection_id=request.connection_id,
            session_id=request.session_id or None,
            partial_query=request.partial_query,
            limit=request.max_suggestions if request.HasField("max_suggestions") else None,
        )
        return asked, vocabulary


def serving_of(asked: Asked, given: Given, now: datetime) -> Serving:
    return Serving(
        organization_id=asked.organization_id,
        user_id=asked.user_id,
        job_role=asked.job_role,
        connection_id=asked.connection_id,
        session_id=asked.session_id,
        source=given.source,
        original_source=given.original_source,
        typed=len(asked.partial_query),
        suggestions=given.answer.suggestions,
        served_at=now,
    )


def given_to_pb(
    request: pb.GetPersonalizedSuggestionsRequest, given: Given
) -> pb.GetPersonalizedSuggestionsResponse:
    answer = given.answer
    return pb.GetPersonalizedSuggestionsResponse(
        connection_id=request.connection_id,
        partial_query=request.partial_query,
        suggestions=map(suggestion_to_pb, answer.suggestions),
        source=given.source,
        original_source=given.original_source,
        user_patterns=answer.user_patterns,
        role_patterns=answer.role_patterns,
        count=len(answer.suggestions),
        degraded_reason=answer.degraded_reason,
    )


def suggestion_to_pb(shown: Suggestion) -> pb.Suggestion:
    return pb.Suggestion(
        text=shown.text, type=shown.type, description=shown.description, icon=shown.icon
    )
