"""The issuer's keys: fetched, kept, changed and missing."""

import asyncio
from typing import Any

import httpx2
import pytest

from services.activity.identity import issuer_keys
from tests.activity.identity import CODE, EC, RSA, STRANGER, Identity, serving_identity
from tests.activity.issuer import Issuer, SigningKey
from tests.suite import Servers


async def test_keys_are_fetched_once_and_kept(identity: Identity) -> None:
    for _ in range(5):
        await identity.exchange(RSA.sign(identity.clock()))
        await identity.exchange(EC.sign(identity.clock()))
    assert identity.issuer.asked == 1


async def test_a_new_key_is_found_when_it_is_first_used(identity: Identity) -> None:
    await identity.exchange(RSA.sign(identity.clock()))
    new = SigningKey.rsa("new")
    identity.issuer.publish(new, RSA)
    identity.clock.advance(seconds=11)
    assert (await identity.caller(new.sign(identity.clock()))).subject == "ann"
    assert (await identity.caller(RSA.sign(identity.clock()))).subject == "ann"
    assert identity.issuer.asked == 2


async def test_a_withdrawn_key_is_refused_once_the_keys_are_old(identity: Identity) -> None:
    await identity.exchange(RSA.sign(identity.clock()))
    identity.issuer.publish(EC)
    identity.clock.advance(minutes=10, seconds=1)
    assert await identity.refused(RSA.sign(identity.clock())) is CODE.UNAUTHENTICATED


async def test_guessed_key_ids_do_not_make_it_fetch_at_will(identity: Identity) -> None:
    for n in range(20):
        guess = STRANGER.sign(identity.clock(), {"kid": f"guess{n}"})
        assert await identity.refused(guess) is CODE.UNAUTHENTICATED
    assert identity.issuer.asked == 1
    identity.clock.advance(seconds=11)
    await identity.refused(STRANGER.sign(identity.clock()))
    assert identity.issuer.asked == 2


async def test_without_any_keys_it_is_unavailable_and_recovers(identity: Identity) -> None:
    identity.issuer.status = 500
    assert await identity.refused(RSA.sign(identity.clock())) is CODE.UNAVAILABLE
    identity.issuer.status = 200
    identity.clock.advance(seconds=11)
    await identity.exchange(RSA.sign(identity.clock()))


async def test_keys_of_yesterday_hold_no_longer_and_a_good_answer_ends_it(
    identity: Identity,
) -> None:
    await identity.exchange(RSA.sign(identity.clock()))
    identity.issuer.status = 500
    identity.clock.advance(hours=24)
    await identity.exchange(RSA.sign(identity.clock()))
    identity.clock.advance(seconds=1)
    assert await identity.refused(RSA.sign(identity.clock())) is CODE.UNAVAILABLE
    identity.issuer.status = 200
    identity.clock.advance(seconds=11)
    await identity.exchange(RSA.sign(identity.clock()))


async def test_known_keys_hold_while_the_issuer_is_down(identity: Identity) -> None:
    await identity.exchange(RSA.sign(identity.clock()))
    identity.issuer.status = 500
    identity.clock.advance(minutes=20)
    await identity.exchange(RSA.sign(identity.clock()))


@pytest.mark.parametrize(
    "keys", [None, 5, "text", {}, [1], [None], [{}], [{"kty": "RSA"}], [{"kty": "oct", "k": "YQ"}]]
)
async def test_a_key_set_that_is_none_is_the_issuers_fault_and_no_bug(
    identity: Identity, keys: Any
) -> None:
    identity.issuer.keys = keys
    assert await identity.refused(RSA.sign(identity.clock())) is CODE.UNAVAILABLE


async def test_keys_of_kinds_that_we_do_not_know_stand_in_nobodys_way(identity: Identity) -> None:
    strange = [
        {"kty": "XYZ", "kid": "a"},
        {"kty": "EC", "crv": "P-999", "kid": "b"},
        {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "c"},
    ]
    identity.issuer.keys = [*strange, RSA.jwk]
    await identity.exchange(RSA.sign(identity.clock()))


async def test_concurrent_first_visits_fetch_the_keys_once(identity: Identity) -> None:
    credentials = [RSA.sign(identity.clock(), sub=f"user{n}") for n in range(10)]
    await asyncio.gather(*map(identity.exchange, credentials))
    assert identity.issuer.asked == 1


@pytest.mark.parametrize("way", ["jwks_url", "jwt_secret"])
async def test_an_algorithm_that_is_not_configured_is_refused(
    servers: Servers, database: str, issuer: Issuer, way: str
) -> None:
    async with serving_identity(servers, database, issuer, **{way: ""}) as identity:
        hs256, rs256 = identity.hs256(), RSA.sign(identity.clock())
        good, bad = (hs256, rs256) if way == "jwks_url" else (rs256, hs256)
        await identity.exchange(good)
        assert await identity.refused(bad) is CODE.UNAUTHENTICATED


async def test_claims_may_be_elsewhere_and_roles_have_other_names(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    changed = {
        "jwt_organization_claim": "app.tenant",
        "jwt_role_claim": "https://acme.example/role",
        "jwt_role_names": {"owner": "admin"},
    }
    async with serving_identity(servers, database, issuer, **changed) as identity:
        credential = identity.hs256(
            org=None, role=None, app={"tenant": "nested"}, **{"https://acme.example/role": "owner"}
        )
        who = await identity.caller(credential)
    assert (who.organization_id, who.role) == ("nested", "admin")


async def test_without_an_organization_the_default_one_is_taken_where_there_is_one(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    async with serving_identity(servers, database, issuer, default_organization="home") as identity:
        assert (await identity.caller(identity.hs256(org=None))).organization_id == "home"


GARBAGE = [
    b"",
    b"\xff\xfe",
    b"<html>",
    b"[" * 100_000,
    b'{"keys": ' + b"[" * 100_000,
    b'{"keys": [' + b"0," * 600_000 + b"0]}",
    b"[]",
    b"null",
]


@pytest.mark.parametrize("body", GARBAGE, ids=range(len(GARBAGE)))
async def test_a_body_that_is_no_key_set_is_the_issuers_fault_and_no_bug(
    identity: Identity, body: bytes
) -> None:
    identity.issuer.raw = body
    assert await identity.refused(RSA.sign(identity.clock())) is CODE.UNAVAILABLE


async def test_garbage_does_not_take_known_keys_away(identity: Identity) -> None:
    await identity.exchange(RSA.sign(identity.clock()))
    for body in GARBAGE:
        identity.issuer.raw = body
        identity.clock.advance(minutes=11)
        await identity.exchange(RSA.sign(identity.clock()))


async def test_a_bad_key_stands_in_no_good_keys_way(identity: Identity) -> None:
    bad = [{"kty": "RSA", "kid": "x", "n": 5, "e": 5}, {**EC.jwk, "x": None}, 5, None, []]
    identity.issuer.keys = [*bad, {**RSA.jwk, "kid": ["rsa"]}, {"kty": "oct", "k": "YQ"}, RSA.jwk]
    await identity.exchange(RSA.sign(identity.clock()))


@pytest.mark.parametrize("status", [301, 302, 404, 503])
async def test_an_answer_that_is_no_success_is_not_read_or_followed(
    identity: Identity, status: int
) -> None:
    identity.issuer.status = status
    assert await identity.refused(RSA.sign(identity.clock())) is CODE.UNAVAILABLE
    assert identity.issuer.asked == 1


async def test_an_issuer_that_never_answers_is_given_up(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    await identity.exchange(RSA.sign(identity.clock()))
    monkeypatch.setattr(issuer_keys, "FETCH_SECONDS", 0.05)
    identity.issuer.answering.clear()
    identity.clock.advance(minutes=11)
    await identity.exchange(RSA.sign(identity.clock()))  # by the key that is known
    assert await identity.refused(EC.sign(identity.clock(), {"kid": "new"})) is CODE.UNAUTHENTICATED


async def test_a_key_for_encryption_or_of_another_algorithm_signs_nothing(
    identity: Identity,
) -> None:
    for changed in ({"use": "enc"}, {"alg": "RS512"}, {"alg": "PS256"}):
        identity.issuer.keys = [{**RSA.jwk, **changed}]
        identity.clock.advance(minutes=11)
        assert await identity.refused(RSA.sign(identity.clock())) is CODE.UNAUTHENTICATED


async def test_a_key_without_an_algorithm_has_that_of_its_kind(identity: Identity) -> None:
    for key in (RSA, EC):
        identity.issuer.keys = [{n: v for n, v in key.jwk.items() if n not in ("alg", "use")}]
        identity.clock.advance(minutes=11)
        await identity.exchange(key.sign(identity.clock()))


def discovering(servers: Servers, database: str, issuer: Issuer, **changed: Any) -> Any:
    given = {"oidc_preset": "oidc", "jwks_url": "", "jwt_secret": "", "jwt_issuer": issuer.address}
    return serving_identity(servers, database, issuer, **given | changed)


async def test_keys_are_found_by_discovery(servers: Servers, database: str, issuer: Issuer) -> None:
    async with discovering(servers, database, issuer) as identity:
        token = RSA.sign(identity.clock(), iss=issuer.address)
        for _ in range(3):
            await identity.exchange(token)
    assert (issuer.discovery_asked, issuer.asked) == (1, 1)


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://["},
        {"jwks_uri": ["http://127.0.0.1/"]},
    ],
)
async def test_a_discovery_document_that_is_not_the_issuers_own_is_not_believed(
    servers: Servers, database: str, issuer: Issuer, told: dict[str, Any]
) -> None:
    issuer.discovered = told
    async with discovering(servers, database, issuer) as identity:
        token = RSA.sign(identity.clock(), iss=issuer.address)
        assert await identity.refused(token) is CODE.UNAVAILABLE
    assert issuer.asked == 0


@pytest.mark.parametrize(
    ("issuer", "keys", "good"),
    [
        ("https://id.example", "https://keys.example/jwks", True),
        ("https://id.example/", "https://id.example/jwks", True),
        ("https://id.example", "http://id.example/jwks", False),
        ("http://id.example", "https://id.example/jwks", True),
    ],
)
async def test_keys_are_not_read_in_the_clear_for_an_issuer_that_is_not(
    issuer: str, keys: str, good: bool
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.url == "/".join((issuer.rstrip("/"), ".well-known/openid-configuration"))
        return httpx2.Response(200, json={"issuer": issuer, "jwks_uri": keys})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        if good:
            assert await issuer_keys.discovered(client, issuer) == keys
        else:
            with pytest.raises(issuer_keys.BadDocument, match="as safe as"):
                await issuer_keys.discovered(client, issuer)
