"""Timestamps of requests as datetimes."""

from datetime import UTC, datetime

from google.protobuf.message import Message

from services.common.errors import InvalidFields, Violation


def moment(request: Message, field: str) -> datetime | None:
    """The time in a Timestamp field, in UTC; None where it is not set. Raises InvalidFields."""
    if not request.HasField(field):
        return None
    try:
        when: datetime = getattr(request, field).ToDatetime(UTC)
        return when
    except (ValueError, OverflowError):
        problem = "must be a time between the years 1 and 9999"
        raise InvalidFields(Violation(field, problem)) from None
