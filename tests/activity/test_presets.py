"""Tokens of Clerk, Auth0 and Keycloak: who they name, and which of them are not for us."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.activity import app
from services.activity.identity.presets import PRESETS
from services.common.settings import MissingSetting, read_settings
from tests.activity.identity import CODE, EC, RSA, STRANGER, Identity, serving_identity
from tests.activity.issuer import Issuer, SigningKey
from tests.activity.providers import (
    AUTH0,
    AUTH0_9068,
    CLERK,
    CLERK_1,
    KEYCLOAK,
    KEYCLOAK_IDS,
    ORGANIZATIONS,
    PROVIDERS,
    Provider,
)
from tests.common.test_settings import GOOD
from tests.suite import Servers

each_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)


class Believing:
    """An identity service that believes one provider."""

    def __init__(self, identity: Identity, issuer: Issuer, provider: Provider) -> None:
        self.identity = identity
        self._issuer = issuer
        self._provider = provider

    def token(self, key: SigningKey = RSA, **changed: Any) -> str:
        return self._provider.token(self._issuer, key, self.identity.clock(), **changed)

    async def caller(self, **changed: Any) -> Any:
        return await self.identity.caller(self.token(**changed))

    async def refuses(self, **changed: Any) -> bool:
        return await self.identity.refused(self.token(**changed)) is CODE.UNAUTHENTICATED


@asynccontextmanager
async def believing(
    servers: Servers, database: str, issuer: Issuer, provider: Provider, **changed: Any
) -> AsyncIterator[Believing]:
    told = {**provider.told(issuer), **changed}
    async with serving_identity(servers, database, issuer, **told) as identity:
        yield Believing(identity, issuer, provider)


@each_provider
async def test_a_providers_token_names_person_organization_and_role(
    servers: Servers, database: str, issuer: Issuer, provider: Provider
) -> None:
    async with believing(servers, database, issuer, provider) as provided:
        who = await provided.caller()
        assert await provided.caller(key=EC) == who
    assert who.subject == provider.claims["sub"]
    assert (who.organization_id, who.role) == (ORGANIZATIONS[provider.preset], "admin")


@each_provider
async def test_what_is_not_signed_or_meant_for_us_is_refused(
    servers: Servers, database: str, issuer: Issuer, provider: Provider
) -> None:
    async with believing(servers, database, issuer, provider) as provided:
        assert await provided.refuses(key=STRANGER)
        assert await provided.refuses(iss=provider.issuer(issuer) + "x")
        assert await provided.refuses(iss=issuer.address + "/realms/other")
        named = "azp" if provider.preset == "clerk" else "aud"
        for other in ("https://other.example", "account", None):
            assert await provided.refuses(**{named: other})


async def test_a_role_of_auth0_or_keycloak_that_is_taken_away_is_gone(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    async with believing(servers, database, issuer, AUTH0) as provided:
        assert (await provided.caller()).role == "admin"
        assert (await provided.caller(permissions=["attune:analyst"])).role == "analyst"
        assert (await provided.caller(permissions=["read:reports"])).role == "viewer"
        await provided.caller()
        assert (await provided.caller(permissions=[])).role == "viewer"


async def test_roles_of_other_applications_are_none_of_ours(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    strange: list[Any] = ["admin", "service", "attune-service", "attune-root", 5, None, ["x"]]
    async with believing(servers, database, issuer, KEYCLOAK) as provided:
        assert (await provided.caller(realm_access={"roles": strange})).role == "viewer"
        mixed = {"roles": [*strange, "attune-analyst"]}
        assert (await provided.caller(realm_access=mixed)).role == "analyst"


SEVERAL: list[Any] = [["acme", "other"], {"acme": {}, "other": {}}]
BAD_ORGANIZATIONS = [*SEVERAL, [], {}, None, "", [""], [["acme"]], [5], {"a b": {}}]


@pytest.mark.parametrize("provider", [KEYCLOAK, KEYCLOAK_IDS])
async def test_a_token_for_several_organizations_of_keycloak_is_for_none(
    servers: Servers, database: str, issuer: Issuer, provider: Provider
) -> None:
    async with believing(servers, database, issuer, provider) as provided:
        for claim in BAD_ORGANIZATIONS:
            assert await provided.refuses(organization=claim)
        assert (await provided.caller(organization="acme")).organization_id == "acme"


@pytest.mark.parametrize("kind", ["ID", "Refresh", "Offline", "Logout", "DPoP", None, ["Bearer"]])
async def test_only_access_tokens_of_keycloak_are_taken(
    servers: Servers, database: str, issuer: Issuer, kind: Any
) -> None:
    async with believing(servers, database, issuer, KEYCLOAK) as provided:
        assert await provided.refuses(typ=kind, aud="attune")


async def test_keycloaks_clients_can_be_named(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    parties = {"jwt_audience": "account", "jwt_authorized_parties": ["attune-web"]}
    async with believing(servers, database, issuer, KEYCLOAK, **parties) as provided:
        await provided.caller(aud="account")
        assert await provided.refuses(aud="account", azp="another-app")


async def test_a_pending_session_of_clerk_is_none(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    async with believing(servers, database, issuer, CLERK) as provided:
        assert await provided.refuses(sts="pending")
        await provided.caller(sts=None)


async def test_a_member_at_clerk_is_an_analyst_and_an_unknown_role_is_told(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    async with believing(servers, database, issuer, CLERK) as provided:
        organization = CLERK.claims["o"]
        assert (await provided.caller(o={**organization, "rol": "member"})).role == "analyst"
        assert await provided.refuses(o={**organization, "rol": "billing"})
        assert await provided.refuses(o=None)  # signed in without an organization


async def test_the_claims_of_version_2_win_over_those_of_version_1(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    async with believing(servers, database, issuer, CLERK_1) as provided:
        who = await provided.caller(o={"id": "org_v2", "rol": "member"})
    assert (who.organization_id, who.role) == ("org_v2", "analyst")


async def test_a_template_of_clerk_may_have_an_audience(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    either = {"jwt_audience": "attune", "jwt_authorized_parties": []}
    async with believing(servers, database, issuer, CLERK, **either) as provided:
        await provided.caller(aud="attune", azp=None)
        assert await provided.refuses()


async def test_an_action_of_auth0_tells_of_the_person(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    async with believing(servers, database, issuer, AUTH0_9068) as provided:
        who = await provided.caller()
    assert (who.job_role, who.department, who.goals) == ("trader", "Equities", ("growth",))


async def test_settings_win_over_the_preset(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    changed = {"jwt_role_claim": "app_role", "jwt_role_names": {"boss": "analyst"}}
    async with believing(servers, database, issuer, AUTH0, **changed) as provided:
        assert (await provided.caller(app_role="boss")).role == "analyst"


@pytest.mark.parametrize(
    ("preset", "given", "issuer", "keys"),
    [
        ("clerk", "clerk.acme.com", "https://clerk.acme.com", "/.well-known/jwks.json"),
        ("clerk", "https://clerk.acme.com/", "https://clerk.acme.com", "/.well-known/jwks.json"),
        ("auth0", "acme.eu.auth0.com", "https://acme.eu.auth0.com/", ".well-known/jwks.json"),
        (
            "auth0",
            "https://acme.eu.auth0.com",
            "https://acme.eu.auth0.com/",
            ".well-known/jwks.json",
        ),
        (
            "keycloak",
            "https://id.acme.com/realms/a/",
            "https://id.acme.com/realms/a",
            "/protocol/openid-connect/certs",
        ),
    ],
)
def test_an_issuer_may_be_written_without_its_slash_or_scheme(
    preset: Any, given: str, issuer: str, keys: str
) -> None:
    settings = app.Settings(oidc_preset=preset, jwt_issuer=given).completed()
    assert (settings.jwt_issuer, settings.jwks_url) == (issuer, issuer + keys)


def test_an_empty_variable_is_one_that_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_OIDC_PRESET", "keycloak")
    monkeypatch.setenv("ATTUNE_JWT_ISSUER", "id.acme.com/realms/a")
    monkeypatch.setenv("ATTUNE_JWT_ROLE_CLAIM", "")
    monkeypatch.setenv("ATTUNE_JWT_ORGANIZATION_CLAIM", "tenant")
    settings = read_settings(app.Settings).completed()
    assert settings.jwt_role_claim == "realm_access.roles"
    assert settings.jwt_organization_claim == "tenant"
    assert settings.jwt_audience == "attune"


def test_every_preset_sets_settings_that_there_are() -> None:
    for preset in PRESETS.values():
        assert preset.defaults("https://x").keys() <= app.Settings.model_fields.keys()


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"oidc_preset": "clerk"}, "ATTUNE_JWT_AUTHORIZED_PARTIES"),
        ({"jwt_audience": ""}, "ATTUNE_JWT_AUDIENCE"),
        ({"jwt_role_names": {"boss": "service"}}, "ATTUNE_JWT_ROLE_NAMES"),
        ({"oidc_preset": "auth0", "jwt_issuer": ""}, "ATTUNE_JWT_ISSUER"),
    ],
)
async def test_activity_does_not_start_where_anybodys_tokens_would_be_taken(
    changed: dict[str, Any], named: str
) -> None:
    with pytest.raises(MissingSetting, match=named):
        async with app.running(app.Settings(**{**GOOD, **changed})):
            pass


def test_an_unknown_preset_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_OIDC_PRESET", "okta")
    with pytest.raises(MissingSetting, match=r"^ATTUNE_OIDC_PRESET: "):
        read_settings(app.Settings)
