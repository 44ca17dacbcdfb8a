"""What was learned from the questions people ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from attune_client.calls import Call, Listing, M, Resource, call, download, listing, query


@dataclass(frozen=True, kw_only=True)
class QueryPattern:
    """A kind of question and how it went.

    `pattern_type` is "user_specific", "role_based" or "global"; `success_rate` is from 0 to 1;
    `avg_response_time` is in seconds.
    """

    id: int
    pattern_type: str
    target_id: str
    query_template: str
    frequency: int
    success_rate: float
    last_used: datetime
    avg_response_time: float | None = None
    metadata: Any = None


@dataclass(frozen=True, kw_only=True)
class UserPatterns:
    """A person's patterns and those of the job role, most used first."""

    user_id: str
    user_patterns: tuple[QueryPattern, ...] = ()
    role_patterns: tuple[QueryPattern, ...] = ()
    user_pattern_count: int = 0
    role_pattern_count: int = 0


@dataclass(frozen=True, kw_only=True)
class PatternPage:
    """A part of the organization's patterns."""

    patterns: tuple[QueryPattern, ...] = ()
    next_page_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What was learned anew."""

    success: bool
    message: str
    user_count: int
    pattern_count: int
    activity_count: int


class PatternsApi(Resource[M]):
    """Shows patterns, and has them learned anew."""

    @call
    def get(
        self,
        *,
        limit: int | None = None,
        user_id: str | None = None,
        timeout: float | None = None,
    ) -> Call[UserPatterns]:
        """The most used patterns of a person, the caller where no user_id is given."""
        return Call(
            method="GET",
            path="/api/v1/activity/patterns",
            query=query(limit=limit, user_id=user_id),
            answer=UserPatterns,
            repeatable=True,
            timeout=timeout,
        )

    @listing
    def list(
        self,
        *,
        pattern_type: str | None = None,
        target_id: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Listing[QueryPattern]:
        """The organization's patterns of one kind, most used first."""
        asked = query(pattern_type=pattern_type, target_id=target_id, page_size=page_size)
        first = Call(
            method="GET",
            path="/api/v1/patterns",
            query=asked,
            answer=PatternPage,
            repeatable=True,
            timeout=timeout,
        )
        return Listing(first, lambda page: page.patterns)

    @download
    def export(
        self,
        *,
        format: str | None = None,
        pattern_type: str | None = None,
        user_id: str | None = None,
        timeout: float | None = None,
    ) -> Call[bytes]:
        """All patterns as a file, in `format` "json" or "csv"."""
        return Call(
            method="GET",
            path="/api/v1/patterns:export",
            query=query(format=format, pattern_type=pattern_type, user_id=user_id),
            answer=bytes,
            repeatable=True,
            timeout=timeout,
        )

    @call
    def rebuild(self, *, timeout: float | None = None) -> Call[Rebuilt]:
        """Learn all patterns anew, and return when that is done; one under way is joined."""
        return Call(
            method="POST",
            path="/api/v1/activity/patterns:rebuild",
            body={},
            answer=Rebuilt,
            repeatable=True,
            timeout=timeout,
        )
