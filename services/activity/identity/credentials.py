"""Credentials from outside: JWTs of the configured issuer, by shared secret or by JWKS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt

from services.activity.identity.issuer_keys import KeySet
from services.common.clock import Clock
from services.common.errors import Unauthenticated

SECRET_ALGORITHMS = ("HS256",)
JWKS_ALGORITHMS = ("RS256", "ES256")
LEEWAY_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whom we believe, and where a JWT says what.

    A claim path may be nested, `a.b`, or several with commas between, of which the first that is
    there counts. An empty audience or no authorized party means that it is not looked at.
    """

    issuer: str
    audience: str = ""
    authorized_parties: Sequence[str] = ()
    # Claim -> what it must be, None where it may be left out.
    expected: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    secret: str = ""
    user_claim: str = "sub"
    organization_claim: str = "org"
    role_claim: str = "role"
    job_role_claim: str = "job_role"
    goals_claim: str = "goals"
    department_claim: str = "department"
    default_organization: str = ""
    # The organization's claim is a list or an object, of one.
    lists_organizations: bool = False


class Credentials:
    """Checks JWTs from outside and reads their claims."""

    def __init__(self, trust: Trust, keys: KeySet | None, now: Clock) -> None:
        self._trust = trust
        self._keys = keys
        self._now = now

    async def claims(self, credential: str) -> dict[str, Any]:
        """The claims of a good JWT. Raises Unauthenticated."""
        try:
            header = jwt.get_unverified_header(credential)
            key, algorithm = await self._key_for(header)
            claims: dict[str, Any] = jwt.decode(
                credential,
                key,
                algorithms=[algorithm],
                audience=self._trust.audience or None,
                issuer=self._trust.issuer,
                options={
                    "require": ["exp", "iss", *(["aud"] if self._trust.audience else [])],
                    "verify_aud": bool(self._trust.audience),
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            self._check_times(claims)
            self._check_purpose(claims)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as err:
            raise Unauthenticated(f"the credential is not good: {reason_of(err)}") from None
        return claims

    async def _key_for(self, header: Mapping[str, Any]) -> tuple[Any, str]:
        """The key by the header's algorithm; only those on the list of what is configured."""
        algorithm = header.get("alg")
        if self._trust.secret and algorithm in SECRET_ALGORITHMS:
            return self._trust.secret, str(algorithm)
        if self._keys and algorithm in JWKS_ALGORITHMS:
            key = await self._keys.key(str(header.get("kid", "")))
            # A key published for one algorithm is good for no other.
            if key.algorithm_name == algorithm and key.public_key_use in (None, "sig"):
                return key, str(algorithm)
        raise jwt.InvalidAlgorithmError("its algorithm is not accepted")

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._now().timestamp()
        if not float(claims["exp"]) > now - LEEWAY_SECONDS:  # NaN, too, is no end
            raise jwt.ExpiredSignatureError("it has expired")
        for name in ("nbf", "iat"):
            if name in claims and float(claims[name]) > now + LEEWAY_SECONDS:
                raise jwt.ImmatureSignatureError(f"its {name} lies in the future")

    def _check_purpose(self, claims: Mapping[str, Any]) -> None:
        """Whether the token was made for us: the same issuer makes others, with the same keys."""
        parties = self._trust.authorized_parties
        if parties and claims.get("azp", claims.get("client_id")) not in parties:
            raise jwt.InvalidTokenError("its azp is none of the authorized parties")
        for name, allowed in self._trust.expected.items():
            if claims.get(name) not in allowed:
                raise jwt.InvalidTokenError(f"its {name} is not that of an access token in use")


def reason_of(err: Exception) -> str:
    """PyJWT's own words where they tell the caller something, never a library's internals."""
    return str(err) if isinstance(err, jwt.PyJWTError) else "it is malformed"


def claim_at(claims: Mapping[str, Any], paths: str) -> Any:
    """The first claim that is there of those with commas between; None where there is none."""
    found = (claim_of(claims, path) for path in paths.split(","))
    return next((claim for claim in found if claim is not None), None)


def claim_of(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, else by its dotted path; None where there is none."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value
