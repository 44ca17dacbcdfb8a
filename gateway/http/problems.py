"""Errors as application/problem+json (RFC 9457), from gRPC statuses and from the gateway itself.

The table is that of attune.common.v1.ErrorReason, and each problem's `type` links to it.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from itertools import islice

import grpc
import msgspec
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

Headers = list[tuple[bytes, bytes]]

CLIENT_CLOSED_REQUEST = 499
DETAILED = 10
MOST_VIOLATIONS = 100
INTERNAL_DETAIL = "internal error; the log has more under this request_id"

# What a status means over HTTP, and its reason where the service named none. UNIMPLEMENTED is a
# service older than the gateway, in the middle of a deployment: soon it will be there.
BY_CODE = {
    StatusCode.CANCELLED: (CLIENT_CLOSED_REQUEST, "CANCELLED"),
    StatusCode.INVALID_ARGUMENT: (422, "INVALID_FIELD"),
    StatusCode.OUT_OF_RANGE: (422, "INVALID_FIELD"),
    StatusCode.DEADLINE_EXCEEDED: (504, "DEADLINE_EXCEEDED"),
    StatusCode.NOT_FOUND: (404, "NOT_FOUND"),
    StatusCode.ALREADY_EXISTS: (409, "ALREADY_EXISTS"),
    StatusCode.PERMISSION_DENIED: (403, "PERMISSION_DENIED"),
    StatusCode.UNAUTHENTICATED: (401, "UNAUTHENTICATED"),
    StatusCode.RESOURCE_EXHAUSTED: (429, "RATE_LIMITED"),
    StatusCode.FAILED_PRECONDITION: (409, "FAILED_PRECONDITION"),
    StatusCode.ABORTED: (409, "IDEMPOTENCY_KEY_REUSED"),
    StatusCode.UNIMPLEMENTED: (503, "UNAVAILABLE"),
    StatusCode.UNAVAILABLE: (503, "UNAVAILABLE"),
}
BY_REASON = {
    "MALFORMED_BODY": 400,
    "BODY_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}
# The text of gRPC's own refusal of a message over the receiver's limit; it carries no details.
MESSAGE_TOO_LARGE = "larger than max"


class Violation(msgspec.Struct):
    field: str
    message: str


class Document(msgspec.Struct, omit_defaults=True):
    """The body of an error."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
    request_id: str
    errors: list[Violation] = []


class Problem(Exception):
    """An answer that is an error."""

    def __init__(
        self, status: int, reason: str, detail: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.detail = detail
        self.errors: list[Violation] = []
        self.headers: Headers = []
        if status == HTTPStatus.UNAUTHORIZED:
            self.headers.append((b"www-authenticate", b"Bearer"))
        if retry_after is not None:
            self.headers.append((b"retry-after", b"%d" % retry_after))

    def name_violations(self, violations: Iterable[Violation]) -> None:
        """Name them in `errors`, and the first ones in `detail` for people."""
        self.errors = list(islice(violations, MOST_VIOLATIONS))
        if self.errors:
            self.detail = "; ".join(f"{v.field}: {v.message}" for v in self.errors[:DETAILED])

    def document(self, request_id: str) -> bytes:
        return msgspec.json.encode(
            Document(
                type=f"/docs#{self.reason}",
                title=title(self.status),
                status=self.status,
                detail=self.detail,
                reason=self.reason,
                request_id=request_id,
                errors=self.errors,
            )
        )


def title(status: int) -> str:
    if status == CLIENT_CLOSED_REQUEST:
        return "Client Closed Request"
    return HTTPStatus(status).phrase


def invalid(*violations: tuple[str, str]) -> Problem:
    """All that is wrong with a request; of very many violations the first."""
    problem = Problem(422, "INVALID_FIELD", "the request breaks the rules of its fields")
    problem.name_violations(Violation(*violation) for violation in violations)
    return problem


def malformed(detail: str) -> Problem:
    return Problem(400, "MALFORMED_BODY", detail)


def too_large(limit: int) -> Problem:
    return Problem(413, "BODY_TOO_LARGE", f"the body is larger than {limit} bytes")


def unsupported(detail: str) -> Problem:
    return Problem(415, "UNSUPPORTED_MEDIA_TYPE", detail)


def unauthenticated(detail: str) -> Problem:
    return Problem(401, "UNAUTHENTICATED", detail)


def internal() -> Problem:
    return Problem(500, "INTERNAL", INTERNAL_DETAIL)


def from_rpc(error: grpc.aio.AioRpcError, as_written: Callable[[str], str] = str) -> Problem:
    """What a failed call means to the caller; `as_written` names a field as the caller did."""
    code = error.code()
    status, reason = BY_CODE.get(code, (500, "INTERNAL"))
    info, violations = details_of(error)
    reason = info.reason or reason
    detail = error.details() or title(status)
    if code is StatusCode.RESOURCE_EXHAUSTED and MESSAGE_TOO_LARGE in detail and not info.reason:
        reason, detail = "BODY_TOO_LARGE", "the body is larger than the service takes"
    status = BY_REASON.get(reason, status)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return internal()
    if status == HTTPStatus.SERVICE_UNAVAILABLE and not info.reason:
        detail = "a part of Attune is not available now"  # not the address that gRPC names
    problem = Problem(status, reason, detail, retry_after=retry_after(status, info))
    problem.name_violations(
        Violation(as_written(violation.field), violation.description) for violation in violations
    )
    return problem


def retry_after(status: int, info: ErrorInfo) -> int | None:
    if status not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return None
    given = info.metadata.get("retry_after", "")
    return int(given) if given.isdecimal() else 1


def details_of(
    error: grpc.aio.AioRpcError,
) -> tuple[ErrorInfo, Iterable[BadRequest.FieldViolation]]:
    info, bad_request = ErrorInfo(), BadRequest()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            for detail in Status.FromString(value).details:
                detail.Unpack(info)
                detail.Unpack(bad_request)
    return info, bad_request.field_violations
