"""Keys and what may be made of them. No I/O, no protobuf."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.common.errors import PermissionDenied, Unauthenticated, Violation
from services.common.scopes import SCOPES

ROLES = ("viewer", "analyst", "admin")  # from the least
MACHINE = "key:"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody wants a key for."""

    name: str
    scopes: Sequence[str]
    role: str | None
    job_role: str | None
    machine: bool
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key as it is shown, without its secret."""

    key_id: str
    name: str
    user_id: str
    role: str
    job_role: str | None
    scopes: Sequence[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_by: str | None
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class FoundKey:
    """A key as it is checked, with the member that it acts as; None where there is no such one."""

    key_id: str
    user_id: str
    role: str
    job_role: str | None
    scopes: Sequence[str]
    secret_hash: bytes
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    member_role: str | None
    member_job_role: str | None
    member_disabled: bool | None
    # As the person's traits tell them, goals as a JSON list.
    goals: str
    department: str

    def check(self, now: datetime) -> None:
        """Raises Unauthenticated where the key has ended, PermissionDenied where its person may
        not get in."""
        if self.revoked_at is not None:
            raise Unauthenticated("the API key was revoked")
        if self.expires_at is not None and self.expires_at <= now:
            raise Unauthenticated("the API key has expired")
        if self.is_machine:
            return
        if self.member_role is None:
            raise PermissionDenied("the person of this API key is no member any more")
        if self.member_disabled:
            raise PermissionDenied("this member was disabled by an admin of the organization")

    @property
    def is_machine(self) -> bool:
        return self.user_id == machine_user(self.key_id)

    @property
    def role_now(self) -> str:
        """The key's, or its person's where that one may less by now."""
        return self.role if self.is_machine else lesser(self.role, self.member_role or ROLES[0])

    @property
    def job_role_now(self) -> str:
        return self.job_role or self.member_job_role or ""


def machine_user(key_id: str) -> str:
    """Whom a key acts as that acts for nobody."""
    return MACHINE + key_id


def lesser(one: str, other: str) -> str:
    """The role that may less."""
    return min(one, other, key=ROLES.index)


def violations_of(asked: Asked, now: datetime) -> Iterator[Violation]:
    """What is wrong with what is asked for."""
    if not asked.name.strip():
        yield Violation("name", "must not be blank")
    for index, scope in enumerate(asked.scopes):
        if scope not in SCOPES:
            yield Violation(f"scopes[{index}]", f"must be one of {', '.join(sorted(SCOPES))}")
    if asked.expires_at is not None and asked.expires_at <= now:
        yield Violation("expires_at", "must be a time to come")


def role_for(asked: Asked, own: str) -> str:
    """The role of the key. Raises PermissionDenied where it is more than its maker's own."""
    role = asked.role or own
    if lesser(role, own) != role:
        raise PermissionDenied(f"a key's role is at most one's own, {own}", field="role")
    if asked.machine and own != "admin":
        raise PermissionDenied("a key that acts as itself is made by an admin", field="machine")
    return role
