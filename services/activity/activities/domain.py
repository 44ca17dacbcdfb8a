"""What an activity is, which ones we accept, and what it tells. No I/O, no protobuf."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import msgspec

from services.common.caller import Caller
from services.common.errors import InvalidFields, Violation
from services.common.payloads import check_json

ROWS_KEPT = 10
RESPONSE_BYTES = 64 * 1024
RESPONSE_BYTES_BEFORE_CUT = 4 * 1024 * 1024
METADATA_BYTES = 16 * 1024
# Longer is a mistake, and sums of it would not fit.
LONGEST_MILLIS = 24 * 60 * 60 * 1000
OLDEST = timedelta(days=2 * 365)
NEWEST = timedelta(days=1)
REQUIRED = {
    "query": "query_text",
    "chat": "query_text",
    "suggestion_click": "suggestion_clicked",
    "feedback": "feedback_rating",
}

UNREADABLE = object()

Cut: TypeAlias = dict[str, msgspec.Raw]
"""A JSON object whose values are still text."""


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Something one person did, once. JSON columns are text."""

    user_id: str
    activity_type: str
    query_text: str | None
    response_data: str | None
    suggestion_clicked: str | None
    feedback_rating: int | None
    metadata: str | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class StoredActivity(Activity):
    """An activity on record."""

    id: int


class Outcome(NamedTuple):
    """What an activity's JSON tells about how it went."""

    succeeded: bool
    response_micros: int | None
    connection_id: str | None
    job_role: str
    session_id: str | None


def missing_field(activity_type: str, given: Mapping[str, object]) -> Iterator[Violation]:
    """The field that this type of activity needs, where it is absent or blank."""
    field = REQUIRED[activity_type]
    value = given.get(field)
    if value is None or (isinstance(value, str) and not value.strip()):
        yield Violation(field, f"is required for the activity type {activity_type}")


def wrong_time(created_at: datetime, now: datetime) -> Iterator[Violation]:
    if not now - OLDEST <= created_at <= now + NEWEST:
        yield Violation("created_at", "must lie between two years ago and one day ahead")


def stored_response(utf8: bytes) -> str:
    """The response as it is kept: at most 10 rows, at most 64 KiB. Raises InvalidFields."""
    fields = cut_object(utf8, "response_data", RESPONSE_BYTES_BEFORE_CUT)
    whole = not cut_rows(fields) and len(utf8) <= RESPONSE_BYTES
    kept = utf8 if whole else msgspec.json.encode(fields)
    if len(kept) > RESPONSE_BYTES:
        problem = f"must be at most {RESPONSE_BYTES} bytes after its data is cut to 10 rows"
        raise InvalidFields(Violation("response_data", problem))
    return kept.decode()


def cut_rows(fields: Cut) -> bool:
    """Whether there were too many rows, which are cut then."""
    rows = maybe_list(fields.get("data"))
    if len(rows) <= ROWS_KEPT:
        return False
    fields["data"] = raw(rows[:ROWS_KEPT])
    fields.setdefault("row_count", raw(len(rows)))
    fields["truncated"] = raw(True)
    return True


def stored_metadata(utf8: bytes, who: Caller) -> str | None:
    """The context with the person's role, job role, goals and department. Raises InvalidFields.

    They come from the credential and win over what the body says; a service, which logs for others,
    says them in the body.
    """
    fields = cut_object(utf8, "metadata", METADATA_BYTES) if utf8 else {}
    if not who.is_service:
        for name, value in told_by(who):
            fields.pop(name, None)
            if value is not None:
                fields[name] = value
    return msgspec.json.encode(fields).decode() if fields else None


@lru_cache(maxsize=1024)
def told_by(who: Caller) -> tuple[tuple[str, msgspec.Raw | None], ...]:
    """What the credential tells of a person: all that the body may not say, None where nothing."""
    told = {
        "role": who.role,
        "job_role": who.job_role,
        "goals": who.goals,
        "department": who.department,
    }
    return tuple((name, raw(value) if value else None) for name, value in told.items())


def cut_object(utf8: bytes, field: str, max_bytes: int) -> Cut:
    problem = check_json(utf8, max_bytes=max_bytes)
    if problem:
        raise InvalidFields(Violation(field, problem))
    fields = maybe_object(utf8)
    if fields is None:
        raise InvalidFields(Violation(field, "must be a JSON object"))
    return fields


def outcome_of(response_data: str | None, metadata: str | None) -> Outcome:
    """How it went: failed where an error or `success: false` is told anywhere."""
    response = told_in(response_data)
    inner = told_in(response.metadata)
    context = told_in(metadata)
    return Outcome(
        succeeded=not (tells_failure(response) or tells_failure(inner) or tells_failure(context)),
        response_micros=next(
            (m for m in map(micros_of, (inner, response, context)) if m is not None), None
        ),
        connection_id=short_text(context.connection_id),
        job_role=short_text(context.job_role) or "",
        session_id=short_text(context.session_id),
    )


NULL = msgspec.Raw(b"null")


class Told(msgspec.Struct):
    """The members of a JSON object that may tell how it went, as text; null where absent."""

    metadata: msgspec.Raw = NULL
    error: msgspec.Raw = NULL
    success: msgspec.Raw = NULL
    execution_time_ms: msgspec.Raw = NULL
    connection_id: msgspec.Raw = NULL
    job_role: msgspec.Raw = NULL
    session_id: msgspec.Raw = NULL


NOTHING_TOLD = Told()
decode_told = msgspec.json.Decoder(Told).decode
decode_value = msgspec.json.Decoder().decode


def told_in(text: str | msgspec.Raw | None) -> Told:
    """What a JSON object tells; nothing for any other JSON value."""
    if text is None or text is NULL:
        return NOTHING_TOLD
    try:
        return decode_told(text)
    except msgspec.ValidationError:
        return NOTHING_TOLD


def tells_failure(told: Told) -> bool:
    return value_of(told.error) not in (None, False, "") or value_of(told.success) is False


def micros_of(told: Told) -> int | None:
    millis = value_of(told.execution_time_ms)
    if isinstance(millis, bool) or not isinstance(millis, int | float):
        return None
    return round(millis * 1000) if 0 <= millis <= LONGEST_MILLIS else None


def short_text(part: msgspec.Raw) -> str | None:
    """A string of 1 to 100 characters, else None."""
    value = value_of(part)
    return value if isinstance(value, str) and 0 < len(value) <= 100 else None


def value_of(part: msgspec.Raw) -> Any:
    """A member's value; UNREADABLE for a number beyond what Python's JSON readers take."""
    try:
        return None if part is NULL else decode_value(part)
    except msgspec.ValidationError:
        return UNREADABLE


cut_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
cut_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


def maybe_object(text: bytes) -> Cut | None:
    """The members of a JSON object, values uncut; None for any other JSON value."""
    try:
        return cut_members(text)
    except msgspec.ValidationError:
        return None


def maybe_list(text: msgspec.Raw | None) -> list[msgspec.Raw]:
    if text is None:
        return []
    try:
        return cut_items(text)
    except msgspec.ValidationError:
        return []


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
