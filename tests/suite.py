"""The services as tests run them: real gRPC, real Postgres, real Redis, keys made for the run."""

import base64
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import asyncpg
import grpc
import jwt
from attune.activity.v1 import (
    activity_pb2_grpc,
    conversations_pb2_grpc,
    feedback_pb2_grpc,
    identity_pb2_grpc,
    llm_usage_pb2_grpc,
    memory_pb2_grpc,
    profiles_pb2_grpc,
    webhooks_pb2_grpc,
)
from attune.activity.v1 import metrics_pb2_grpc as activity_metrics_pb2_grpc
from attune.analytics.v1 import (
    audit_pb2_grpc,
    business_metrics_pb2_grpc,
    connections_pb2_grpc,
    dimensions_pb2_grpc,
    entries_pb2_grpc,
    event_definitions_pb2_grpc,
    insights_pb2_grpc,
    knowledge_items_pb2_grpc,
    knowledge_pb2_grpc,
    metrics_pb2_grpc,
    questions_pb2_grpc,
    tracking_pb2_grpc,
    vocabulary_pb2_grpc,
)
from attune.common.v1 import event_log_pb2_grpc
from attune.suggestions.v1 import metrics_pb2_grpc as suggestion_metrics_pb2_grpc
from attune.suggestions.v1 import patterns_pb2_grpc, preferences_pb2_grpc, suggestions_pb2_grpc
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
from redis.asyncio import Redis

from cli.local.postgres import Postgres
from cli.local.valkey import Valkey
from services.activity import app as activity_app
from services.analytics import app as analytics_app
from services.common.caller import Caller
from services.common.clock import utc_now
from services.common.tokens import TokenSigner
from services.suggestions import app as suggestions_app
from services.suggestions.templates.vocabulary import parse_vocabulary
from services.suggestions.vocabularies.store import VocabularyStore

PASSWORD = "test-service"
JWT_SECRET = "test-secret-that-is-long-enough-for-hs256"
ISSUER, AUDIENCE = "attune-tests", "attune"
SERVICE_KEYS = {name: f"test-{name}-key" for name in ("activity", "suggestions", "analytics")}
ENCRYPTION_KEYS = {"test": base64.b64encode(os.urandom(32)).decode()}
ORGANIZATION = "acme"
VOCABULARY = """
metrics = [
  { name = "profit" }, { name = "revenue", synonyms = ["sales", "turnover"] },
  { name = "margin" }, { name = "volume" }, { name = "price" },
]
dimensions = [
  { name = "region" }, { name = "product category" }, { name = "product" }, { name = "quarter" },
]
entities = [{ name = "stock" }, { name = "product" }, { name = "customer" }]
"""

_KEY = Ed25519PrivateKey.generate()
PRIVATE_KEY = _KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()
PUBLIC_KEY = (
    _KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


@dataclass(frozen=True)
class Servers:
    """The run's PostgreSQL and Valkey."""

    postgres: Postgres
    valkey: Valkey

    def admin_dsn(self, database: str = "postgres") -> str:
        return self.postgres.dsn(database)

    def dsn(self, database: str, schema: str) -> str:
        return self.postgres.dsn(database, f"attune_{schema}", PASSWORD)


@dataclass
class Suite:
    """Running services and their clients."""

    activity_settings: activity_app.Settings
    suggestions_settings: suggestions_app.Settings
    analytics_settings: analytics_app.Settings
    activity_channel: grpc.aio.Channel
    suggestions_channel: grpc.aio.Channel
    analytics_channel: grpc.aio.Channel
    addresses: Mapping[str, str]
    signer: TokenSigner = field(default_factory=lambda: TokenSigner(PRIVATE_KEY, utc_now))

    @cached_property
    def activity(self) -> "activity_pb2_grpc.ActivityServiceAsyncStub":
        return activity_pb2_grpc.ActivityServiceStub(self.activity_channel)

    @cached_property
    def conversations(self) -> "conversations_pb2_grpc.ConversationsServiceAsyncStub":
        return conversations_pb2_grpc.ConversationsServiceStub(self.activity_channel)

    @cached_property
    def identity(self) -> "identity_pb2_grpc.IdentityServiceAsyncStub":
        return identity_pb2_grpc.IdentityServiceStub(self.activity_channel)

    @cached_property
    def memory(self) -> "memory_pb2_grpc.MemoryServiceAsyncStub":
        return memory_pb2_grpc.MemoryServiceStub(self.activity_channel)

    @cached_property
    def llm_usage(self) -> "llm_usage_pb2_grpc.LlmUsageServiceAsyncStub":
        return llm_usage_pb2_grpc.LlmUsageServiceStub(self.activity_channel)

    @cached_property
    def traits(self) -> "profiles_pb2_grpc.TraitsServiceAsyncStub":
        return profiles_pb2_grpc.TraitsServiceStub(self.activity_channel)

    @cached_property
    def profiles(self) -> "profiles_pb2_grpc.ProfilesServiceAsyncStub":
        return profiles_pb2_grpc.ProfilesServiceStub(self.activity_channel)

    @cached_property
    def contexts(self) -> "profiles_pb2_grpc.ContextServiceAsyncStub":
        return profiles_pb2_grpc.ContextServiceStub(self.activity_channel)

    @cached_property
    def webhooks(self) -> "webhooks_pb2_grpc.WebhooksServiceAsyncStub":
        return webhooks_pb2_grpc.WebhooksServiceStub(self.activity_channel)

    @cached_property
    def events(self) -> "event_log_pb2_grpc.EventLogServiceAsyncStub":
        return event_log_pb2_grpc.EventLogServiceStub(self.activity_channel)

    @cached_property
    def feedback(self) -> "feedback_pb2_grpc.FeedbackServiceAsyncStub":
        return feedback_pb2_grpc.FeedbackServiceStub(self.activity_channel)

    @cached_property
    def activity_metrics(self) -> "activity_metrics_pb2_grpc.ActivityMetricsServiceAsyncStub":
        return activity_metrics_pb2_grpc.ActivityMetricsServiceStub(self.activity_channel)

    @cached_property
    def suggestion_metrics(self) -> "suggestion_metrics_pb2_grpc.SuggestionMetricsServiceAsyncStub":
        return suggestion_metrics_pb2_grpc.SuggestionMetricsServiceStub(self.suggestions_channel)

    @cached_property
    def suggestions(self) -> "suggestions_pb2_grpc.SuggestionsServiceAsyncStub":
        return suggestions_pb2_grpc.SuggestionsServiceStub(self.suggestions_channel)

    @cached_property
    def analytics_events(self) -> "event_log_pb2_grpc.EventLogServiceAsyncStub":
        return event_log_pb2_grpc.EventLogServiceStub(self.analytics_channel)

    @cached_property
    def vocabularies(self) -> "vocabulary_pb2_grpc.VocabularyServiceAsyncStub":
        return vocabulary_pb2_grpc.VocabularyServiceStub(self.analytics_channel)

    @cached_property
    def patterns(self) -> "patterns_pb2_grpc.PatternsServiceAsyncStub":
        return patterns_pb2_grpc.PatternsServiceStub(self.suggestions_channel)

    @cached_property
    def preferences(self) -> "preferences_pb2_grpc.PreferencesServiceAsyncStub":
        return preferences_pb2_grpc.PreferencesServiceStub(self.suggestions_channel)

    @cached_property
    def event_definitions(self) -> "event_definitions_pb2_grpc.EventDefinitionsServiceAsyncStub":
        return event_definitions_pb2_grpc.EventDefinitionsServiceStub(self.analytics_channel)

    @cached_property
    def tracking(self) -> "tracking_pb2_grpc.TrackingServiceAsyncStub":
        return tracking_pb2_grpc.TrackingServiceStub(self.analytics_channel)

    @cached_property
    def business_metrics(self) -> "business_metrics_pb2_grpc.BusinessMetricsServiceAsyncStub":
        return business_metrics_pb2_grpc.BusinessMetricsServiceStub(self.analytics_channel)

    @cached_property
    def dimensions(self) -> "dimensions_pb2_grpc.DimensionsServiceAsyncStub":
        return dimensions_pb2_grpc.DimensionsServiceStub(self.analytics_channel)

    @cached_property
    def entities(self) -> "dimensions_pb2_grpc.EntitiesServiceAsyncStub":
        return dimensions_pb2_grpc.EntitiesServiceStub(self.analytics_channel)

    @cached_property
    def metrics(self) -> "metrics_pb2_grpc.MetricsServiceAsyncStub":
        return metrics_pb2_grpc.MetricsServiceStub(self.analytics_channel)

    @cached_property
    def insights(self) -> "insights_pb2_grpc.InsightsServiceAsyncStub":
        return insights_pb2_grpc.InsightsServiceStub(self.analytics_channel)

    @cached_property
    def knowledge_items(self) -> "knowledge_items_pb2_grpc.KnowledgeItemsServiceAsyncStub":
        return knowledge_items_pb2_grpc.KnowledgeItemsServiceStub(self.analytics_channel)

    @cached_property
    def connections(self) -> "connections_pb2_grpc.ConnectionsServiceAsyncStub":
        return connections_pb2_grpc.ConnectionsServiceStub(self.analytics_channel)

    @cached_property
    def audit(self) -> "audit_pb2_grpc.AuditServiceAsyncStub":
        return audit_pb2_grpc.AuditServiceStub(self.analytics_channel)

    @cached_property
    def entries(self) -> "entries_pb2_grpc.KnowledgeEntriesServiceAsyncStub":
        return entries_pb2_grpc.KnowledgeEntriesServiceStub(self.analytics_channel)

    @cached_property
    def questions(self) -> "questions_pb2_grpc.CertifiedQuestionsServiceAsyncStub":
        return questions_pb2_grpc.CertifiedQuestionsServiceStub(self.analytics_channel)

    @cached_property
    def knowledge(self) -> "knowledge_pb2_grpc.KnowledgeServiceAsyncStub":
        return knowledge_pb2_grpc.KnowledgeServiceStub(self.analytics_channel)

    def as_(
        self,
        user: str = "ann",
        role: str = "analyst",
        *,
        org: str = ORGANIZATION,
        job_role: str = "analyst",
        **more: Any,
    ) -> Sequence[tuple[str, str]]:
        """gRPC metadata of a caller."""
        who = Caller(organization_id=org, subject=user, role=role, job_role=job_role, **more)
        token, _ = self.signer.sign(who)
        return (("authorization", f"Bearer {token}"),)

    async def install_vocabulary(
        self, organization: str, connection: str = "my-database", text: str = VOCABULARY
    ) -> None:
        """Have suggestions know the words of another connection."""
        dsn = self.suggestions_settings.suggestions_database_url
        await install_vocabulary(dsn, organization, connection, text)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """All services' background work, in this process."""
        async with (
            activity_app.working(self.activity_settings),
            suggestions_app.working(self.suggestions_settings),
            analytics_app.working(self.analytics_settings),
        ):
            yield


async def forget_contexts(servers: Servers) -> None:
    """All suites share one Valkey, and each has a database of its own: no copy outlives that."""
    async with Redis.from_url(servers.valkey.url()) as redis:
        async for key in redis.scan_iter("attune:context:*", count=1000):
            await redis.delete(key)


@asynccontextmanager
async def running_suite(
    servers: Servers,
    database: str,
    *,
    identity: Any = None,
    of_activity: Mapping[str, Any] | None = None,
    of_analytics: Mapping[str, Any] | None = None,
    **of_suggestions: Any,
) -> AsyncIterator[Suite]:
    """All services; `identity` is what activity believes, the others what each is told besides."""
    await forget_contexts(servers)
    activity = settings_of_activity(servers, database, identity, of_activity or {})
    async with AsyncExitStack() as stack:
        at_activity = await stack.enter_async_context(activity_app.running(activity))
        activity = activity.model_copy(update={"activity_address": at_activity})
        told = {"activity_address": at_activity, **(of_analytics or {})}
        analytics = settings_of_analytics(servers, database, told)
        at_analytics = await stack.enter_async_context(analytics_app.running(analytics))
        analytics = analytics.model_copy(update={"analytics_address": at_analytics})
        told = {"activity_address": at_activity, "analytics_address": at_analytics}
        suggestions = settings_of_suggestions(servers, database, told | of_suggestions)
        at_suggestions = await stack.enter_async_context(suggestions_app.running(suggestions))
        addresses = {
            "activity": at_activity,
            "suggestions": at_suggestions,
            "analytics": at_analytics,
        }
        to_activity, to_suggestions, to_analytics = [
            await stack.enter_async_context(grpc.aio.insecure_channel(address))
            for address in addresses.values()
        ]
        yield Suite(
            *(activity, suggestions, analytics),
            *(to_activity, to_suggestions, to_analytics),
            addresses,
        )


async def install_vocabulary(
    dsn: str,
    organization: str = ORGANIZATION,
    connection: str = "my-database",
    text: str = VOCABULARY,
) -> None:
    """Have suggestions know the words of a connection, as if analytics had told of them."""
    conn = await asyncpg.connect(dsn, server_settings={"search_path": suggestions_app.SCHEMA})
    try:
        words = {connection: parse_vocabulary(text)}
        await VocabularyStore().put(conn, organization, words, utc_now())
    finally:
        await conn.close()


def told_to_all(servers: Servers) -> dict[str, Any]:
    return {
        "redis_url": servers.valkey.url(),
        "token_public_keys": PUBLIC_KEY,
        "metrics_address": "",
        "event_sweep_seconds": 0.2,
    }


# The servers of tests, which are called as other people's would be.
CALLED = {"outgoing_allowed_networks": ["127.0.0.0/8"]}


def settings_of_activity(
    servers: Servers, database: str, identity: Any, told: Mapping[str, Any]
) -> activity_app.Settings:
    believed = {"jwt_issuer": ISSUER, "jwt_audience": AUDIENCE, "jwt_secret": JWT_SECRET}
    return activity_app.Settings(
        activity_database_url=servers.dsn(database, "activity"),
        activity_address="127.0.0.1:0",
        token_private_key=PRIVATE_KEY,
        service_keys=SERVICE_KEYS,
        activity_service_key=SERVICE_KEYS["activity"],
        encryption_keys=ENCRYPTION_KEYS,
        **told_to_all(servers) | CALLED | dict(told),
        **(believed if identity is None else dict(identity)),
    )


def settings_of_suggestions(
    servers: Servers, database: str, told: Mapping[str, Any]
) -> suggestions_app.Settings:
    return suggestions_app.Settings(
        suggestions_database_url=servers.dsn(database, "suggestions"),
        suggestions_address="127.0.0.1:0",
        suggestions_service_key=SERVICE_KEYS["suggestions"],
        **told_to_all(servers) | {"patterns_fresh_seconds": 0.0} | dict(told),
    )


def settings_of_analytics(
    servers: Servers, database: str, told: Mapping[str, Any]
) -> analytics_app.Settings:
    return analytics_app.Settings(
        analytics_database_url=servers.dsn(database, "analytics"),
        analytics_address="127.0.0.1:0",
        analytics_service_key=SERVICE_KEYS["analytics"],
        encryption_keys=ENCRYPTION_KEYS,
        **told_to_all(servers) | CALLED | dict(told),
    )


def jwt_for(
    user: str = "ann", org: str = ORGANIZATION, secret: str = JWT_SECRET, **claims: Any
) -> str:
    """A JWT from outside, as the configured issuer would make it."""
    now = datetime.now(UTC)
    told = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user,
        "org": org,
        "role": "analyst",
        "job_role": "analyst",
        "iat": now,
        "exp": now + timedelta(hours=1),
        **claims,
    }
    payload = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(payload, secret, algorithm="HS256")


def reason_of(err: grpc.aio.AioRpcError) -> str:
    """The ErrorInfo.reason of a failed call."""
    info = ErrorInfo()
    unpack(err, info)
    return str(info.reason)


def violations_of(err: grpc.aio.AioRpcError) -> Mapping[str, str]:
    """Field -> description of every violation that a failed call names."""
    bad = BadRequest()
    unpack(err, bad)
    return {v.field: v.description for v in bad.field_violations}


def unpack(err: grpc.aio.AioRpcError, into: Any) -> None:
    trailers = dict(err.trailing_metadata() or ())
    details: Sequence[AnyMessage] = Status.FromString(trailers["grpc-status-details-bin"]).details
    assert any(detail.Unpack(into) for detail in details)
