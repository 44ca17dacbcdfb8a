"""deploy/compose.yaml, without an engine: what each process would be told."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from cli.settings import read_settings as read_cli_settings
from gateway.app import Settings as GatewaySettings
from services.activity.app import Settings as ActivitySettings
from services.analytics.settings import Settings as AnalyticsSettings
from services.common.clock import utc_now
from services.common.settings import ProcessSettings, read_settings
from services.common.tokens import TokenVerifier
from services.suggestions.app import Settings as SuggestionsSettings
from tests.deploy.compose import DEPLOY, Unset, compose, environment, example
from tests.suite import PRIVATE_KEY, PUBLIC_KEY

GIVEN = example() | {
    "POSTGRES_PASSWORD": "superuser-password",
    "ACTIVITY_DATABASE_PASSWORD": "activity-password",
    "SUGGESTIONS_DATABASE_PASSWORD": "suggestions-password",
    "ANALYTICS_DATABASE_PASSWORD": "analytics-password",
    "VALKEY_PASSWORD": "valkey-password",
    "ATTUNE_TOKEN_PRIVATE_KEY": PRIVATE_KEY.replace("\n", ""),
    "ATTUNE_TOKEN_PUBLIC_KEYS": PUBLIC_KEY.replace("\n", ""),
    "ACTIVITY_SERVICE_KEY": "activity-key",
    "SUGGESTIONS_SERVICE_KEY": "suggestions-key",
    "ANALYTICS_SERVICE_KEY": "analytics-key",
    "ATTUNE_ENCRYPTION_KEYS": '{"2026-01": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}',
    "ATTUNE_JWT_ISSUER": "https://issuer.example",
}
SECRETS = [
    name for name in GIVEN if re.search("PASSWORD|PRIVATE_KEY|SERVICE_KEY|ENCRYPTION_KEYS", name)
]
NEEDED = [name for name, value in example().items() if not value]
OURS = ("activity", "suggestions", "analytics", "worker", "gateway")
PROCESSES: list[tuple[str, type[ProcessSettings]]] = [
    ("activity", ActivitySettings),
    ("suggestions", SuggestionsSettings),
    ("analytics", AnalyticsSettings),
    ("worker", ActivitySettings),
    ("worker", SuggestionsSettings),
    ("worker", AnalyticsSettings),
    ("gateway", GatewaySettings),
]


def told(service: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    given = GIVEN | dict(more or {})
    return environment(compose(given)[service], given)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [*read_cli_settings().variables]:
        if name.startswith("ATTUNE_"):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.mark.parametrize(("service", "settings"), PROCESSES)
def test_each_process_starts_in_production_with_what_it_is_told(
    service: str, settings: type[ProcessSettings], alone: pytest.MonkeyPatch
) -> None:
    for name, value in told(service).items():
        alone.setenv(name, value)
    found = read_settings(settings)
    assert found.environment == "production"
    TokenVerifier(found.token_public_keys, utc_now)
    if isinstance(found, ActivitySettings) and service == "activity":
        found.check()


@pytest.mark.parametrize(("service", "settings"), PROCESSES)
def test_every_variable_of_a_process_is_a_setting(
    service: str, settings: type[ProcessSettings]
) -> None:
    known = {
        field.validation_alias or f"ATTUNE_{field_name.upper()}"
        for name, each in PROCESSES
        if name == service
        for field_name, field in each.model_fields.items()
    }
    assert set(compose(GIVEN)[service]["environment"]) <= known


def test_the_identity_providers_names_are_handed_on(alone: pytest.MonkeyPatch) -> None:
    more = {"ATTUNE_JWT_ROLE_CLAIM": "app.role", "ATTUNE_JWT_ROLE_NAMES": '{"boss": "admin"}'}
    more |= {"ATTUNE_OIDC_PRESET": "clerk", "ATTUNE_JWT_AUTHORIZED_PARTIES": "https://a, https://b"}
    for name, value in told("activity", more).items():
        alone.setenv(name, value)
    found = read_settings(ActivitySettings)
    assert (found.jwt_role_claim, found.jwt_role_names) == ("app.role", {"boss": "admin"})
    assert found.jwt_authorized_parties == ["https://a", "https://b"]
    assert found.completed().jwks_url == "https://issuer.example/.well-known/jwks.json"


def test_only_who_asks_models_gets_their_key(alone: pytest.MonkeyPatch) -> None:
    more = {"OPENAI_API_KEY": "sk-4711"}
    assert [name for name in OURS if "sk-4711" in told(name, more).values()] == [
        "suggestions",
        "analytics",
        "worker",
    ]
    for name, value in told("suggestions", more).items():
        alone.setenv(name, value)
    assert read_settings(SuggestionsSettings).openai_api_key == "sk-4711"


@pytest.mark.parametrize("name", NEEDED)
def test_compose_refuses_an_empty_secret(name: str) -> None:
    with pytest.raises(Unset, match=name):
        compose(GIVEN | {name: ""})


def test_every_variable_is_in_the_example() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) == set(GIVEN)


def test_the_example_holds_no_secret() -> None:
    assert not any(example()[name] for name in SECRETS)


@pytest.mark.parametrize(
    ("service", "secrets"),
    [
        ("gateway", {"VALKEY_PASSWORD"}),
        (
            "activity",
            {
                "VALKEY_PASSWORD",
                "ACTIVITY_DATABASE_PASSWORD",
                "ATTUNE_TOKEN_PRIVATE_KEY",
                "ACTIVITY_SERVICE_KEY",
                "ATTUNE_ENCRYPTION_KEYS",
                "SUGGESTIONS_SERVICE_KEY",
                "ANALYTICS_SERVICE_KEY",
            },
        ),
        (
            "analytics",
            {
                "VALKEY_PASSWORD",
                "ANALYTICS_DATABASE_PASSWORD",
                "ANALYTICS_SERVICE_KEY",
                "ATTUNE_ENCRYPTION_KEYS",
            },
        ),
        (
            "suggestions",
            {"VALKEY_PASSWORD", "SUGGESTIONS_DATABASE_PASSWORD", "SUGGESTIONS_SERVICE_KEY"},
        ),
        (
            "worker",
            {
                "VALKEY_PASSWORD",
                "ACTIVITY_DATABASE_PASSWORD",
                "SUGGESTIONS_DATABASE_PASSWORD",
                "ANALYTICS_DATABASE_PASSWORD",
                "ACTIVITY_SERVICE_KEY",
                "SUGGESTIONS_SERVICE_KEY",
                "ANALYTICS_SERVICE_KEY",
                "ATTUNE_ENCRYPTION_KEYS",
            },
        ),
    ],
)
def test_a_process_is_told_no_secret_that_it_does_not_need(service: str, secrets: set[str]) -> None:
    values = "\n".join(told(service).values())
    assert {name for name in SECRETS if GIVEN[name] in values} == secrets


def test_only_the_gateway_is_published_and_only_on_loopback() -> None:
    published = {name: part["ports"] for name, part in compose(GIVEN).items() if "ports" in part}
    assert published == {"gateway": ["127.0.0.1:8000:8000"]}


def test_migrations_come_before_every_service_and_make_its_role() -> None:
    services = compose(GIVEN)
    for name in ("activity", "suggestions", "analytics", "worker"):
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"
    migrate = told("migrate")
    for name in ("activity", "suggestions", "analytics"):
        variable = f"ATTUNE_{name.upper()}_DATABASE_URL"
        assert migrate[variable] == told(name)[variable]
        assert urlsplit(migrate[variable]).username == f"attune_{name}"


def test_every_process_has_a_health_check_and_no_privileges() -> None:
    services = compose(GIVEN)
    for name in OURS:
        assert services[name]["healthcheck"]["test"][0] == "CMD"
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True


def test_the_image_gets_what_it_copies_and_nothing_else() -> None:
    ignore = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignore if not line.startswith("#")) == "*"
    named = [line.removeprefix("!") for line in ignore if line.startswith("!")]
    copied = re.findall(r"^COPY (?!--from)(\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(copied)
    assert all((DEPLOY.parent / name).exists() for name in named)
