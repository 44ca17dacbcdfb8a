"""What can be set for analytics, and what is refused."""

from pydantic import Field

from services.common.consumer import SWEEP_SECONDS
from services.common.llm.settings import ModelSettings
from services.common.outgoing import OutgoingSettings
from services.common.settings import MissingSetting
from services.common.vault import EncryptionSettings

SCHEMA = "analytics"


class Settings(EncryptionSettings, OutgoingSettings, ModelSettings):
    """Each is the variable ATTUNE_<NAME>."""

    analytics_database_url: str = "postgresql://attune_analytics@127.0.0.1:5432/attune"
    analytics_address: str = "127.0.0.1:50053"
    activity_address: str = "127.0.0.1:50051"
    # What activity knows this service by.
    analytics_service_key: str = ""
    # Whole months of answers of the chat go when all of them are older.
    chat_answers_kept_days: int = Field(default=180, ge=1)
    # Whether who wrote a certified question may not approve it.
    knowledge_approval_by_another: bool = True
    event_sweep_seconds: float = Field(default=SWEEP_SECONDS, gt=0)
    # What a query may take: seconds from connecting to its last row, bytes of rows as JSON, and
    # cost in the planner's units, of which 0 is any.
    query_seconds: float = Field(default=30, gt=0, le=50)
    query_bytes: int = Field(default=8 * 1024 * 1024, ge=1024, le=12 * 1024 * 1024)
    query_cost: float = Field(default=50_000_000, ge=0)
    # How many run at once, of an organization and of one person.
    queries_at_once: int = Field(default=8, ge=1)
    queries_at_once_per_user: int = Field(default=3, ge=1)
    # Sessions of a process on one database of one organization.
    query_connections: int = Field(default=4, ge=1)
    # How much of an organization's results Redis keeps.
    query_results_bytes: int = Field(default=64 * 1024 * 1024, ge=0)
    # The model that writes SQL where no definition answers a question; empty asks none.
    chat_model: str = Field(default="gpt-4o-mini", max_length=200)
    # The model that proposes better SQL to who writes it; empty asks none.
    query_help_model: str = Field(default="gpt-4o-mini", max_length=200)
    # Tokens of what is told with a question, and of all that one question takes.
    chat_model_context_tokens: int = Field(default=6_000, ge=1_000, le=100_000)
    chat_model_tokens: int = Field(default=60_000, ge=2_000, le=1_000_000)
    # Tools that a model uses for one question, and the time that it has.
    chat_model_tool_calls: int = Field(default=8, ge=1, le=50)
    chat_model_seconds: float = Field(default=45, gt=0, le=100)
    # Questions of a person that a model is asked in an hour, of which 0 is any.
    chat_model_questions_per_hour: int = Field(default=60, ge=0)
    # Whether it hears what is known of who asks, and sees personal data of rows by names alone.
    chat_model_user_context: bool = True
    chat_model_mask_personal_data: bool = True

    def check(self) -> None:
        """Raises MissingSetting where the service would be open."""
        if not self.token_public_keys:
            raise MissingSetting("ATTUNE_TOKEN_PUBLIC_KEYS is needed")
        self.check_encryption()
        self.refuse_development_secrets(self.analytics_database_url, self.analytics_service_key)
        asks = self.openai_api_key and (self.chat_model or self.query_help_model)
        if asks and not self.analytics_service_key:
            raise MissingSetting("ATTUNE_ANALYTICS_SERVICE_KEY is needed with OPENAI_API_KEY")

    def check_worker(self) -> None:
        """Raises MissingSetting where its worker could not ask activity for anything."""
        if not self.analytics_service_key:
            raise MissingSetting("ATTUNE_ANALYTICS_SERVICE_KEY is needed")
        self.check_encryption()
        self.refuse_development_secrets(self.analytics_database_url, self.analytics_service_key)
