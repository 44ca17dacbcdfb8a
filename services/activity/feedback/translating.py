"""Votes and figures as messages, and as rows of a file."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from attune.activity.v1 import feedback_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.activity.feedback.domain import (
    FIRST,
    LAST,
    SCORES,
    Filters,
    Given,
    Stats,
    StoredVote,
    average,
    checked_metadata,
)
from services.activity.feedback.trend import (
    PRIOR_WEIGHT,
    THRESHOLD,
    Period,
    bayesian_average,
    prior_mean,
    shift_of,
)
from services.common.errors import InvalidFields, Violation
from services.common.exporting import Row
from services.common.moments import moment

Asked: TypeAlias = pb.ListFeedbackRequest | pb.ExportFeedbackRequest

COLUMNS = (
    *("id", "conversation_id", "external_id", "user_id", "message_id", "input_hash"),
    *("output_hash", "user_feedback_score", "user_feedback_text", "personal_data", "latency_ms"),
    *("tokens_used", "created_at", "updated_at", "metadata", "revision", "sentiment"),
    *("sentiment_value", "sentiment_source"),
)


def given_from_pb(request: pb.SubmitFeedbackRequest) -> Given:
    """What the client says. Raises InvalidFields."""
    given = {field.name: value for field, value in request.ListFields()}
    return Given(
        score=request.score,
        text=given.get("text"),
        latency_ms=given.get("latency_ms"),
        tokens_used=given.get("tokens_used"),
        input_hash=given.get("input_hash"),
        output_hash=given.get("output_hash"),
        metadata=checked_metadata(request.metadata.utf8),
    )


def scores_asked(request: Asked, **found: Any) -> Filters:
    """The filters of a request, with what was looked up for it. Raises InvalidFields."""
    lowest, highest = request.min_score or SCORES[0], request.max_score or SCORES[-1]
    if lowest > highest:
        raise InvalidFields(Violation("min_score", "must not be above max_score"))
    return Filters(
        scores=tuple(range(lowest, highest + 1)),
        start=moment(request, "start_time") or FIRST,
        end=moment(request, "end_time") or LAST,
        sentiment=request.sentiment or None,
        **found,
    )


def vote_to_pb(vote: StoredVote, original_text: str | None) -> pb.Feedback:
    told = {
        "conversation_id": str(vote.conversation_id),
        "message_id": text_of(vote.message_id),
        "metadata": Json(utf8=vote.metadata.encode()),
        "original_text": original_text,
    }
    return pb.Feedback(**{**vars(vote), **told})


def row_of(vote: StoredVote) -> Row:
    told = {
        "conversation_id": str(vote.conversation_id),
        "message_id": text_of(vote.message_id),
        "metadata": msgspec.Raw(vote.metadata.encode()),
        "personal_data": " ".join(vote.personal_data),
    }
    return {**vars(vote), **told}


def text_of(number: UUID | None) -> str | None:
    return None if number is None else str(number)


def stats_to_pb(stats: Stats) -> pb.GetFeedbackStatsResponse:
    return pb.GetFeedbackStatsResponse(
        avg_score=stats.avg_score, total_count=stats.total_count, **vars(stats)
    )


def trend_to_pb(
    periods: Sequence[Period], period: str, time_zone: str
) -> pb.GetFeedbackTrendResponse:
    mean, shift = prior_mean(periods), shift_of(periods)
    return pb.GetFeedbackTrendResponse(
        period=period,
        time_zone=time_zone,
        periods=[period_to_pb(one, mean) for one in periods],
        prior=pb.GetFeedbackTrendResponse.Prior(mean=mean, weight=PRIOR_WEIGHT),
        shift=pb.GetFeedbackTrendResponse.Shift(
            detected=shift.detected,
            statistic=shift.statistic,
            threshold=THRESHOLD,
            start=shift.start.isoformat() if shift.start else None,
            avg_before=shift.avg_before,
            avg_after=shift.avg_after,
        ),
    )


def period_to_pb(period: Period, mean: float) -> pb.GetFeedbackTrendResponse.Period:
    return pb.GetFeedbackTrendResponse.Period(
        start=period.start.isoformat(),
        count=period.total,
        avg_score=average(period.counts),
        bayesian_avg=bayesian_average(period.counts, mean),
    )
