"""Credentials from outside: JWTs of the configured issuer, by shared secret or by JWKS."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import structlog

from services.common.clock import Clock
from services.common.errors import Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

SECRET_ALGORITHMS = ("HS256",)
JWKS_ALGORITHMS = ("RS256", "ES256")
KEYS_KEPT = timedelta(minutes=10)
# A kid that we do not know may be a new key; guessers must not make us fetch at will.
REFETCH_AFTER = timedelta(seconds=10)
FETCH_SECONDS = 5
LEEWAY_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whom we believe, and where a JWT says what. Claim paths may be nested: `a.b`."""

    issuer: str
    audience: str
    secret: str = ""
    jwks_url: str = ""
    user_claim: str = "sub"
    organization_claim: str = "org"
    role_claim: str = "role"
    job_role_claim: str = "job_role"
    goals_claim: str = "goals"
    department_claim: str = "department"
    default_organization: str = ""


class KeySet:
    """The issuer's public keys, fetched again when they are old or a new key id turns up."""

    def __init__(self, url: str, client: httpx2.AsyncClient, now: Clock) -> None:
        self._url = url
        self._client = client
        self._now = now
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = datetime.min.replace(tzinfo=UTC)
        self._tried = self._fetched
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> jwt.PyJWK:
        """Raises Unauthenticated for an unknown key, Unavailable where there are none to try."""
        if not self._is_fresh(kid):
            await self._fetched_anew()
        if kid in self._keys:
            return self._keys[kid]
        if not self._keys:
            raise Unavailable("the identity provider's keys cannot be read; try again")
        raise Unauthenticated("the token is signed by a key that its issuer does not publish")

    def _is_fresh(self, kid: str) -> bool:
        return kid in self._keys and self._now() - self._fetched <= KEYS_KEPT

    async def _fetched_anew(self) -> None:
        """Fetch, or wait for the fetch under way; not again so soon after the last."""
        under_way = self._fetching and not self._fetching.done()
        if not under_way and self._now() - self._tried > REFETCH_AFTER:
            self._fetching = asyncio.create_task(self._fetch())
            under_way = True
        if under_way and self._fetching:
            await asyncio.shield(self._fetching)

    async def _fetch(self) -> None:
        self._tried = self._now()
        try:
            response = await self._client.get(self._url, timeout=FETCH_SECONDS)
            response.raise_for_status()
            found = jwt.PyJWKSet.from_dict(response.json())
        except (httpx2.HTTPError, jwt.PyJWTError, ValueError, AttributeError) as err:
            log.warning("the identity provider's keys cannot be read", error=str(err))
            return
        self._keys = {key.key_id: key for key in found.keys if key.key_id}
        self._fetched = self._tried


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
                audience=self._trust.audience,
                issuer=self._trust.issuer,
                options={
                    "require": ["exp", "iss", "aud"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            self._check_times(claims)
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


def reason_of(err: Exception) -> str:
    """PyJWT's own words where they tell the caller something, never a library's internals."""
    return str(err) if isinstance(err, jwt.PyJWTError) else "it is malformed"


def claim_at(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, else by its dotted path; None where there is none."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value
