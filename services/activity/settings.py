"""What can be set for activity, and what is refused."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from services.activity.identity.domain import ROLES
from services.activity.identity.presets import PRESETS, Preset
from services.common.consumer import SWEEP_SECONDS
from services.common.llm.settings import ModelSettings
from services.common.outgoing import OutgoingSettings
from services.common.pii.scanning import DEFAULT_REGION
from services.common.settings import MissingSetting
from services.common.vault import EncryptionSettings

SCHEMA = "activity"

UsdPrice = Annotated[float, Field(ge=0, le=1000)]
SECRET_BYTES = 32  # what HS256 needs (RFC 7518, 3.2)


class Settings(EncryptionSettings, ModelSettings, OutgoingSettings):
    """Each is the variable ATTUNE_<NAME>."""

    activity_database_url: str = "postgresql://attune_activity@127.0.0.1:5432/attune"
    activity_address: str = "127.0.0.1:50051"

    # Signs the tokens between services: an Ed25519 private key in PEM.
    token_private_key: str = ""
    # Service name -> key, those that may ask for service tokens.
    service_keys: dict[str, str] = Field(default_factory=dict)
    # What this service's own worker asks by: it reads the event log as any consumer does.
    activity_service_key: str = ""
    event_sweep_seconds: float = Field(default=SWEEP_SECONDS, gt=0)

    # The identity provider, whose tokens' form is known: it fills the settings that are left out.
    oidc_preset: Literal["", "clerk", "auth0", "keycloak", "oidc"] = ""
    # Whose JWTs are accepted from outside: by shared secret (HS256) or by JWKS (RS256, ES256).
    jwt_issuer: str = ""
    jwt_audience: str = "attune"
    # For whom the issuer may have made them: their `azp`. Empty means anybody.
    jwt_authorized_parties: Annotated[list[str], NoDecode] = Field(default_factory=list)
    jwt_secret: str = ""
    jwks_url: str = ""
    jwt_user_claim: str = "sub"
    jwt_organization_claim: str = "org"
    jwt_role_claim: str = "role"
    jwt_job_role_claim: str = "job_role"
    jwt_goals_claim: str = "goals"
    jwt_department_claim: str = "department"
    # The issuer's role name -> viewer, analyst or admin.
    jwt_role_names: dict[str, str] = Field(default_factory=dict)
    # For people whose token names no organization; empty refuses them.
    default_organization: str = ""
    # For members whose token names no role.
    default_role: str = "viewer"
    # API keys of an organization that have not ended.
    api_key_limit: int = Field(default=1000, ge=0)

    # A conversation in which nothing happens for so long is abandoned: what web analytics take for
    # the end of a visit.
    conversation_idle_minutes: int = Field(default=30, ge=1, le=30 * 24 * 60)
    # Tools whose use is a creation, by which people are activated.
    creation_tools: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: ["image_gen", "video_gen"]
    )
    # From which share of a month's quota on the credits are as good as used up.
    credit_exhaustion_share: float = Field(default=0.9, gt=0, le=1)
    # What a context may take as JSON, in bytes.
    context_max_bytes: int = Field(default=8192, ge=1024, le=65_536)
    # Streams of contexts in a process.
    context_watchers: int = Field(default=1000, ge=0)

    # Facts of a person that are remembered at once; 0 remembers nothing.
    memory_facts: int = Field(default=200, ge=0, le=2000)
    # The model that reads what people say and describes them; empty asks none.
    memory_model: str = Field(default="gpt-4o-mini", max_length=200)
    # Of one person it is asked at most once in so many minutes.
    memory_model_minutes: int = Field(default=15, ge=1, le=1440)
    # For so many days a fact is remembered that is not said again.
    memory_days: int = Field(default=365, ge=1, le=3650)

    # What an organization's calls of language models may take in a month of UTC.
    llm_monthly_budget_usd: Annotated[float, Field(ge=0, le=1_000_000)] = 10.0
    llm_monthly_budget_tokens: Annotated[int, Field(ge=0, le=10**12)] = 100_000_000
    # Model -> US dollars for a million tokens of prompt and of answer.
    llm_prices: dict[str, tuple[UsdPrice, UsdPrice]] = Field(
        default_factory=lambda: {"gpt-4o-mini": (0.15, 0.6)}
    )

    # What is done about personal data in what people say of answers.
    feedback_pii: Literal["mask", "encrypt", "refuse"] = "mask"
    # Whose phone numbers are known without a country code (ISO 3166); empty means nobody's.
    phone_region: str = Field(default=DEFAULT_REGION, pattern="^([A-Z]{2})?$")
    # How often a person may vote in a minute; 0 is any number.
    feedback_per_minute: int = Field(default=30, ge=0)
    feedback_kept_days: int = Field(default=90, ge=1)
    # A webhook is given so many seconds for an answer; deliveries are kept for so many days.
    webhook_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 15.0
    webhook_deliveries_kept_days: Annotated[int, Field(ge=1, le=3650)] = 30
    # The highest score of which `feedback.low_rating` tells.
    webhook_low_rating: Annotated[int, Field(ge=0, le=5)] = 2

    def check(self) -> None:
        """Raises MissingSetting where the service would be open or could not let anybody in."""
        if not self.token_private_key or not self.token_public_keys:
            raise MissingSetting("ATTUNE_TOKEN_PRIVATE_KEY and ATTUNE_TOKEN_PUBLIC_KEYS are needed")
        if not self.jwt_issuer or not (self.jwt_secret or self.jwks_url or self.oidc_preset):
            raise MissingSetting(
                "ATTUNE_JWT_ISSUER and one of ATTUNE_OIDC_PRESET, ATTUNE_JWKS_URL,"
                " ATTUNE_JWT_SECRET are needed"
            )
        if not self.jwt_audience and not self.jwt_authorized_parties:
            raise MissingSetting(
                "ATTUNE_JWT_AUTHORIZED_PARTIES or ATTUNE_JWT_AUDIENCE is needed: tokens that the"
                " issuer made for somebody else must not be accepted"
            )
        if wrong := set(self.jwt_role_names.values()) - set(ROLES):
            raise MissingSetting(
                f"ATTUNE_JWT_ROLE_NAMES: {min(wrong)!r} is none of {', '.join(ROLES)}"
            )
        if self.jwt_secret and len(self.jwt_secret.encode()) < SECRET_BYTES:
            raise MissingSetting(f"ATTUNE_JWT_SECRET must have at least {SECRET_BYTES} bytes")
        self.check_encryption()
        secrets = (self.jwt_secret, self.activity_database_url, *self.service_keys.values())
        self.refuse_development_secrets(*secrets)

    @field_validator("jwt_authorized_parties", "creation_tools", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        """Lists have commas between."""
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(",") if part.strip()]

    @property
    def conversation_idle(self) -> timedelta:
        return timedelta(minutes=self.conversation_idle_minutes)

    @property
    def preset(self) -> Preset | None:
        return PRESETS.get(self.oidc_preset)

    def completed(self) -> "Settings":
        """With what the preset knows where nothing, or something empty, was given."""
        if self.preset is None or not self.jwt_issuer:
            return self
        issuer = self.preset.issuer(self.jwt_issuer)
        given = {name for name in self.model_fields_set if getattr(self, name)}
        known = self.preset.defaults(issuer).items()
        filled = {name: value for name, value in known if name not in given}
        return self.model_copy(update={**filled, "jwt_issuer": issuer})
