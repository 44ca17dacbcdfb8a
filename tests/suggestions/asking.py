"""Asking and reading back, as the tests of this service need it again and again."""

import json
from typing import Any

from attune.activity.v1 import activity_pb2
from attune.common.v1.json_pb2 import Json
from attune.suggestions.v1 import patterns_pb2, suggestions_pb2

from tests.suite import Suite
from tests.waiting import until


async def ask(suite: Suite, *questions: str, who: Any = None, **response: Any) -> None:
    """Log queries against my-database."""
    requests = [
        activity_pb2.LogActivityRequest(
            activity_type="query",
            query_text=question,
            response_data=Json(utf8=json.dumps(response).encode()),
            metadata=Json(utf8=b'{"connection_id": "my-database"}'),
        )
        for question in questions
    ]
    batch = activity_pb2.BatchLogActivitiesRequest(activities=requests)
    answer = await suite.activity.BatchLogActivities(batch, metadata=who or suite.as_())
    assert answer.refused == 0


async def patterns(
    suite: Suite, who: Any = None, **fields: Any
) -> patterns_pb2.GetQueryPatternsResponse:
    request = patterns_pb2.GetQueryPatternsRequest(**fields)
    return await suite.patterns.GetQueryPatterns(request, metadata=who or suite.as_())


async def learned(suite: Suite, total: int, who: Any = None) -> list[patterns_pb2.QueryPattern]:
    """The caller's own patterns, once they count so many questions."""
    found: list[patterns_pb2.QueryPattern] = []

    async def enough() -> bool:
        found[:] = (await patterns(suite, who, limit=100)).user_patterns
        return sum(pattern.frequency for pattern in found) >= total

    await until(enough)
    return found


async def suggest(
    suite: Suite, partial_query: str | None = None, who: Any = None, **fields: Any
) -> suggestions_pb2.GetPersonalizedSuggestionsResponse:
    request = suggestions_pb2.GetPersonalizedSuggestionsRequest(
        **{"connection_id": "my-database", "partial_query": partial_query, **fields}
    )
    return await suite.suggestions.GetPersonalizedSuggestions(request, metadata=who or suite.as_())


async def cached(suite: Suite) -> None:
    """Return when the answers given so far are in the cache."""
    request = suggestions_pb2.ExplainSuggestionsRequest(connection_id="my-database")
    await suite.suggestions.ExplainSuggestions(request, metadata=suite.as_())
