"""Who calls, as the interceptor established it from the internal token."""

from contextvars import ContextVar
from dataclasses import dataclass

from attune.common.v1.access_pb2 import Role

ROLES = {
    "viewer": Role.ROLE_VIEWER,
    "analyst": Role.ROLE_ANALYST,
    "admin": Role.ROLE_ADMIN,
    "service": Role.ROLE_SERVICE,
}


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The subject of a verified internal token."""

    organization_id: str
    subject: str
    role: str
    job_role: str = ""
    goals: tuple[str, ...] = ()
    department: str = ""
    # Of an API key: its id, and what it may be used for. None binds to nothing.
    key_id: str = ""
    scopes: frozenset[str] | None = None

    @property
    def is_service(self) -> bool:
        return self.role == "service"

    @property
    def may_read_others(self) -> bool:
        return self.role in ("admin", "service")


current_caller: ContextVar[Caller] = ContextVar("current_caller")


def caller() -> Caller:
    """The caller of the RPC being served."""
    return current_caller.get()
