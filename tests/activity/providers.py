"""Tokens as identity providers make them, with the settings that each needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from tests.activity.issuer import Issuer, SigningKey

ORIGIN = "https://app.acme.example"
API = "https://api.acme.example/attune"


@dataclass(frozen=True)
class Provider:
    """`path` and `slash` make the `iss` from the issuer's address, `claims` a token of ann."""

    preset: str
    settings: Mapping[str, Any]
    claims: Mapping[str, Any]
    path: str = ""
    header: Mapping[str, Any] | None = None

    def issuer(self, issuer: Issuer) -> str:
        return issuer.address + self.path

    def told(self, issuer: Issuer) -> dict[str, Any]:
        """The settings of a service that believes this provider."""
        return {
            "oidc_preset": self.preset,
            "jwt_issuer": self.issuer(issuer),
            "jwt_audience": "",
            "jwt_secret": "",
            "jwks_url": "",
            **self.settings,
        }

    def token(self, issuer: Issuer, key: SigningKey, now: datetime, **changed: Any) -> str:
        """A token; None leaves a claim out, and `{}` in a text is the issuer."""
        iss = self.issuer(issuer)
        times = {"iat": now, "exp": now + timedelta(hours=1)}
        told = {"iss": iss, **self.claims, **times, **changed}
        claims = {name: filled(value, iss) for name, value in told.items() if value is not None}
        headers = {"kid": key.kid, **(self.header or {})}
        return jwt.encode(claims, key.key, algorithm=key.algorithm, headers=headers)


def filled(value: Any, issuer: str) -> Any:
    if isinstance(value, list):
        return [filled(item, issuer) for item in value]
    return value.replace("{}", issuer) if isinstance(value, str) else value


CLERK = Provider(
    preset="clerk",
    settings={"jwt_authorized_parties": [ORIGIN]},
    claims={
        "azp": ORIGIN,
        "sub": "user_2NNEqL2nrIRdJ194ndJqAHwEfxC",
        "sid": "sess_123",
        "fva": [7, -1],
        "pla": "o:pro",
        "fea": "o:dashboard,o:impersonation",
        "sts": "active",
        "v": 2,
        "o": {
            "id": "org_2bTxN3",
            "slg": "acme",
            "rol": "admin",
            "per": "manage,read",
            "fpm": "3,2",
        },
    },
    header={"cat": "cl_B7d4PD111AAA", "typ": "JWT"},
)
CLERK_1 = Provider(
    preset="clerk",
    settings=CLERK.settings,
    claims={
        "azp": ORIGIN,
        "sub": "user_2NNEqL2nrIRdJ194ndJqAHwEfxC",
        "sid": "sess_123",
        "org_id": "org_2bTxN3",
        "org_slug": "acme",
        "org_role": "org:admin",
        "org_permissions": ["org:dashboard:read"],
    },
)
AUTH0 = Provider(
    preset="auth0",
    settings={"jwt_audience": API},
    path="/",
    claims={
        "sub": "auth0|6553da60a54af58e29493993",
        "aud": [API, "{}userinfo"],
        "azp": "my_client_id",
        "scope": "openid profile",
        "org_id": "org_9ybsU1dN2dKfDkBi",
        "permissions": ["attune:viewer", "attune:admin", "read:reports"],
    },
)
# The access token profile of RFC 9068, with claims that an Action has set.
AUTH0_9068 = Provider(
    preset="auth0",
    settings=AUTH0.settings,
    path="/",
    header={"typ": "at+jwt"},
    claims={
        "sub": "auth0|6553da60a54af58e29493993",
        "aud": API,
        "client_id": "my_client_id",
        "jti": "73WakrfVbNJBaAmhQtEeDv",
        "org_id": "org_9ybsU1dN2dKfDkBi",
        "https://attune/role": "admin",
        "https://attune/job_role": "trader",
        "https://attune/department": "Equities",
        "https://attune/goals": ["growth"],
    },
)
KEYCLOAK = Provider(
    preset="keycloak",
    settings={"jwt_audience": "attune"},
    path="/realms/acme",
    claims={
        "jti": "onrtac:c1b5",
        "aud": ["attune", "account"],
        "sub": "f1c4f64e-2c0c-4cda-8c9f-9f3f8f3a2b0e",
        "typ": "Bearer",
        "azp": "attune-web",
        "sid": "4c0a3a8a-3a47-4f2f-8e89-9e5f9b0a0a0a",
        "acr": "1",
        "allowed-origins": [ORIGIN],
        "realm_access": {
            "roles": ["offline_access", "attune-analyst", "attune-admin", "uma_authorization"]
        },
        "resource_access": {"account": {"roles": ["manage-account"]}},
        "scope": "openid organization:acme",
        "organization": ["acme"],
        "preferred_username": "ann",
    },
)
# Where the mapper adds the organization's id, the claim is an object.
KEYCLOAK_IDS = Provider(
    preset="keycloak",
    settings=KEYCLOAK.settings,
    path="/realms/acme",
    claims={**KEYCLOAK.claims, "organization": {"acme": {"id": "42c3e46f-2477-44d7"}}},
)
PROVIDERS = {
    "Clerk": CLERK,
    "Clerk, version 1": CLERK_1,
    "Auth0": AUTH0,
    "Auth0, RFC 9068": AUTH0_9068,
    "Keycloak": KEYCLOAK,
    "Keycloak, with ids": KEYCLOAK_IDS,
}
ORGANIZATIONS = {"clerk": "org_2bTxN3", "auth0": "org_9ybsU1dN2dKfDkBi", "keycloak": "acme"}
