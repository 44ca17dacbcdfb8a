from pathlib import Path

import pytest

from cli.local.environment import Addresses, environments, service_database_url
from cli.local.secrets import Secrets, load_or_create

NAMES = ("activity", "suggestions", "suggestions-2", "analytics", "worker", "gateway")


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return load_or_create(tmp_path)


def addresses(host: str = "127.0.0.1") -> Addresses:
    return Addresses(
        database_url="postgresql://owner:x@db:5432/attune?sslmode=require",
        redis_url="redis://r",
        activity="127.0.0.1:1",
        suggestions="127.0.0.1:2,127.0.0.1:3",
        analytics="127.0.0.1:4",
        http_host=host,
        http_port=8000,
        metrics={name: f"127.0.0.1:{90 + i}" for i, name in enumerate(NAMES)},
    )


def test_each_service_logs_in_as_itself() -> None:
    url = "postgresql://owner:x@db:5432/attune?sslmode=require"
    assert service_database_url(url, "activity", "p/w") == (
        "postgresql://attune_activity:p%2Fw@db:5432/attune?sslmode=require"
    )


def test_each_suggestions_process_listens_at_its_own_address_and_the_gateway_knows_all(
    secrets: Secrets,
) -> None:
    given = {"ATTUNE_SUGGESTIONS_ADDRESS": "127.0.0.1:2,127.0.0.1:3"}
    made = environments(secrets, addresses(), given)
    assert {name: own["ATTUNE_SUGGESTIONS_ADDRESS"] for name, own in made.items()} == {
        "activity": "127.0.0.1:2,127.0.0.1:3",
        "suggestions": "127.0.0.1:2",
        "suggestions-2": "127.0.0.1:3",
        "analytics": "127.0.0.1:2,127.0.0.1:3",
        "worker": "127.0.0.1:2,127.0.0.1:3",
        "gateway": "127.0.0.1:2,127.0.0.1:3",
    }


def test_only_activity_and_its_worker_hold_the_signing_key(secrets: Secrets) -> None:
    made = environments(secrets, addresses(), {})
    holders = {name for name, own in made.items() if "ATTUNE_TOKEN_PRIVATE_KEY" in own}
    assert holders == {"activity", "worker"}


def test_no_service_gets_the_administrators_url(secrets: Secrets) -> None:
    made = environments(secrets, addresses(), {})
    assert not any("owner:x" in value for own in made.values() for value in own.values())


def test_the_gateway_reaches_no_database(secrets: Secrets) -> None:
    gateway = environments(secrets, addresses(), {})["gateway"]
    assert not any("DATABASE" in name for name in gateway)


def test_what_the_user_sets_wins(secrets: Secrets) -> None:
    given = {"ATTUNE_JWT_ISSUER": "https://id.example", "OPENAI_API_KEY": "k"}
    activity = environments(secrets, addresses(), given)["activity"]
    assert activity["ATTUNE_JWT_ISSUER"] == "https://id.example"
    assert activity["OPENAI_API_KEY"] == "k"


@pytest.mark.parametrize(
    "given", [{"ATTUNE_JWKS_URL": "https://id.example/keys"}, {"ATTUNE_OIDC_PRESET": "clerk"}]
)
def test_development_tokens_are_worth_nothing_beside_an_identity_provider(
    secrets: Secrets, given: dict[str, str]
) -> None:
    activity = environments(secrets, addresses(), given)["activity"]
    assert not {"ATTUNE_JWT_SECRET", "ATTUNE_JWT_ISSUER"} & activity.keys()


def test_the_launchers_own_url_stays_with_the_launcher(secrets: Secrets) -> None:
    given = {"ATTUNE_DATABASE_URL": "postgresql://owner:x@db/attune"}
    made = environments(secrets, addresses(), given)
    assert not any("ATTUNE_DATABASE_URL" in own for own in made.values())


def test_every_process_has_its_own_metrics(secrets: Secrets) -> None:
    made = environments(secrets, addresses(), {})
    assert len({own["ATTUNE_METRICS_ADDRESS"] for own in made.values()}) == len(NAMES)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("::", "http://127.0.0.1:8000"),
    ],
)
def test_the_address_can_be_called_from_here(host: str, address: str) -> None:
    assert addresses(host).http == address
