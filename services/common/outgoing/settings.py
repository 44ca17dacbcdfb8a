"""What a process that calls addresses of users can be told by its environment."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from services.common.outgoing.addresses import networks_of
from services.common.outgoing.urls import Policy
from services.common.settings import ProcessSettings


class OutgoingSettings(ProcessSettings):
    """Settings of a process that calls addresses that users configure."""

    # Networks that may be called though they are not public, as 127.0.0.0/8 in tests.
    outgoing_allowed_networks: Annotated[list[str], NoDecode] = Field(default_factory=list)
    # Whether production calls http:// too, and not https:// alone.
    outgoing_allow_http: bool = False

    @field_validator("outgoing_allowed_networks", mode="before")
    @classmethod
    def networks(cls, value: object) -> object:
        """Lists have commas between."""
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(",") if part.strip()]

    @field_validator("outgoing_allowed_networks")
    @classmethod
    def are_networks(cls, value: list[str]) -> list[str]:
        networks_of(value)
        return value

    @property
    def outgoing_policy(self) -> Policy:
        return Policy(
            networks_of(self.outgoing_allowed_networks),
            self.outgoing_allow_http or self.environment != "production",
        )
