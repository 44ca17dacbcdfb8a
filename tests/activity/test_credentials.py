"""Credentials from outside: who gets in, and that nothing else does."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, timedelta
from typing import Any

import grpc
import jwt
import pytest
from attune.activity.v1 import identity_pb2 as pb
from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.caller import Caller
from tests.activity.identity import CODE, EC, RSA, STRANGER, Identity, code_of
from tests.activity.issuer import SigningKey, claims_of
from tests.activity.test_activities import query
from tests.properties import quick
from tests.suite import JWT_SECRET


@pytest.mark.parametrize("key", [None, RSA, EC], ids=["HS256", "RS256", "ES256"])
async def test_a_good_credential_is_exchanged_for_a_token_that_names_the_person(
    identity: Identity, key: SigningKey | None
) -> None:
    told: dict[str, Any] = {"goals": ["growth", "less churn"], "department": "Equities"}
    credential = key.sign(identity.clock(), **told) if key else identity.hs256(**told)
    answer = await identity.exchange(credential)
    assert identity.verifier.verify(answer.token) == Caller(
        organization_id="acme",
        subject="ann",
        role="analyst",
        job_role="trader",
        goals=("growth", "less churn"),
        department="Equities",
    )
    assert (answer.organization_id, answer.subject) == ("acme", "ann")
    assert answer.expires_at.ToDatetime(UTC) == identity.clock() + timedelta(minutes=5)


async def test_a_token_ends_no_later_than_the_credential(identity: Identity) -> None:
    ends = identity.clock() + timedelta(seconds=90)
    answer = await identity.exchange(identity.hs256(exp=ends))
    assert answer.expires_at.ToDatetime(UTC) == ends


def forged_none(identity: Identity) -> str:
    return jwt.encode(claims_of(identity.clock(), role="admin"), "", algorithm="none")


def signed_with_the_public_key(identity: Identity) -> str:
    """What a verifier takes that lets the token choose between secret and public key."""
    parts = [
        {"alg": "HS256", "kid": "rsa"},
        {**claims_of(identity.clock()), "iat": 1, "exp": 2**32},
    ]
    text = b".".join(segment(json.dumps(part).encode()) for part in parts)
    return (text + b"." + segment(hmac.digest(RSA.public_pem, text, hashlib.sha256))).decode()


def with_header(header: Any) -> str:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return f"{segment(raw).decode()}.e30.{'A' * 86}"


def segment(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


BAD: dict[str, Any] = {
    "another secret": lambda i: i.hs256("another-secret-that-is-long-enough-too"),
    "a key that is not published": lambda i: STRANGER.sign(i.clock()),
    "another key under a published id": lambda i: STRANGER.sign(i.clock(), {"kid": "rsa"}),
    "no key id": lambda i: RSA.sign(i.clock(), {}),
    "the algorithm of another key": lambda i: EC.sign(i.clock(), {"kid": "rsa"}),
    "no signature": forged_none,
    "HS256 by the public key": signed_with_the_public_key,
    "HS384": lambda i: jwt.encode(claims_of(i.clock()), JWT_SECRET * 2, algorithm="HS384"),
    "wrong audience": lambda i: i.hs256(aud="other"),
    "no audience": lambda i: i.hs256(aud=None),
    "wrong issuer": lambda i: i.hs256(iss="other"),
    "no issuer": lambda i: i.hs256(iss=None),
    "no end": lambda i: i.hs256(exp=None),
    "an end that is no number": lambda i: i.hs256(exp="soon"),
    "an end that is not a number": lambda i: i.hs256(exp=float("nan")),
    "expired": lambda i: i.hs256(exp=i.clock() - timedelta(seconds=31)),
    "not yet valid": lambda i: i.hs256(nbf=i.clock() + timedelta(minutes=1)),
    "issued in the future": lambda i: i.hs256(iat=i.clock() + timedelta(minutes=1)),
    "the role service": lambda i: i.hs256(role="service"),
    "an unknown role": lambda i: i.hs256(role="root"),
    "a list of roles": lambda i: i.hs256(role=["admin"]),
    "no organization": lambda i: i.hs256(org=None),
    "an empty organization": lambda i: i.hs256(org=""),
    "an organization that is no name": lambda i: i.hs256(org="a b"),
    "an organization that is too long": lambda i: i.hs256(org="x" * 101),
    "an organization that is a list": lambda i: i.hs256(org=["acme"]),
    "no user": lambda i: i.hs256(sub=None),
    "an empty user": lambda i: i.hs256(sub=""),
    "a user that is too long": lambda i: i.hs256(sub="x" * 101),
    "a user with a NUL": lambda i: i.hs256(sub="a\0b"),
    "a user with half of a surrogate pair": lambda i: i.hs256(sub="a\ud800b"),
    "text": lambda i: "not a token",
    "two dots": lambda i: "..",
    "a deep header": lambda i: with_header(b"[" * 9000),
    "a header that is no object": lambda i: with_header([1]),
    "a critical header": lambda i: RSA.sign(i.clock(), {"kid": "rsa", "crit": ["\ud800"]}),
    "a key id that is no text": lambda i: with_header({"alg": "RS256", "kid": [1]}),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_credential_is_unauthenticated(shared: Identity, name: str) -> None:
    assert await shared.refused(BAD[name](shared)) is CODE.UNAUTHENTICATED


async def test_clocks_may_differ_by_half_a_minute(shared: Identity) -> None:
    late = shared.clock() + timedelta(seconds=29)
    await shared.exchange(shared.hs256(iat=late, nbf=late))


@quick
@given(
    st.text(min_size=1, max_size=100).filter(lambda t: t.isprintable())
    | st.lists(st.binary(max_size=60), min_size=1, max_size=4).map(
        lambda parts: b".".join(map(segment, parts)).decode() or "."
    )
    | st.fixed_dictionaries(
        {"alg": st.sampled_from(["HS256", "RS256", "ES256", "none", "EdDSA", "", None, 1])},
        optional={
            "kid": st.sampled_from(["rsa", "ec", "", None, 1, ["rsa"]]),
            "crit": st.lists(st.text(max_size=3), max_size=2) | st.just(["b64", "\ud800"]),
            "b64": st.booleans(),
            "jwk": st.just(STRANGER.jwk),
            "jku": st.just("http://127.0.0.1:1/"),
            "x5u": st.just("http://127.0.0.1:1/"),
            "typ": st.text(max_size=3),
        },
    ).map(with_header)
)
async def test_garbage_is_unauthenticated_and_never_a_bug(shared: Identity, text: str) -> None:
    assert await shared.refused(text) is CODE.UNAUTHENTICATED


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "a\0", "x" * 300, "admin", "acme", "service"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
CLAIMS = ("sub", "org", "role", "job_role", "goals", "department", "exp", "iat", "nbf", "aud")


@settings(parent=quick, max_examples=300)
@given(st.dictionaries(st.sampled_from(CLAIMS), anything, min_size=1, max_size=3))
async def test_whatever_a_trusted_issuer_claims_is_never_a_bug(
    shared: Identity, claims: dict[str, Any]
) -> None:
    told = {**claims_of(shared.clock()), "iat": 1, "exp": 2**32, **claims}
    credential = signed(told)
    token, code = await exchanged(shared, credential)
    assert code in (CODE.OK, CODE.UNAUTHENTICATED, CODE.INVALID_ARGUMENT)
    if not token:
        return
    metadata = (("authorization", f"Bearer {token}"),)
    await shared.stub.GetCaller(pb.GetCallerRequest(), metadata=metadata)
    await shared.activities.LogActivity(query(), metadata=metadata)


async def exchanged(identity: Identity, credential: str) -> tuple[str, grpc.StatusCode]:
    try:
        return (await identity.exchange(credential)).token, CODE.OK
    except grpc.aio.AioRpcError as err:
        return "", err.code()


def signed(claims: dict[str, Any]) -> str:
    """A JWT with claims that PyJWT would not write."""
    text = b".".join(segment(json.dumps(p).encode()) for p in ({"alg": "HS256"}, claims))
    made = hmac.digest(JWT_SECRET.encode(), text, hashlib.sha256)
    return (text + b"." + segment(made)).decode()


async def test_a_credential_that_breaks_the_fields_rules_is_refused(shared: Identity) -> None:
    for credential in ("", "x" * 16_385):
        assert await code_of(shared.exchange(credential)) is CODE.INVALID_ARGUMENT
