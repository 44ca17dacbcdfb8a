"""Endpoints, deliveries and when they are sent again. No I/O, no protobuf."""

import json
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.common.errors import Violation

# Type -> when it is sent. docs/webhooks.md has their data.
EVENT_TYPES = {
    "feedback.received": "Somebody rated an answer, or changed a rating.",
    "feedback.low_rating": "The same, with a low score.",
}
TEST = "webhook.test"  # goes to every endpoint that it is sent to, and is no type to choose

MOST_ENDPOINTS = 50
PAYLOAD_BYTES = 64 * 1024
SECRET_PREFIX = "whsec_"
# Standard Webhooks wants 24 to 64.
SECRET_BYTES = 32
OLD_SECRET_KEPT = timedelta(hours=24)

# Seconds from a failure to the next attempt: the schedule of Svix, over about 28 hours.
SCHEDULE = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
# So that what failed together does not come back together.
JITTER = 0.1
MOST_RETRY_AFTER = timedelta(hours=24)
# An endpoint that only failed for so long is disabled.
GIVE_UP_AFTER = timedelta(days=5)
GONE = 410


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where an organization wants to be told, without its secrets."""

    endpoint_id: UUID
    url: str
    event_types: Sequence[str]
    description: str
    disabled_reason: str | None
    old_secret_until: datetime | None
    failing_since: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An event for one endpoint. Times are UTC, `duration_ms` is that of the last attempt."""

    delivery_id: UUID
    event_id: str
    event_type: str
    payload: str
    status: str
    attempts: int
    next_attempt_at: datetime | None
    created_at: datetime
    last_attempt_at: datetime | None
    response_status: int | None
    response_body: str | None
    error: str | None
    duration_ms: int | None


@dataclass(frozen=True)
class Event:
    """What endpoints are told; `body` is what is sent."""

    event_id: str
    type: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an attempt went; without a status there was no answer."""

    status: int | None = None
    body: str | None = None
    error: str | None = None
    duration_ms: int = 0
    retry_after: str | None = None

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def new_secret() -> str:
    return SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def event_of(
    organization_id: str, kind: str, key: str, happened_at: datetime, data: Mapping[str, Any]
) -> Event:
    """The event that `key` names among those of its type in the organization."""
    body = {"type": kind, "timestamp": rfc3339(happened_at), "data": data}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Event(event_id(organization_id, kind, key), kind, text)


def event_id(organization_id: str, kind: str, key: str) -> str:
    """Without a dot, which stands between the parts of what is signed."""
    return f"msg_{uuid5(NAMESPACE_URL, json.dumps([organization_id, kind, key])).hex}"


def rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def violations_of(event_types: Sequence[str]) -> Iterator[Violation]:
    for index, kind in enumerate(event_types):
        if kind not in EVENT_TYPES:
            known = ", ".join(sorted(EVENT_TYPES))
            yield Violation(f"event_types[{index}]", f"must be one of {known}")


def next_attempt(
    failures: int, now: datetime, retry_after: str | None, random: float
) -> datetime | None:
    """When to send again after so many failures, the first being 1; None where it is given up.

    `random` is from 0 to 1 and makes the jitter. What the receiver asks for by Retry-After counts
    where it is later, up to a day.
    """
    if failures > len(SCHEDULE):
        return None
    seconds = SCHEDULE[failures - 1] * (1 + JITTER * random)
    asked = min(asked_pause(retry_after, now), MOST_RETRY_AFTER)
    return now + max(timedelta(seconds=seconds), asked)


def asked_pause(retry_after: str | None, now: datetime) -> timedelta:
    """Retry-After as seconds or as a date (RFC 9110, 10.2.3); nothing where it is neither."""
    if not retry_after:
        return timedelta(0)
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware - now


def disabled_by(outcome: Outcome, failing_since: datetime | None, now: datetime) -> str | None:
    """Why a failure disables the endpoint, if it does."""
    if outcome.status == GONE:
        return "gone"
    if failing_since is not None and now - failing_since >= GIVE_UP_AFTER:
        return "failing"
    return None
