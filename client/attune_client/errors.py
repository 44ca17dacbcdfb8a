"""What can go wrong, by the reasons of the API's error catalogue.

Every error is an AttuneError. One that Attune answered with is a Refused, and has what its
`application/problem+json` says; those that never got an answer are Unreachable, DeadlineExceeded
and UnexpectedAnswer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import ClassVar

import msgspec


class AttuneError(Exception):
    """Anything that this package raises of a call."""

    # Whether the same call may go well later.
    temporary: ClassVar[bool] = False
    # Whether it is certain that nothing was done, so that even a call that must not happen twice
    # may be sent again.
    undone: bool = False
    # Seconds that the server asked to wait.
    retry_after: float | None = None


class NotConfigured(AttuneError):
    """No address or no token was given; the message says where to."""


class Unreachable(AttuneError):
    """The server could not be reached, or went away before it had answered."""

    temporary = True

    def __init__(self, detail: str, *, undone: bool) -> None:
        super().__init__(detail)
        self.undone = undone


class DeadlineExceeded(AttuneError):
    """No answer within `timeout`; what was asked may have been done."""


class UnexpectedAnswer(AttuneError):
    """What came is no answer of Attune's: something else listens there, or stands between."""


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with a request."""

    field: str = ""
    message: str = ""


class Refused(AttuneError):
    """Attune answered with an error.

    `reason` is for programs, `detail` for people; `request_id` finds the call in the server's log.
    """

    def __init__(self, problem: "Problem", retry_after: float | None = None) -> None:
        told = f"{problem.status} {problem.reason}: {problem.detail}"
        super().__init__(f"{told} (request {problem.request_id})" if problem.request_id else told)
        self.status = problem.status
        self.reason = problem.reason
        self.detail = problem.detail
        self.request_id = problem.request_id
        self.violations = problem.errors
        self.retry_after = retry_after


class Internal(Refused):
    """A fault of the server's; its log has more under `request_id`."""


class MalformedBody(Refused):
    """The body is no JSON or no UTF-8."""


class InvalidFields(Refused):
    """Fields break their rules, are missing or are unknown: `violations` names each."""


class Unauthenticated(Refused):
    """No token, or one that is malformed, expired or revoked."""

    undone = True


class PermissionDenied(Refused):
    """The token is good, and does not allow this."""


class NotFound(Refused):
    """No such thing in this organization."""


class NoRoute(NotFound):
    """The server has no such path: it is older than this package, or `base_url` is wrong."""


class MethodNotAllowed(Refused):
    """The path exists, the method does not."""


class FailedPrecondition(Refused):
    """The thing is in a state that does not allow this."""


class AlreadyExists(Refused):
    """Another one has this name or id."""


class IdempotencyKeyReused(Refused):
    """The idempotency key was used before with another body."""


class VersionConflict(Refused):
    """Somebody changed it since the version that the caller knows: read it again."""


class BodyTooLarge(Refused):
    """The body is larger than the server takes."""


class UnsupportedMediaType(Refused):
    """The body's content type or encoding is not understood."""


class RateLimited(Refused):
    """Over a rate limit or quota, which `retry_after` seconds from now may have room."""

    temporary = True
    undone = True


class Unavailable(Refused):
    """A part of the server is down or full; what was asked may have been done."""

    temporary = True


class ServerDeadlineExceeded(Refused, DeadlineExceeded):
    """The server's own deadline passed before `timeout` did."""

    temporary = True


class Cancelled(Refused):
    """The server took the caller to be gone."""


BY_REASON: Mapping[str, type[Refused]] = {
    "INTERNAL": Internal,
    "MALFORMED_BODY": MalformedBody,
    "INVALID_FIELD": InvalidFields,
    "UNAUTHENTICATED": Unauthenticated,
    "PERMISSION_DENIED": PermissionDenied,
    "NOT_FOUND": NotFound,
    "NO_ROUTE": NoRoute,
    "METHOD_NOT_ALLOWED": MethodNotAllowed,
    "FAILED_PRECONDITION": FailedPrecondition,
    "ALREADY_EXISTS": AlreadyExists,
    "IDEMPOTENCY_KEY_REUSED": IdempotencyKeyReused,
    "VERSION_CONFLICT": VersionConflict,
    "BODY_TOO_LARGE": BodyTooLarge,
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType,
    "RATE_LIMITED": RateLimited,
    "UNAVAILABLE": Unavailable,
    "DEADLINE_EXCEEDED": ServerDeadlineExceeded,
    "CANCELLED": Cancelled,
}
# Of a reason that is newer than this package, and of a proxy, which gives none.
BY_STATUS: Mapping[int, type[Refused]] = {
    HTTPStatus.BAD_REQUEST: MalformedBody,
    HTTPStatus.UNAUTHORIZED: Unauthenticated,
    HTTPStatus.FORBIDDEN: PermissionDenied,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: BodyTooLarge,
    HTTPStatus.UNPROCESSABLE_ENTITY: InvalidFields,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimited,
    HTTPStatus.INTERNAL_SERVER_ERROR: Internal,
    HTTPStatus.BAD_GATEWAY: Unavailable,
    HTTPStatus.SERVICE_UNAVAILABLE: Unavailable,
    HTTPStatus.GATEWAY_TIMEOUT: ServerDeadlineExceeded,
}


@dataclass(frozen=True)
class Problem:
    """The body of an error (RFC 9457)."""

    status: int = 0
    reason: str = ""
    detail: str = ""
    request_id: str = ""
    errors: tuple[Violation, ...] = ()


def refused(status: int, headers: Mapping[str, str], body: bytes) -> Refused:
    """The error that an answer with a status from 400 is."""
    try:
        told = msgspec.json.decode(body, type=Problem)
    except msgspec.DecodeError:  # a proxy's page, or half a body
        told = Problem(detail="the answer does not say why")
    problem = Problem(status, told.reason, told.detail, told.request_id, told.errors)
    kind = BY_REASON.get(told.reason) or BY_STATUS.get(status, Refused)
    return kind(problem, retry_after(headers.get("retry-after", ""), datetime.now(UTC)))


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that Retry-After asks to wait, given as such or as a date; None where it does not."""
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
