"""What people do: the queries they run, the chats they have, what they click and rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from attune_client.calls import Call, Listing, M, Resource, call, given, listing, once, query


@dataclass(frozen=True, kw_only=True)
class NewActivity:
    """An activity to record. `activity_type` is "query", "chat", "suggestion_click" or "feedback".

    `user_id` and `created_at` are for services; `request_id` is an idempotency key.
    """

    activity_type: str
    query_text: str | None = None
    response_data: Mapping[str, Any] | None = None
    suggestion_clicked: str | None = None
    feedback_rating: int | None = None
    metadata: Mapping[str, Any] | None = None
    user_id: str | None = None
    created_at: datetime | None = None
    request_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Logged:
    """An activity is on record."""

    success: bool
    activity_id: int
    activity_type: str


@dataclass(frozen=True, kw_only=True)
class EntryError:
    """One thing that is wrong with an entry of a batch."""

    field: str = ""
    message: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class LoggedEntry:
    """What became of the entry at this place, from 0."""

    index: int
    success: bool
    activity_id: int | None = None
    errors: tuple[EntryError, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LoggedBatch:
    """What became of each entry, and how many are on record and are not."""

    results: tuple[LoggedEntry, ...]
    accepted: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class Activity:
    """An activity on record."""

    id: int
    user_id: str
    activity_type: str
    created_at: datetime
    query_text: str | None = None
    response_data: Any = None
    suggestion_clicked: str | None = None
    feedback_rating: int | None = None
    metadata: Any = None


@dataclass(frozen=True, kw_only=True)
class ActivityPage:
    """A part of a history."""

    user_id: str
    activities: tuple[Activity, ...]
    next_page_token: str | None = None


class ActivityApi(Resource[M]):
    """Records activities, and gives them back."""

    @call
    def log(
        self,
        activity_type: str,
        query_text: str | None = None,
        *,
        response_data: Mapping[str, Any] | None = None,
        suggestion_clicked: str | None = None,
        feedback_rating: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        user_id: str | None = None,
        created_at: datetime | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> Call[Logged]:
        """Record one activity; it is durable when this returns."""
        body = given(
            activity_type=activity_type,
            query_text=query_text,
            response_data=response_data,
            suggestion_clicked=suggestion_clicked,
            feedback_rating=feedback_rating,
            metadata=metadata,
            user_id=user_id,
            created_at=created_at,
        )
        return once("/api/v1/activity/log", body, Logged, idempotency_key, timeout)

    @call
    def log_batch(
        self,
        activities: Iterable[NewActivity],
        *,
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> Call[LoggedBatch]:
        """Record 1 to 1,000 activities, each accepted or refused by itself."""
        body = {"activities": [given(**vars(activity)) for activity in activities]}
        path = "/api/v1/activity/log:batch"
        return once(path, body, LoggedBatch, idempotency_key, timeout)

    @listing
    def history(
        self,
        *,
        activity_type: str | None = None,
        user_id: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Listing[Activity]:
        """A person's activities, newest first: the caller's where no user_id is given."""
        asked = query(
            activity_type=activity_type,
            user_id=user_id,
            start_time=start_time,
            end_time=end_time,
            limit=page_size,
        )
        first = Call(
            method="GET",
            path="/api/v1/activity/history",
            query=asked,
            answer=ActivityPage,
            repeatable=True,
            timeout=timeout,
        )
        return Listing(first, lambda page: page.activities)
