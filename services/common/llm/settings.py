"""What a process that asks models can be told by its environment."""

from typing import Annotated

from pydantic import Field

from services.common.settings import ProcessSettings

OPENAI_URL = "https://api.openai.com/v1"


class ModelSettings(ProcessSettings):
    """Settings of a process that asks models; those of OpenAI keep the names that they have."""

    openai_api_key: str = Field(
        default="", validation_alias="OPENAI_API_KEY", repr=False, pattern=r"^[\x21-\x7e]*$"
    )
    openai_base_url: str = Field(
        default="", validation_alias="OPENAI_BASE_URL", pattern=r"^(https?://[^/\s]+.*)?$"
    )
    # A call with all its tries; what waits for it may stop waiting before.
    llm_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0
    llm_tries: Annotated[int, Field(ge=1, le=10)] = 3
    # Calls under way at once in this process; another one is not made.
    llm_concurrency: Annotated[int, Field(ge=1, le=1000)] = 16
    # Longer means that activity, which keeps the ledger, is down or overwhelmed.
    llm_ledger_seconds: Annotated[float, Field(gt=0, le=30)] = 0.5
    # So many failures of the server in a row, and it is left alone for so long.
    llm_breaker_failures: Annotated[int, Field(ge=1)] = 5
    llm_breaker_seconds: Annotated[float, Field(gt=0)] = 30.0

    @property
    def model_base_url(self) -> str:
        return self.openai_base_url or OPENAI_URL
