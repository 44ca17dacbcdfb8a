"""What every process can be told by its environment. Each app.py extends this."""

import re
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

# How the secrets begin that the launcher makes for a developer's machine.
DEVELOPMENT = re.compile(r"(^|:)dev-")

S = TypeVar("S", bound=BaseSettings)


class ProcessSettings(BaseSettings):
    """Settings of any process; each is the variable ATTUNE_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="ATTUNE_", populate_by_name=True, extra="ignore", frozen=True
    )

    environment: Literal["development", "production"] = "development"
    redis_url: str = "redis://127.0.0.1:6379/0"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    # Where Prometheus reads this process; port 0 takes a free one, empty means none.
    metrics_address: str = "127.0.0.1:0"
    # PEM public keys (Ed25519) that sign the tokens between services, one after the other.
    token_public_keys: str = ""

    # Connections to PostgreSQL of each process and schema.
    # A worker keeps one for its queue, and has the others for what it does.
    pool_size: int = Field(default=5, ge=2, le=100)

    def refuse_development_secrets(self, *secrets: str) -> None:
        """Raises MissingSetting in production for a secret, or a URL with one, of `make run`."""
        given = (*secrets, self.redis_url, self.token_public_keys)
        if self.environment == "production" and any(map(DEVELOPMENT.search, given)):
            raise MissingSetting("production refuses development secrets (dev-…): make your own")


class MissingSetting(Exception):
    """A setting is absent or wrong; the message names the variable."""


def read_settings(settings: type[S], **overrides: Any) -> S:
    """Build settings from the environment, naming the variable of each mistake."""
    try:
        return settings(**overrides)
    except ValidationError as err:
        lines = (f"{variable(settings, e['loc'])}: {e['msg']}" for e in err.errors())
        raise MissingSetting("\n".join(lines)) from None
    except SettingsError as err:  # tells the field, in quotes, of a map or list that is no JSON
        _, field, *_ = str(err).split('"')
        raise MissingSetting(f"{variable(settings, (field,))}: must be JSON") from None


def variable(settings: type[BaseSettings], loc: tuple[int | str, ...]) -> str:
    prefix = settings.model_config.get("env_prefix") or ""
    name = str(loc[0]) if loc else "settings"
    return name if name.isupper() else f"{prefix}{name}".upper()
