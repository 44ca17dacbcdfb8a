"""The tokens between services: five minutes, signed with Ed25519, verified by each alone."""

import hashlib
import re
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from services.common.caller import ROLES, Caller
from services.common.clock import Clock
from services.common.errors import Unauthenticated

LIFETIME = timedelta(minutes=5)
ISSUER = "attune"
AUDIENCE = "attune.services"
# Of tokens that scopes bind. A verifier that does not know scopes refuses it, as those of the
# release before do, rather than letting an API key do all that its role may.
SCOPED_AUDIENCE = "attune.services.scoped"
REMEMBERED = 10_000
PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class TokenSigner:
    """Makes internal tokens; only activity's identity holds the private key."""

    def __init__(self, private_key_pem: str, now: Clock) -> None:
        key = load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("ATTUNE_TOKEN_PRIVATE_KEY must be an Ed25519 private key in PEM")
        self._key = key
        self._kid = key_id(key.public_key())
        self._now = now

    def sign(self, who: Caller, not_after: datetime | None = None) -> tuple[str, datetime]:
        """A token for the caller and when it ends: in five minutes, or earlier at `not_after`."""
        now = self._now()
        expires_at = min(now + LIFETIME, not_after or now + LIFETIME)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": expires_at,
            "org": who.organization_id,
            "sub": who.subject,
            "role": who.role,
            "job_role": who.job_role,
            "goals": list(who.goals),
            "department": who.department,
        }
        if who.scopes is not None:
            scoped = {"aud": SCOPED_AUDIENCE, "key": who.key_id, "scopes": sorted(who.scopes)}
            claims |= scoped
        token = jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._kid})
        return token, expires_at


class TokenVerifier:
    """Checks internal tokens; one that was good is remembered until it ends."""

    def __init__(self, public_keys_pem: str, now: Clock) -> None:
        self._keys = dict(parse_public_keys(public_keys_pem))
        self._now = now
        self._known: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def verify(self, token: str) -> Caller:
        """The caller whom the token names. Raises Unauthenticated."""
        known = self._known.get(token)
        if known is None:
            known = self._decode(token)
            self._known[token] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        expires, who = known
        if expires <= self._now().timestamp():
            self._known.pop(token, None)
            raise Unauthenticated("the token has expired; exchange the credential again")
        return who

    def _decode(self, token: str) -> tuple[float, Caller]:
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            # Expiry is checked against our own clock in verify().
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=[AUDIENCE, SCOPED_AUDIENCE],
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "sub"]},
            )
            return float(claims["exp"]), caller_of(claims)
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
            raise Unauthenticated("the token is not one of ours") from None


def caller_of(claims: dict[str, Any]) -> Caller:
    if claims["role"] not in ROLES:
        raise ValueError(claims["role"])
    return Caller(
        organization_id=claims["org"],
        subject=claims["sub"],
        role=claims["role"],
        job_role=claims["job_role"],
        goals=tuple(claims["goals"]),
        department=claims["department"],
        **scopes_of(claims),
    )


def scopes_of(claims: dict[str, Any]) -> dict[str, Any]:
    """The key and its scopes, where the token is for such verifiers only as bind it to them."""
    if claims["aud"] == AUDIENCE:
        return {}
    scopes = claims["scopes"]
    if claims["aud"] != SCOPED_AUDIENCE or not isinstance(scopes, list):
        raise ValueError("aud")
    return {"key_id": str(claims["key"]), "scopes": frozenset(map(str, scopes))}


def parse_public_keys(pem: str) -> list[tuple[str, Ed25519PublicKey]]:
    keys = [load_pem_public_key(block.encode()) for block in PEM.findall(pem)]
    ours = [key for key in keys if isinstance(key, Ed25519PublicKey)]
    if not ours:
        raise ValueError(
            "ATTUNE_TOKEN_PUBLIC_KEYS must hold at least one Ed25519 public key in PEM"
        )
    return [(key_id(key), key) for key in ours]


def key_id(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]
