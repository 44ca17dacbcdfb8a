"""Errors that a caller can act on. Anything else is a bug and reaches callers as INTERNAL.

The reasons are those of attune.common.v1.ErrorReason, where each is described.
"""

from dataclasses import dataclass

from grpc import StatusCode


@dataclass(frozen=True)
class Violation:
    """One field that breaks a rule: its path as the caller wrote it, and what to change."""

    field: str
    message: str


class DomainError(Exception):
    """Base of every error that may cross an RPC boundary.

    `reason` is the stable, machine-readable name (AIP-193); the message is for people.
    """

    code = StatusCode.INTERNAL
    reason = "INTERNAL"

    def __init__(self, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.metadata = metadata


class InvalidFields(DomainError):
    """The request breaks field rules; every violation is named."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "INVALID_FIELD"

    def __init__(self, *violations: Violation) -> None:
        super().__init__("; ".join(f"{v.field}: {v.message}" for v in violations))
        self.violations = violations


class MalformedBody(DomainError):
    """The text that a request carries cannot be read at all."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "MALFORMED_BODY"


class BodyTooLarge(DomainError):
    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "BODY_TOO_LARGE"


class Unauthenticated(DomainError):
    code = StatusCode.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"


class PermissionDenied(DomainError):
    code = StatusCode.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"


class NotFound(DomainError):
    code = StatusCode.NOT_FOUND
    reason = "NOT_FOUND"


class AlreadyExists(DomainError):
    code = StatusCode.ALREADY_EXISTS
    reason = "ALREADY_EXISTS"


class FailedPrecondition(DomainError):
    code = StatusCode.FAILED_PRECONDITION
    reason = "FAILED_PRECONDITION"


class VersionConflict(DomainError):
    """It was changed since the version that the caller knows; metadata names the newest."""

    code = StatusCode.ABORTED
    reason = "VERSION_CONFLICT"


class IdempotencyKeyReused(DomainError):
    code = StatusCode.ABORTED
    reason = "IDEMPOTENCY_KEY_REUSED"


class QuotaExceeded(DomainError):
    """Over a quota; there is more of it in `retry_after` seconds."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "RATE_LIMITED"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, retry_after=str(retry_after))


class Unavailable(DomainError):
    """A part is down or full; the caller may retry after `retry_after` seconds."""

    code = StatusCode.UNAVAILABLE
    reason = "UNAVAILABLE"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message, retry_after=str(retry_after))
