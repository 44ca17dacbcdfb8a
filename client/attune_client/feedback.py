"""What people think of answers: scores from 1 to 5 and, if they like, some words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from attune_client.calls import (
    Call,
    Listing,
    M,
    Resource,
    T,
    call,
    download,
    given,
    listing,
    once,
    path,
    query,
)

FEEDBACK = "/api/v1/feedback"


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A vote is durable."""

    status: str
    message: str
    conversation_id: str
    feedback_score: int


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """A vote counts no more."""

    status: str
    message: str
    conversation_id: str


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """A vote as it is now.

    `input_hash` and `output_hash` are HMACs of the hashes that were given; `latency_ms` is in
    milliseconds; `sentiment` is "negative", "neutral" or "positive", and `sentiment_value` from -1
    to 1.
    """

    id: int
    conversation_id: str
    user_id: str
    user_feedback_score: int
    created_at: datetime
    updated_at: datetime
    external_id: str | None = None
    message_id: str | None = None
    input_hash: str | None = None
    output_hash: str | None = None
    user_feedback_text: str | None = None
    original_text: str | None = None
    personal_data: tuple[str, ...] = ()
    latency_ms: float | None = None
    tokens_used: int | None = None
    metadata: Any = None
    revision: int = 1
    sentiment: str | None = None
    sentiment_value: float | None = None
    sentiment_source: str | None = None


@dataclass(frozen=True, kw_only=True)
class FeedbackPage:
    """A part of a list of votes."""

    feedback: tuple[Feedback, ...] = ()
    next_page_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class FeedbackStats:
    """Figures of the votes that count; an average of nothing is None."""

    total_count: int = 0
    score_1: int = 0
    score_2: int = 0
    score_3: int = 0
    score_4: int = 0
    score_5: int = 0
    avg_score: float | None = None
    avg_latency_ms: float | None = None
    avg_tokens: float | None = None


@dataclass(frozen=True, kw_only=True)
class TrendPeriod:
    """A day or a week; `start` is its first day, such as "2025-12-29"."""

    start: str
    count: int
    avg_score: float
    bayesian_avg: float


@dataclass(frozen=True, kw_only=True)
class TrendPrior:
    """What a period without votes is thought to be: `weight` votes of the score `mean`."""

    mean: float
    weight: float


@dataclass(frozen=True, kw_only=True)
class TrendShift:
    """Whether the level of the scores shifted: whether `statistic` is above `threshold`."""

    detected: bool
    threshold: float
    statistic: float | None = None
    start: str | None = None
    avg_before: float | None = None
    avg_after: float | None = None


@dataclass(frozen=True, kw_only=True)
class FeedbackTrend:
    """How the scores went, oldest period first."""

    period: str
    time_zone: str
    prior: TrendPrior
    shift: TrendShift
    periods: tuple[TrendPeriod, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """How many old votes are gone."""

    forgotten: int


class FeedbackApi(Resource[M]):
    """Takes votes, lists and counts them."""

    @call
    def submit(
        self,
        conversation_id: str,
        score: int,
        text: str | None = None,
        *,
        latency_ms: float | None = None,
        tokens_used: int | None = None,
        message_id: str | None = None,
        input_hash: str | None = None,
        output_hash: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        user_id: str | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> Call[Submitted]:
        """Rate an answer, the last one without a message_id; a second vote changes the first."""
        body = given(
            score=score,
            text=text,
            latency_ms=latency_ms,
            tokens_used=tokens_used,
            message_id=message_id,
            input_hash=input_hash,
            output_hash=output_hash,
            metadata=metadata,
            user_id=user_id,
        )
        where = path(FEEDBACK + "/{}", conversation_id)
        return once(where, body, Submitted, idempotency_key, timeout)

    @call
    def withdraw(
        self,
        conversation_id: str,
        *,
        message_id: str | None = None,
        user_id: str | None = None,
        timeout: float | None = None,
    ) -> Call[Withdrawn]:
        """Take a vote back, the last one where no message_id is given. Raises NotFound where there
        is none. Not sent again where it may have been done, for it would take back another."""
        return Call(
            method="DELETE",
            path=path(FEEDBACK + "/{}", conversation_id),
            query=query(message_id=message_id, user_id=user_id),
            answer=Withdrawn,
            repeatable=False,
            timeout=timeout,
        )

    @listing
    def list(
        self,
        *,
        conversation_id: str | None = None,
        min_score: int | None = None,
        max_score: int | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        sentiment: str | None = None,
        user_id: str | None = None,
        input_hash: str | None = None,
        output_hash: str | None = None,
        include_original: bool | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Listing[Feedback]:
        """Votes that count, newest first; hashes are those of `compute_hash`."""
        asked = query(
            conversation_id=conversation_id,
            min_score=min_score,
            max_score=max_score,
            start_time=start_time,
            end_time=end_time,
            sentiment=sentiment,
            user_id=user_id,
            input_hash=input_hash,
            output_hash=output_hash,
            include_original=include_original,
            page_size=page_size,
        )
        return Listing(read("", asked, FeedbackPage, timeout), lambda page: page.feedback)

    @call
    def stats(
        self, *, conversation_id: str | None = None, timeout: float | None = None
    ) -> Call[FeedbackStats]:
        """Figures of all votes that the caller may read, or of a conversation's."""
        return read("/stats", query(conversation_id=conversation_id), FeedbackStats, timeout)

    @call
    def trend(
        self,
        *,
        period: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        timeout: float | None = None,
    ) -> Call[FeedbackTrend]:
        """How the scores went by `period`, "day" or "week", and whether their level shifted."""
        asked = query(period=period, start_time=start_time, end_time=end_time)
        return read("/trend", asked, FeedbackTrend, timeout)

    @call
    def forget(self, older_than_days: int, *, timeout: float | None = None) -> Call[Forgotten]:
        """Drop the organization's votes that are older, with their history; for admins. Not sent
        again where it may have been done, for then it would count fewer."""
        return Call(
            method="DELETE",
            path=FEEDBACK,
            query=query(older_than_days=older_than_days),
            answer=Forgotten,
            repeatable=False,
            timeout=timeout,
        )

    @download
    def export(
        self,
        *,
        format: str | None = None,
        conversation_id: str | None = None,
        min_score: int | None = None,
        max_score: int | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        sentiment: str | None = None,
        user_id: str | None = None,
        timeout: float | None = None,
    ) -> Call[bytes]:
        """Votes as a file, newest first, in `format` "json" or "csv"."""
        asked = query(
            format=format,
            conversation_id=conversation_id,
            min_score=min_score,
            max_score=max_score,
            start_time=start_time,
            end_time=end_time,
            sentiment=sentiment,
            user_id=user_id,
        )
        return read(":export", asked, bytes, timeout)


def read(what: str, asked: Mapping[str, str], answer: type[T], timeout: float | None) -> Call[T]:
    return Call(
        method="GET",
        path=FEEDBACK + what,
        query=asked,
        answer=answer,
        repeatable=True,
        timeout=timeout,
    )
