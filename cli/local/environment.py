"""Turns secrets and addresses into the environment of each process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from cli.local.secrets import SERVICES, Secrets
from cli.settings import has_identity_provider

ISSUER = "attune-development"
AUDIENCE = "attune"


@dataclass(frozen=True)
class Addresses:
    """Where everything is. `database_url` names a user that may create roles and schemas.

    Of suggestions there may be several processes, with commas between their addresses.
    """

    database_url: str
    redis_url: str
    activity: str
    suggestions: str
    analytics: str
    http_host: str
    http_port: int
    metrics: Mapping[str, str]

    @property
    def each_suggestions(self) -> dict[str, str]:
        """The address of each of its processes, by the process's name."""
        return numbered("suggestions", self.suggestions)

    @property
    def http(self) -> str:
        host = self.http_host if self.http_host not in ("0.0.0.0", "::") else "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self.http_port}"


def numbered(service: str, addresses: str) -> dict[str, str]:
    """The processes of a service: the first has its name, the others a number too."""
    listed = addresses.split(",")
    return {f"{service}-{at}" if at > 1 else service: one for at, one in enumerate(listed, start=1)}


def service_database_url(database_url: str, service: str, password: str) -> str:
    """The same database, as the role of one service."""
    parts = urlsplit(database_url)
    place = parts.netloc.rpartition("@")[2]
    login = f"attune_{service}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{place}"))


def database_urls(
    database_url: str, secrets: Secrets, variables: Mapping[str, str]
) -> dict[str, str]:
    """ATTUNE_<SERVICE>_DATABASE_URL of every service; one that the user gave stays."""
    urls = {}
    for service in SERVICES:
        name = f"ATTUNE_{service.upper()}_DATABASE_URL"
        generated = service_database_url(database_url, service, secrets.database_passwords[service])
        urls[name] = variables.get(name) or generated
    return urls


def environments(
    secrets: Secrets, addresses: Addresses, variables: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """The environment of each process, by its name: what it needs, and the user's own on top."""
    urls = database_urls(addresses.database_url, secrets, variables)
    activity = identity(secrets, variables) | {
        "ATTUNE_ACTIVITY_DATABASE_URL": urls["ATTUNE_ACTIVITY_DATABASE_URL"]
    }
    own_log = {"ATTUNE_ACTIVITY_SERVICE_KEY": secrets.service_keys["activity"]}
    suggestions = {
        "ATTUNE_SUGGESTIONS_DATABASE_URL": urls["ATTUNE_SUGGESTIONS_DATABASE_URL"],
        "ATTUNE_SUGGESTIONS_SERVICE_KEY": secrets.service_keys["suggestions"],
    }
    analytics = {
        "ATTUNE_ANALYTICS_DATABASE_URL": urls["ATTUNE_ANALYTICS_DATABASE_URL"],
        "ATTUNE_ANALYTICS_SERVICE_KEY": secrets.service_keys["analytics"],
        "ATTUNE_ENCRYPTION_KEYS": json.dumps(secrets.encryption_keys),
    }
    http = {"ATTUNE_HTTP_HOST": addresses.http_host, "ATTUNE_HTTP_PORT": str(addresses.http_port)}
    own = {
        "activity": activity,
        **{
            name: suggestions | {"ATTUNE_SUGGESTIONS_ADDRESS": address}
            for name, address in addresses.each_suggestions.items()
        },
        "analytics": analytics,
        "worker": activity | own_log | suggestions | analytics,
        "gateway": http,
    }
    # The administrator's no service may have; and each process listens at an address of its own.
    ours = {*http, "ATTUNE_DATABASE_URL", "ATTUNE_SUGGESTIONS_ADDRESS"}
    inherited = {name: value for name, value in variables.items() if name not in ours}
    return {
        name: shared(secrets, addresses, name) | special | inherited
        for name, special in own.items()
    }


def shared(secrets: Secrets, addresses: Addresses, name: str) -> dict[str, str]:
    return {
        "ATTUNE_ENVIRONMENT": "development",
        "ATTUNE_REDIS_URL": addresses.redis_url,
        "ATTUNE_TOKEN_PUBLIC_KEYS": secrets.token_public_key,
        "ATTUNE_ACTIVITY_ADDRESS": addresses.activity,
        "ATTUNE_SUGGESTIONS_ADDRESS": addresses.suggestions,
        "ATTUNE_ANALYTICS_ADDRESS": addresses.analytics,
        "ATTUNE_METRICS_ADDRESS": addresses.metrics[name],
        # Two arenas instead of eight a core: tens of megabytes less for each process.
        "MALLOC_ARENA_MAX": "2",
    }


def identity(secrets: Secrets, variables: Mapping[str, str]) -> dict[str, str]:
    """What activity needs to know people and services by.

    With an identity provider of the user's, development tokens are good for nothing.
    """
    own = {
        "ATTUNE_TOKEN_PRIVATE_KEY": secrets.token_private_key,
        "ATTUNE_SERVICE_KEYS": json.dumps(secrets.service_keys),
        "ATTUNE_ENCRYPTION_KEYS": json.dumps(secrets.encryption_keys),
    }
    if has_identity_provider(variables):
        return own
    return own | {
        "ATTUNE_JWT_SECRET": secrets.jwt_secret,
        "ATTUNE_JWT_ISSUER": ISSUER,
        "ATTUNE_JWT_AUDIENCE": AUDIENCE,
    }
