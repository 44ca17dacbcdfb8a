"""Timestamps as datetimes, and back."""

from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.common.errors import InvalidFields, Violation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def timestamp_of(when: datetime) -> Timestamp:
    """The Timestamp of a time in UTC; protobuf's own way takes four times as long."""
    since = when - EPOCH
    seconds = since.days * 86_400 + since.seconds
    return Timestamp(seconds=seconds, nanos=since.microseconds * 1000)


def datetime_of(when: Timestamp) -> datetime:
    """The time of a Timestamp of ours, in UTC; to the microsecond."""
    return EPOCH + timedelta(seconds=when.seconds, microseconds=when.nanos // 1000)
