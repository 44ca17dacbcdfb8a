"""A running identity service with a clock and an issuer of the test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import jwt
import pytest
from attune.activity.v1 import (
    activity_pb2_grpc,
    api_keys_pb2_grpc,
    identity_pb2_grpc,
    profiles_pb2_grpc,
)
from attune.activity.v1 import identity_pb2 as pb

from services.activity import app
from services.common.caller import Caller
from services.common.tokens import TokenSigner, TokenVerifier
from tests.activity.issuer import Issuer, SigningKey, claims_of
from tests.clock import Clock
from tests.suite import (
    AUDIENCE,
    ENCRYPTION_KEYS,
    ISSUER,
    JWT_SECRET,
    PRIVATE_KEY,
    PUBLIC_KEY,
    SERVICE_KEYS,
    Servers,
    reason_of,
)

RSA, EC, STRANGER = SigningKey.rsa(), SigningKey.ec(), SigningKey.rsa("stranger")
CODE = grpc.StatusCode


class Identity:
    """A running identity service, its clock and its issuer."""

    def __init__(
        self, channel: grpc.aio.Channel, clock: Clock, issuer: Issuer, address: str
    ) -> None:
        self.address = address
        self.stub = identity_pb2_grpc.IdentityServiceStub(channel)
        self.activities = activity_pb2_grpc.ActivityServiceStub(channel)
        self.keys = api_keys_pb2_grpc.ApiKeysServiceStub(channel)
        self.traits = profiles_pb2_grpc.TraitsServiceStub(channel)
        self.clock = clock
        self.issuer = issuer
        self.verifier = TokenVerifier(PUBLIC_KEY, clock)

    def hs256(self, secret: str | bytes = JWT_SECRET, **claims: Any) -> str:
        return jwt.encode(claims_of(self.clock(), **claims), secret, algorithm="HS256")

    async def exchange(self, credential: str) -> pb.ExchangeTokenResponse:
        return await self.stub.ExchangeToken(pb.ExchangeTokenRequest(credential=credential))

    async def caller(self, credential: str) -> Caller:
        """Whom the token names that the credential is exchanged for."""
        return self.verifier.verify((await self.exchange(credential)).token)

    async def refused(self, credential: str) -> grpc.StatusCode:
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await self.exchange(credential)
        assert reason_of(err.value) == err.value.code().name
        return err.value.code()

    def as_(self, user: str = "root", role: str = "admin", org: str = "acme") -> Any:
        who = Caller(organization_id=org, subject=user, role=role)
        token, _ = TokenSigner(PRIVATE_KEY, self.clock).sign(who)
        return (("authorization", f"Bearer {token}"),)


@asynccontextmanager
async def serving_identity(
    servers: Servers, database: str, issuer: Issuer, **changed: Any
) -> AsyncIterator[Identity]:
    clock = Clock()
    settings = app.Settings(
        **{
            "activity_database_url": servers.dsn(database, "activity"),
            "activity_address": "127.0.0.1:0",
            "redis_url": servers.valkey.url(),
            "token_private_key": PRIVATE_KEY,
            "token_public_keys": PUBLIC_KEY,
            "jwt_issuer": ISSUER,
            "jwt_audience": AUDIENCE,
            "jwt_secret": JWT_SECRET,
            "jwks_url": issuer.url,
            "service_keys": SERVICE_KEYS,
            "encryption_keys": ENCRYPTION_KEYS,
            **changed,
        }
    )
    async with (
        app.running(settings, clock) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        yield Identity(channel, clock, issuer, address)


async def code_of(call: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return err.value.code()
