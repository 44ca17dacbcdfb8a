"""The tokens between services."""

import base64
import json
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from services.common.caller import Caller
from services.common.errors import Unauthenticated
from services.common.tokens import (
    AUDIENCE,
    ISSUER,
    LIFETIME,
    SCOPED_AUDIENCE,
    TokenSigner,
    TokenVerifier,
    key_id,
)
from tests.clock import Clock
from tests.properties import quick

ANN = Caller(
    organization_id="acme",
    subject="ann",
    role="analyst",
    job_role="trader",
    goals=("growth",),
    department="Equities",
)


class Key:
    """A key pair as the settings hold it."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.private = self.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()
        self.public = (
            self.key.public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def token(self, header: dict[str, Any] | None = None, **changed: Any) -> str:
        """A token with some claims changed; None leaves a claim out."""
        now = int(Clock().now.timestamp())
        told = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 60,
            "org": "acme",
            "sub": "ann",
            "role": "analyst",
            "job_role": "",
            "goals": [],
            "department": "",
            **changed,
        }
        claims = {name: value for name, value in told.items() if value is not None}
        headers = {"kid": key_id(self.key.public_key())} if header is None else header
        return jwt.encode(claims, self.key, algorithm="EdDSA", headers=headers)


OURS = Key()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verifier(clock: Clock) -> TokenVerifier:
    return TokenVerifier(OURS.public, clock)


def test_a_token_names_its_caller_for_five_minutes(clock: Clock, verifier: TokenVerifier) -> None:
    token, ends = TokenSigner(OURS.private, clock).sign(ANN)
    assert ends == clock() + LIFETIME
    assert verifier.verify(token) == ANN
    clock.advance(seconds=299)
    assert verifier.verify(token) == ANN
    clock.advance(seconds=1)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            verifier.verify(token)


def test_a_token_ends_with_the_credential_that_it_was_exchanged_for(clock: Clock) -> None:
    before = clock() + LIFETIME / 2
    _, ends = TokenSigner(OURS.private, clock).sign(ANN, before)
    assert ends == before
    _, ends = TokenSigner(OURS.private, clock).sign(ANN, clock() + 2 * LIFETIME)
    assert ends == clock() + LIFETIME


def test_a_token_of_a_key_carries_its_scopes(clock: Clock, verifier: TokenVerifier) -> None:
    bound = replace(ANN, key_id="k", scopes=frozenset({"activity:read", "activity:write"}))
    token, _ = TokenSigner(OURS.private, clock).sign(bound)
    assert verifier.verify(token) == bound
    with pytest.raises(jwt.InvalidAudienceError):  # a verifier that knows no scopes refuses it
        jwt.decode(token, OURS.key.public_key(), algorithms=["EdDSA"], audience=AUDIENCE)


def test_a_key_without_scopes_is_not_a_person_whom_nothing_binds(
    clock: Clock, verifier: TokenVerifier
) -> None:
    token, _ = TokenSigner(OURS.private, clock).sign(replace(ANN, scopes=frozenset()))
    assert verifier.verify(token).scopes == frozenset()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": SCOPED_AUDIENCE},
        {"aud": SCOPED_AUDIENCE, "key": "k"},
        {"aud": SCOPED_AUDIENCE, "key": "k", "scopes": "activity:read"},
        {"aud": [AUDIENCE, SCOPED_AUDIENCE], "key": "k", "scopes": []},
    ],
)
def test_a_bound_token_without_its_scopes_is_refused(
    verifier: TokenVerifier, claims: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(OURS.token(**claims))


def test_tokens_of_both_keys_are_good_while_keys_are_changed(clock: Clock) -> None:
    old, new, stranger = OURS, Key(), Key()
    verifier = TokenVerifier(f"{old.public}\n{new.public}", clock)
    for key in (old, new):
        assert verifier.verify(key.token()).subject == "ann"
    with pytest.raises(Unauthenticated):
        verifier.verify(stranger.token())


def test_a_key_may_not_sign_in_the_name_of_another(verifier: TokenVerifier) -> None:
    forged = Key().token(header={"kid": key_id(OURS.key.public_key())})
    with pytest.raises(Unauthenticated):
        verifier.verify(forged)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "attune"},
        {"aud": None},
        {"iss": "somebody"},
        {"iss": None},
        {"exp": None},
        {"exp": "soon"},
        {"sub": None},
        {"org": None},
        {"role": "root"},
        {"role": None},
        {"role": ["admin"]},
        {"goals": None},
    ],
)
def test_a_token_with_wrong_claims_is_refused(
    verifier: TokenVerifier, claims: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(OURS.token(**claims))


@pytest.mark.parametrize("header", [{}, {"kid": "unknown"}, {"kid": ""}])
def test_a_token_without_a_known_key_is_refused(
    verifier: TokenVerifier, header: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(OURS.token(header=header))


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_only_the_algorithm_of_the_key_is_accepted(verifier: TokenVerifier, algorithm: str) -> None:
    header, claims, signature = OURS.token().split(".")
    told = json.loads(base64.urlsafe_b64decode(header + "=="))
    told["alg"] = algorithm
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    secret = OURS.public.encode()
    for end in ("", signature, hs256(f"{forged}.{claims}", secret)):
        with pytest.raises(Unauthenticated):
            verifier.verify(f"{forged}.{claims}.{end}")


def hs256(text: str, secret: bytes) -> str:
    import hashlib
    import hmac

    made = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def test_a_token_with_any_character_changed_is_refused(
    clock: Clock, verifier: TokenVerifier
) -> None:
    token, _ = TokenSigner(OURS.private, clock).sign(ANN)
    for place in range(0, len(token), 7):
        changed = "A" if token[place] != "A" else "B"
        with pytest.raises(Unauthenticated):
            verifier.verify(token[:place] + changed + token[place + 1 :])


KNOWN = TokenVerifier(OURS.public, Clock())


@quick
@given(
    st.text(max_size=80)
    | st.lists(st.binary(max_size=40), min_size=3, max_size=3).map(
        lambda parts: ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in parts)
    )
    | st.just(base64.urlsafe_b64encode(b"[" * 6000).decode() + ".e30.AAAA")
)
def test_garbage_is_refused_and_nothing_else(token: str) -> None:
    with pytest.raises(Unauthenticated):
        KNOWN.verify(token)


@pytest.mark.parametrize("pem", ["", "not a key", "-----BEGIN PUBLIC KEY-----"])
def test_a_verifier_without_a_key_is_not_made(pem: str, clock: Clock) -> None:
    with pytest.raises(ValueError, match="ATTUNE_TOKEN_PUBLIC_KEYS"):
        TokenVerifier(pem, clock)


def test_what_is_remembered_is_bounded(
    clock: Clock, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.common.tokens.REMEMBERED", 3)
    tokens = [OURS.token(sub=f"user{n}") for n in range(6)]
    for token in tokens * 2:
        assert verifier.verify(token).subject.startswith("user")
    assert len(verifier._known) == 3
