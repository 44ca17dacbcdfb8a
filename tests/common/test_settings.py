from typing import Any

import pytest

from services.activity import app as activity
from services.common.settings import MissingSetting, ProcessSettings, read_settings
from services.suggestions import app as suggestions
from tests.suite import ENCRYPTION_KEYS, JWT_SECRET, PRIVATE_KEY, PUBLIC_KEY


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("ATTUNE_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATTUNE_POOL_SIZE", "none"),
        ("ATTUNE_POOL_SIZE", "1"),
        ("ATTUNE_ENVIRONMENT", "staging"),
        ("ATTUNE_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(MissingSetting, match=f"^{name}: "):
        read_settings(ProcessSettings)


def test_every_mistake_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_POOL_SIZE", "x")
    monkeypatch.setenv("ATTUNE_SUGGESTION_TTL_SECONDS", "-1")
    with pytest.raises(MissingSetting) as wrong:
        read_settings(suggestions.Settings)
    assert "ATTUNE_POOL_SIZE" in str(wrong.value)
    assert "ATTUNE_SUGGESTION_TTL_SECONDS" in str(wrong.value)


@pytest.mark.parametrize("value", ["{", "[]", '{"suggestions": 1}'])
def test_a_wrong_map_names_its_variable(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ATTUNE_SERVICE_KEYS", value)
    with pytest.raises(MissingSetting, match="ATTUNE_SERVICE_KEYS"):
        read_settings(activity.Settings)


def test_a_secret_is_not_told_with_the_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_SERVICE_KEYS", '{"suggestions": ["hunter2"]}')
    with pytest.raises(MissingSetting) as wrong:
        read_settings(activity.Settings)
    assert "hunter2" not in str(wrong.value)


GOOD = {
    "token_private_key": PRIVATE_KEY,
    "token_public_keys": PUBLIC_KEY,
    "jwt_issuer": "issuer",
    "jwt_secret": JWT_SECRET,
    "encryption_keys": ENCRYPTION_KEYS,
}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"token_private_key": ""}, "ATTUNE_TOKEN_PRIVATE_KEY"),
        ({"token_public_keys": ""}, "ATTUNE_TOKEN_PUBLIC_KEYS"),
        ({"jwt_issuer": ""}, "ATTUNE_JWT_ISSUER"),
        ({"jwt_secret": ""}, "ATTUNE_JWT_SECRET"),
        ({"encryption_keys": {}}, "ATTUNE_ENCRYPTION_KEYS"),
        ({"encryption_keys": {"one": "c2hvcnQ="}}, "ATTUNE_ENCRYPTION_KEYS"),
        ({"encryption_keys": {"a b": ENCRYPTION_KEYS["test"]}}, "ATTUNE_ENCRYPTION_KEYS"),
        (
            {"environment": "production", "encryption_keys": {"dev-1": ENCRYPTION_KEYS["test"]}},
            "development secrets",
        ),
        (
            {"environment": "production", "jwt_secret": "dev-" + "x" * 40 + "x" * 40},
            "development secrets",
        ),
        (
            {"environment": "production", "service_keys": {"suggestions": "dev-key"}},
            "development secrets",
        ),
    ],
)
async def test_activity_does_not_start_open_or_shut(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(MissingSetting, match=named):
        async with activity.running(activity.Settings(**{**GOOD, **changed})):
            pass


async def test_suggestions_do_not_start_without_keys_to_verify_with() -> None:
    with pytest.raises(MissingSetting, match="ATTUNE_TOKEN_PUBLIC_KEYS"):
        async with suggestions.running(suggestions.Settings()):
            pass
