"""The gRPC face of suggestions: translate, check, answer."""

from attune.suggestions.v1 import suggestions_pb2 as pb
from attune.suggestions.v1 import suggestions_pb2_grpc as pb_grpc

from services.common.caller import caller
from services.common.errors import NotFound
from services.common.interceptors import Context
from services.suggestions.catalogue import Catalogue
from services.suggestions.patterns.service import job_role_of
from services.suggestions.patterns.store import PatternStore
from services.suggestions.personalized.suggester import Asked, Given, Suggester


class SuggestionsService(pb_grpc.SuggestionsServiceServicer):
    def __init__(self, suggester: Suggester, patterns: PatternStore, catalogue: Catalogue) -> None:
        self._suggester = suggester
        self._patterns = patterns
        self._catalogue = catalogue

    async def GetPersonalizedSuggestions(
        self, request: pb.GetPersonalizedSuggestionsRequest, context: Context
    ) -> pb.GetPersonalizedSuggestionsResponse:
        who = caller()
        vocabulary = self._catalogue.connection(who.organization_id, request.connection_id)
        if vocabulary is None:
            raise NotFound(f"no connection {request.connection_id!r} in this organization")
        user_id = request.user_id or who.subject
        asked = Asked(
            organization_id=who.organization_id,
            user_id=user_id,
            job_role=await job_role_of(self._patterns, who, user_id),
            connection_id=request.connection_id,
            partial_query=request.partial_query,
            limit=request.max_suggestions if request.HasField("max_suggestions") else None,
        )
        return given_to_pb(request, await self._suggester.suggest(asked, vocabulary))


def given_to_pb(
    request: pb.GetPersonalizedSuggestionsRequest, given: Given
) -> pb.GetPersonalizedSuggestionsResponse:
    answer = given.answer
    return pb.GetPersonalizedSuggestionsResponse(
        connection_id=request.connection_id,
        partial_query=request.partial_query,
        suggestions=[pb.Suggestion(**vars(s)) for s in answer.suggestions],
        source=given.source,
        original_source=given.original_source,
        user_patterns=answer.user_patterns,
        role_patterns=answer.role_patterns,
        count=len(answer.suggestions),
    )
