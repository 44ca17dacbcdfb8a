"""Organizations, members, and what a person's claims mean. No I/O, no protobuf."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from services.activity.api_keys.domain import MACHINE
from services.activity.identity.credentials import Trust, claim_at
from services.common.errors import Unauthenticated, Violation

ORGANIZATION = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
# NUL and halves of surrogate pairs: JSON may hold them, and PostgreSQL cannot.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
ROLES = ("viewer", "analyst", "admin")
GOALS_KEPT = 20
TEXT_KEPT = 200
# Of goals that traits tell: a token travels as a header, of which servers take 8 KiB, and a
# character takes up to three times its bytes there.
GOALS_BYTES = 800


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """What a credential tells of a person; None where it tells nothing."""

    organization_id: str
    user_id: str
    role: str | None
    job_role: str | None
    goals: tuple[str, ...]
    department: str
    expires_at: float


class Aims(NamedTuple):
    """What a person wants and where they work, as their traits tell it."""

    goals: tuple[str, ...] = ()
    department: str = ""


def aims_of(goals: str, department: str) -> Aims:
    """Of a JSON list: the first goals that a token can carry."""
    kept, size = [], 0
    for goal in json.loads(goals):
        size += len(goal.encode())
        if size > GOALS_BYTES:
            break
        kept.append(goal)
    return Aims(tuple(kept), department)


@dataclass(frozen=True, kw_only=True)
class Member:
    user_id: str
    role: str
    job_role: str | None
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Organization:
    organization_id: str
    name: str
    time_zone: str
    week_start: int
    fiscal_year_start: int
    created_at: datetime


def claimed(
    claims: Mapping[str, Any], trust: Trust, role_names: Mapping[str, str], default_role: str
) -> Claimed:
    """Read a person out of the claims. Raises Unauthenticated, saying which claim is not good."""
    organization = organization_of(claims, trust)
    user = claim_at(claims, trust.user_claim)
    if not isinstance(organization, str) or not ORGANIZATION.fullmatch(organization):
        raise Unauthenticated(f"the claim {trust.organization_claim} names no organization")
    if not isinstance(user, str) or not 1 <= len(user) <= 100 or UNSTORABLE.search(user):
        raise Unauthenticated(f"the claim {trust.user_claim} must be 1 to 100 characters")
    if user.startswith(MACHINE):  # no person may pass for a key that acts as itself
        raise Unauthenticated(f"the claim {trust.user_claim} must not begin with {MACHINE}")
    goals = claim_at(claims, trust.goals_claim)
    return Claimed(
        organization_id=organization,
        user_id=user,
        role=role_of(claim_at(claims, trust.role_claim), role_names, default_role),
        job_role=text_of(claim_at(claims, trust.job_role_claim), 100) or None,
        goals=tuple(filter(None, map(text_of, goals[:GOALS_KEPT])))
        if isinstance(goals, list)
        else (),
        department=text_of(claim_at(claims, trust.department_claim)),
        expires_at=float(claims["exp"]),
    )


def organization_of(claims: Mapping[str, Any], trust: Trust) -> Any:
    """What the claim says, or the default one where it says nothing."""
    claim = claim_at(claims, trust.organization_claim)
    if trust.lists_organizations and isinstance(claim, list | Mapping):
        if len(claim) > 1:
            raise Unauthenticated(
                f"the claim {trust.organization_claim} names several organizations: ask the"
                " identity provider for a token for one of them"
            )
        claim = next(iter(claim), "")
    return claim or trust.default_organization


def role_of(claim: Any, role_names: Mapping[str, str], default_role: str) -> str | None:
    """The role by the issuer's name for it. `service` is never accepted from outside."""
    if claim in (None, ""):
        return None
    if isinstance(claim, list) and role_names:
        return highest(claim, role_names) or default_role
    role = role_names.get(str(claim), str(claim))
    if role not in ROLES:
        raise Unauthenticated(f"the role {str(claim)[:50]!r} is not one of {', '.join(ROLES)}")
    return role


def highest(claims: list[Any], role_names: Mapping[str, str]) -> str | None:
    """The role that may most of a list that has other applications' roles, too.

    Only names of ours count. A list without any says that the person has no role here, and not, as
    a claim that is absent, nothing: whoever loses a role at the issuer loses it here.
    """
    names = [role_names[name] for name in claims if isinstance(name, str) and name in role_names]
    return max((name for name in names if name in ROLES), key=ROLES.index, default=None)


def text_of(claim: Any, limit: int = TEXT_KEPT) -> str:
    return UNSTORABLE.sub("", claim).strip()[:limit] if isinstance(claim, str) else ""


def organization_violations(changes: Mapping[str, Any]) -> Iterator[Violation]:
    """What is wrong with new values of an organization."""
    if changes.get("time_zone", "UTC") not in available_timezones():
        yield Violation("time_zone", "must be an IANA zone such as Europe/Berlin")
    if not 1 <= changes.get("week_start", 1) <= 7:
        yield Violation("week_start", "must be from 1 (Monday) to 7 (Sunday)")
    if not 1 <= changes.get("fiscal_year_start", 1) <= 12:
        yield Violation("fiscal_year_start", "must be a month from 1 to 12")
    if not changes.get("name", "-").strip():
        yield Violation("name", "must not be empty")
