"""What a person may want to ask next."""

from dataclasses import dataclass

from attune_client.calls import Call, M, Resource, call, path, query


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A question that can be run as it stands.

    `type` is "complete" where it goes on from what is typed, else "comparison", "trend", "ranking"
    or "aggregation".
    """

    text: str
    type: str
    description: str = ""
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """What to propose, the best first, and the templates behind it.

    `source` is "cached", "patterns", "llm_with_patterns" or "llm_fallback"; `degraded_reason` says
    why a language model, if one should have, added nothing.
    """

    connection_id: str
    partial_query: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    source: str
    original_source: str | None = None
    user_patterns: tuple[str, ...] = ()
    role_patterns: tuple[str, ...] = ()
    count: int
    degraded_reason: str | None = None


class SuggestionsApi(Resource[M]):
    """Proposes questions."""

    @call
    def personalized(
        self,
        connection_id: str,
        partial_query: str | None = None,
        *,
        max_suggestions: int | None = None,
        user_id: str | None = None,
        session_id: str | None = None,
        timeout: float | None = None,
    ) -> Call[Suggestions]:
        """Questions for a connection that go on from what is typed. Repeated, it changes nothing
        but how often they count as shown."""
        return Call(
            method="POST",
            path=path("/api/v1/connections/{}/suggestions/personalized", connection_id),
            query=query(
                partial_query=partial_query,
                max_suggestions=max_suggestions,
                user_id=user_id,
                session_id=session_id,
            ),
            answer=Suggestions,
            repeatable=True,
            timeout=timeout,
        )
