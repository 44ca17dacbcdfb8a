"""Development tokens: what an identity provider would issue, signed with the local secret."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cli.local.environment import AUDIENCE, ISSUER
from cli.local.errors import UsageError

ROLES = ("viewer", "analyst", "admin")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST = timedelta(days=3653)
NAME = re.compile(r"[A-Za-z0-9_.:@-]{1,100}")


@dataclass(frozen=True)
class Person:
    """Whom a token names."""

    user: str
    role: str = "analyst"
    organization: str = "sample"
    job_role: str | None = None
    goals: Sequence[str] = ()
    department: str | None = None


def development_token(
    person: Person,
    secret: str,
    now: datetime,
    lifetime: timedelta = timedelta(days=30),
    variables: Mapping[str, str] | None = None,
) -> str:
    """A signed JWT (HS256). `variables` may name another issuer, audience or claim paths.

    Of several paths for a claim it takes the first.
    """
    import jwt

    given = variables or {}
    claims = {
        "iss": given.get("ATTUNE_JWT_ISSUER") or ISSUER,
        "aud": given.get("ATTUNE_JWT_AUDIENCE") or AUDIENCE,
        given.get("ATTUNE_JWT_USER_CLAIM") or "sub": person.user,
        given.get("ATTUNE_JWT_ORGANIZATION_CLAIM") or "org": person.organization,
        given.get("ATTUNE_JWT_ROLE_CLAIM") or "role": person.role,
        given.get("ATTUNE_JWT_JOB_ROLE_CLAIM") or "job_role": person.job_role,
        "goals": list(person.goals) or None,
        "department": person.department,
        "iat": now,
        "exp": now + lifetime,
    }
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(nested(present), given.get("ATTUNE_JWT_SECRET") or secret, algorithm="HS256")


def nested(claims: Mapping[str, object]) -> dict[str, object]:
    """A claim path such as `app.role` becomes an object in an object."""
    made: dict[str, object] = {}
    for path, value in claims.items():
        *parents, last = path.partition(",")[0].split(".")
        place = made
        for parent in parents:
            place = place.setdefault(parent, {})  # type: ignore[assignment]
        place[last] = value
    return made


def lifetime(text: str) -> timedelta:
    """`30d`, `12h`, `15m`, `45s` or `2w`. Raises UsageError for anything else."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})([smhdw])", text)
    asked = timedelta(**{UNITS[match[2]]: int(match[1])}) if match else LONGEST * 2
    if asked > LONGEST:
        raise UsageError(f"{text!r} is no lifetime: write 30d, 12h, 15m or 45s, up to ten years.")
    return asked
