"""Activity, wired: settings in, a listening service or a worker out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Annotated, Literal

import httpx2
from attune.activity.v1 import (
    activity_pb2,
    activity_pb2_grpc,
    api_keys_pb2,
    api_keys_pb2_grpc,
    identity_pb2,
    identity_pb2_grpc,
    llm_budget_pb2,
    llm_budget_pb2_grpc,
    llm_usage_pb2,
    llm_usage_pb2_grpc,
    metrics_pb2,
    metrics_pb2_grpc,
)
from pydantic import Field, field_validator
from pydantic_settings import NoDecode
from redis.asyncio import Redis

from services.activity.activities.recorder import Recorder
from services.activity.activities.service import ActivityService
from services.activity.activities.store import ActivityStore
from services.activity.api_keys.exchange import KeyExchange
from services.activity.api_keys.making import KeyMaker
from services.activity.api_keys.service import ApiKeysService, dropping_ended_keys
from services.activity.api_keys.store import ApiKeyStore
from services.activity.identity.credentials import Credentials, Trust
from services.activity.identity.domain import ROLES
from services.activity.identity.issuer_keys import KeySet
from services.activity.identity.presets import PRESETS, Preset
from services.activity.identity.service import IdentityService, Policy
from services.activity.identity.store import IdentityStore
from services.activity.llm_budget.service import LlmBudgetService
from services.activity.llm_budget.store import LlmBudgetStore
from services.activity.llm_budget.telemetry import measure
from services.activity.llm_usage.domain import Rates, rates_of
from services.activity.llm_usage.service import LlmUsageService
from services.activity.llm_usage.store import LlmUsageStore, entering_left
from services.activity.metrics.counting import counting
from services.activity.metrics.service import ActivityMetricsService
from services.activity.metrics.store import MetricsStore
from services.common import identity_hints
from services.common.clock import Clock, utc_now
from services.common.db import Pool, answers, pool_for
from services.common.event_log import Hints, served_event_log, upkeep
from services.common.idempotency import forgetting
from services.common.jobs import Job, working_jobs
from services.common.server import Served, serving
from services.common.settings import MissingSetting, ProcessSettings
from services.common.tasks import measuring
from services.common.tokens import TokenSigner, TokenVerifier

SCHEMA = "activity"
UsdPrice = Annotated[float, Field(ge=0, le=1000)]
SECRET_BYTES = 32  # what HS256 needs (RFC 7518, 3.2)


class Settings(ProcessSettings):
    """Each is the variable ATTUNE_<NAME>."""

    activity_database_url: str = "postgresql://attune_activity@127.0.0.1:5432/attune"
    activity_address: str = "127.0.0.1:50051"

    # Signs the tokens between services: an Ed25519 private key in PEM.
    token_private_key: str = ""
    # Service name -> key, those that may ask for service tokens.
    service_keys: dict[str, str] = Field(default_factory=dict)

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

    # What an organization's calls of language models may take in a month of UTC.
    llm_monthly_budget_usd: Annotated[float, Field(ge=0, le=1_000_000)] = 10.0
    llm_monthly_budget_tokens: Annotated[int, Field(ge=0, le=10**12)] = 100_000_000
    # Model -> US dollars for a million tokens of prompt and of answer.
    llm_prices: dict[str, tuple[UsdPrice, UsdPrice]] = Field(
        default_factory=lambda: {"gpt-4o-mini": (0.15, 0.6)}
    )

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
        secrets = (self.jwt_secret, self.activity_database_url, *self.service_keys.values())
        self.refuse_development_secrets(*secrets)

    @field_validator("jwt_authorized_parties", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        """Lists have commas between."""
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(",") if part.strip()]

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


@asynccontextmanager
async def running(settings: Settings, now: Clock = utc_now) -> AsyncIterator[str]:
    """Serve activity until the block ends; yields the address it listens on."""
    settings = settings.completed()
    settings.check()
    verifier = TokenVerifier(settings.token_public_keys, now)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(pool_of(settings))
        redis = await stack.enter_async_context(Redis.from_url(settings.redis_url))
        hints = await stack.enter_async_context(Hints(redis, SCHEMA).publishing())
        callers = await stack.enter_async_context(Hints(redis, identity_hints.SOURCE).publishing())
        client = await stack.enter_async_context(httpx2.AsyncClient())
        recorder = Recorder(ActivityStore(pool), hints, now)
        stack.push_async_callback(recorder.flushed)
        services = [
            served_activities(pool, recorder, now),
            served_identity(settings, pool, client, callers, now),
            served_api_keys(settings, pool, callers, now),
            served_metrics(pool, now),
            served_llm_usage(pool, rates(settings), now),
            served_llm_budget(pool, rates(settings), now),
            served_event_log(pool),
        ]
        serve = partial(serving, domain=SCHEMA, verifier=verifier, ready=partial(answers, pool))
        yield await stack.enter_async_context(serve(services, address=settings.activity_address))


@asynccontextmanager
async def working(settings: Settings, now: Clock = utc_now) -> AsyncIterator[None]:
    """Do activity's background work until the block ends."""
    async with (
        pool_of(settings) as pool,
        measuring("budgets", partial(measure, LlmBudgetStore(pool, rates(settings).limits), now)),
        working_jobs(pool, SCHEMA, jobs(pool, now), now),
    ):
        yield


@asynccontextmanager
async def known_jobs(pool: Pool) -> AsyncIterator[Sequence[Job]]:
    """The jobs of a worker, for whoever lists or enqueues them: none runs here."""
    yield jobs(pool)


def jobs(pool: Pool, now: Clock = utc_now) -> list[Job]:
    # What is left is entered as it was reserved, whatever prices are by now.
    ledger = LlmUsageStore(pool, rates_of({}, 0, 0))
    return [
        *upkeep(pool, now),
        forgetting(pool, now),
        dropping_ended_keys(pool, now),
        entering_left(ledger, now),
        counting(MetricsStore(pool), now),
    ]


def rates(settings: Settings) -> Rates:
    return rates_of(
        settings.llm_prices, settings.llm_monthly_budget_usd, settings.llm_monthly_budget_tokens
    )


def pool_of(settings: Settings) -> Pool:
    return pool_for(settings.activity_database_url, SCHEMA, settings.pool_size)


def served_activities(pool: Pool, recorder: Recorder, now: Clock) -> Served:
    return Served(
        activity_pb2.DESCRIPTOR.services_by_name["ActivityService"],
        activity_pb2_grpc.add_ActivityServiceServicer_to_server,
        ActivityService(ActivityStore(pool), recorder, now),
    )


def served_metrics(pool: Pool, now: Clock) -> Served:
    return Served(
        metrics_pb2.DESCRIPTOR.services_by_name["ActivityMetricsService"],
        metrics_pb2_grpc.add_ActivityMetricsServiceServicer_to_server,
        ActivityMetricsService(MetricsStore(pool), now),
    )


def served_identity(
    settings: Settings, pool: Pool, client: httpx2.AsyncClient, hints: Hints, now: Clock
) -> Served:
    trust = trust_of(settings)
    keys = None
    if settings.jwks_url or settings.preset:
        keys = KeySet(settings.jwks_url, client, now, settings.jwt_issuer)
    policy = Policy(
        trust=trust,
        default_role=settings.default_role,
        role_names=settings.jwt_role_names,
        service_keys=settings.service_keys,
    )
    signer = TokenSigner(settings.token_private_key, now)
    credentials = Credentials(trust, keys, now)
    api_keys = KeyExchange(ApiKeyStore(pool), now)
    return Served(
        identity_pb2.DESCRIPTOR.services_by_name["IdentityService"],
        identity_pb2_grpc.add_IdentityServiceServicer_to_server,
        IdentityService(IdentityStore(pool), credentials, api_keys, signer, policy, hints, now),
    )


def served_api_keys(settings: Settings, pool: Pool, hints: Hints, now: Clock) -> Served:
    store = ApiKeyStore(pool)
    maker = KeyMaker(store, settings.api_key_limit, now)
    return Served(
        api_keys_pb2.DESCRIPTOR.services_by_name["ApiKeysService"],
        api_keys_pb2_grpc.add_ApiKeysServiceServicer_to_server,
        ApiKeysService(store, maker, hints, now),
    )


def served_llm_usage(pool: Pool, known: Rates, now: Clock) -> Served:
    return Served(
        llm_usage_pb2.DESCRIPTOR.services_by_name["LlmUsageService"],
        llm_usage_pb2_grpc.add_LlmUsageServiceServicer_to_server,
        LlmUsageService(LlmUsageStore(pool, known), known, now),
    )


def served_llm_budget(pool: Pool, known: Rates, now: Clock) -> Served:
    store, ledger = LlmBudgetStore(pool, known.limits), LlmUsageStore(pool, known)
    return Served(
        llm_budget_pb2.DESCRIPTOR.services_by_name["LlmBudgetService"],
        llm_budget_pb2_grpc.add_LlmBudgetServiceServicer_to_server,
        LlmBudgetService(store, ledger, now),
    )


def trust_of(settings: Settings) -> Trust:
    preset = settings.preset or PRESETS["oidc"]
    return Trust(
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        secret=settings.jwt_secret,
        authorized_parties=settings.jwt_authorized_parties,
        expected=preset.expected,
        user_claim=settings.jwt_user_claim,
        organization_claim=settings.jwt_organization_claim,
        role_claim=settings.jwt_role_claim,
        job_role_claim=settings.jwt_job_role_claim,
        goals_claim=settings.jwt_goals_claim,
        department_claim=settings.jwt_department_claim,
        default_organization=settings.default_organization,
        lists_organizations=preset.lists_organizations,
    )
