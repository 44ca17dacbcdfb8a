"""An identity provider over real HTTP, from its keys to an answer of the gateway."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import jwt
import pytest
from jwt.utils import base64url_encode

from services.activity.identity import issuer_keys
from tests.activity.issuer import Issuer, SigningKey, serving_keys
from tests.activity.providers import CLERK, KEYCLOAK, ORGANIZATIONS, PROVIDERS, Provider
from tests.e2e.conftest import gateway
from tests.suite import Servers, running_suite

OLD, NEW, EC, STRANGER = (
    SigningKey.rsa("old"),
    SigningKey.rsa("new"),
    SigningKey.ec(),
    SigningKey.rsa("stranger"),
)


class Door:
    """The gateway as somebody comes to it with tokens of one provider."""

    def __init__(self, client: httpx2.AsyncClient, issuer: Issuer, provider: Provider) -> None:
        self._client = client
        self.issuer = issuer
        self._provider = provider

    def token(self, key: SigningKey = OLD, **changed: Any) -> str:
        return self._provider.token(self.issuer, key, datetime.now(UTC), **changed)

    async def shows(self, credential: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {credential}"}
        return await self._client.get("/api/v1/me", headers=headers)

    async def status(self, key: SigningKey = OLD, **changed: Any) -> int:
        return (await self.shows(self.token(key, **changed))).status_code


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serving_keys() as issuer:
        issuer.publish(OLD, EC)
        yield issuer


@asynccontextmanager
async def door_of(
    servers: Servers, database: str, issuer: Issuer, provider: Provider
) -> AsyncIterator[Door]:
    told = provider.told(issuer)
    async with (
        running_suite(servers, database, identity=told) as suite,
        gateway(suite, time.time, stranger_rate_limit=60) as address,
        httpx2.AsyncClient(base_url=f"http://{address}") as client,
    ):
        yield Door(client, issuer, provider)


@pytest.fixture
async def door(servers: Servers, database: str, issuer: Issuer) -> AsyncIterator[Door]:
    async with door_of(servers, database, issuer, KEYCLOAK) as door:
        yield door


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
async def test_a_person_of_each_provider_gets_in(
    servers: Servers, database: str, issuer: Issuer, provider: Provider
) -> None:
    async with door_of(servers, database, issuer, provider) as door:
        who = (await door.shows(door.token())).json()
        assert await door.status(EC) == 200
    assert who["user_id"] == provider.claims["sub"]
    assert (who["organization_id"], who["role"]) == (ORGANIZATIONS[provider.preset], "admin")


async def test_keys_are_rotated_without_anybody_being_shut_out(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "REFETCH_AFTER", issuer_keys.KEYS_KEPT * 0)
    assert await door.status(OLD) == 200
    assert await door.status(NEW) == 401
    door.issuer.publish(NEW, OLD, EC)
    assert await door.status(NEW, jti="2") == 200
    assert await door.status(OLD, jti="2") == 200
    door.issuer.publish(NEW, EC)
    monkeypatch.setattr(issuer_keys, "KEYS_KEPT", issuer_keys.KEYS_KEPT * 0)
    assert await door.status(OLD, jti="3") == 401
    assert await door.status(NEW, jti="3") == 200


async def test_unknown_key_ids_are_looked_up_seldom_and_count_against_their_address(
    door: Door,
) -> None:
    statuses = [await door.status(STRANGER, jti=str(n)) for n in range(70)]
    assert set(statuses[:60]) == {401}
    assert set(statuses[60:]) == {429}
    assert door.issuer.asked == 1


async def test_while_the_provider_is_down_nobody_new_gets_in_and_the_answer_says_why(
    door: Door,
) -> None:
    door.issuer.status = 500
    answer = await door.shows(door.token())
    assert answer.status_code == 503
    assert answer.json()["reason"] == "UNAVAILABLE"
    assert "identity provider" in answer.json()["detail"]
    assert answer.headers["retry-after"]


async def test_a_provider_that_hangs_costs_no_time_out(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "FETCH_SECONDS", 0.05)
    door.issuer.answering.clear()
    assert await door.status() == 503


def unsigned(door: Door) -> str:
    claims = jwt.decode(door.token(), options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none", headers={"kid": "old"})


def by_the_public_key(door: Door) -> str:
    """HS256 with what everybody can read, for a verifier that lets the token choose."""
    _, claims, _ = door.token().split(".")
    head = base64url_encode(b'{"alg":"HS256","kid":"old"}').decode()
    told = f"{head}.{claims}"
    mac = hmac.digest(OLD.public_pem, told.encode(), hashlib.sha256)
    return f"{told}.{base64url_encode(mac).decode()}"


def by_another_hash(door: Door) -> str:
    claims = jwt.decode(door.token(), options={"verify_signature": False})
    return jwt.encode(claims, OLD.key, algorithm="RS512", headers={"kid": "old"})


def under_the_id_of_the_other_key(door: Door) -> str:
    claims = jwt.decode(door.token(), options={"verify_signature": False})
    return jwt.encode(claims, EC.key, algorithm="ES256", headers={"kid": "old"})


@pytest.mark.parametrize(
    "forged", [unsigned, by_the_public_key, by_another_hash, under_the_id_of_the_other_key]
)
async def test_no_trick_with_the_algorithm_gets_in(door: Door, forged: Any) -> None:
    answer = await door.shows(forged(door))
    assert answer.status_code == 401
    assert answer.json()["reason"] == "UNAUTHENTICATED"


async def test_people_of_two_organizations_at_one_provider_do_not_meet(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    async with door_of(servers, database, issuer, CLERK) as door:
        other = {"id": "org_other", "rol": "admin"}
        told: list[dict[str, Any]] = [{}, {"o": other}]
        for changed in told:
            who = (await door.shows(door.token(**changed))).json()
            assert who["organization_id"] == changed.get("o", CLERK.claims["o"])["id"]
