"""What the user's environment tells the command `attune`; no other module of cli/ reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.local.errors import UsageError

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """`variables` are the user's own: the processes inherit them, and they win over generated ones.

    A port of 0 means any free one. A URL of None means the embedded server.
    """

    home: Path
    http_host: str
    http_port: int
    postgres_port: int
    valkey_port: int
    database_url: str | None
    redis_url: str | None
    variables: Mapping[str, str]

    @property
    def has_identity_provider(self) -> bool:
        """True where tokens come from outside, so that development tokens are not accepted."""
        return has_identity_provider(self.variables)


def has_identity_provider(variables: Mapping[str, str]) -> bool:
    return any(variables.get(name) for name in ("ATTUNE_OIDC_PRESET", "ATTUNE_JWKS_URL"))


def read_settings(variables: Mapping[str, str] | None = None) -> Settings:
    """Read the environment. Raises UsageError, naming the variable."""
    given = dict(os.environ if variables is None else variables)
    return Settings(
        home=Path(given.get("ATTUNE_HOME") or default_home()).absolute(),
        http_host=given.get("ATTUNE_HTTP_HOST") or "127.0.0.1",
        http_port=port(given, "ATTUNE_HTTP_PORT", 8000),
        postgres_port=port(given, "ATTUNE_POSTGRES_PORT", 0),
        valkey_port=port(given, "ATTUNE_VALKEY_PORT", 0),
        database_url=given.get("ATTUNE_DATABASE_URL") or None,
        redis_url=given.get("ATTUNE_REDIS_URL") or None,
        variables=given,
    )


def default_home() -> Path:
    """`.attune` in the checkout, wherever the command is called; else in the current folder."""
    is_checkout = (CHECKOUT / "pyproject.toml").is_file()
    return (CHECKOUT if is_checkout else Path.cwd()) / ".attune"


def port(given: Mapping[str, str], name: str, default: int) -> int:
    value = given.get(name) or str(default)
    if not value.isdecimal() or int(value) > 65535:
        raise UsageError(f"{name} must be a port number, from 0 to 65535, and is {value!r}.")
    return int(value)
