"""A service whose database goes away: it says so, refuses what it cannot do, and comes back."""

from collections.abc import AsyncIterator

import grpc
import pytest
from attune.activity.v1 import activity_pb2, activity_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli.local.postgres import Postgres
from services.activity import app
from services.common.caller import Caller
from services.common.clock import utc_now
from services.common.migrate import migrate
from services.common.tokens import TokenSigner
from tests.servers import Own, own_postgres
from tests.suite import (
    ENCRYPTION_KEYS,
    ISSUER,
    JWT_SECRET,
    PASSWORD,
    PRIVATE_KEY,
    PUBLIC_KEY,
    reason_of,
)
from tests.waiting import until

Status = health_pb2.HealthCheckResponse.ServingStatus


@pytest.fixture
async def own() -> AsyncIterator[Own[Postgres]]:
    """A migrated PostgreSQL of the test's own."""
    with own_postgres() as own:
        await migrate(own.server.dsn(), app.SCHEMA, str(app.__package__), PASSWORD)
        yield own


async def test_a_service_without_its_database_is_not_serving_and_recovers(
    own: Own[Postgres],
) -> None:
    settings = app.Settings(
        activity_database_url=own.server.dsn("postgres", "attune_activity", PASSWORD),
        activity_address="127.0.0.1:0",
        token_private_key=PRIVATE_KEY,
        token_public_keys=PUBLIC_KEY,
        jwt_issuer=ISSUER,
        jwt_secret=JWT_SECRET,
        encryption_keys=ENCRYPTION_KEYS,
        redis_url="redis://127.0.0.1:1/0",  # nobody is there, and nothing depends on it
    )
    async with app.running(settings) as address, grpc.aio.insecure_channel(address) as channel:
        assert await is_serving(channel)
        first = await log(channel)
        own.kill()
        assert not await is_serving(channel)
        for call in (log, history, log):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(channel)
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
            assert reason_of(refused.value) == "UNAVAILABLE"
        own.start()
        await until(lambda: is_serving(channel))
        assert await log(channel) == first + 1  # what failed left no gap
        assert await history(channel) == [first + 1, first]


async def is_serving(channel: grpc.aio.Channel) -> bool:
    stub = health_pb2_grpc.HealthStub(channel)
    answer = await stub.Check(health_pb2.HealthCheckRequest())
    return bool(answer.status == Status.SERVING)


async def log(channel: grpc.aio.Channel) -> int:
    request = activity_pb2.LogActivityRequest(activity_type="query", query_text="profit")
    stub = activity_pb2_grpc.ActivityServiceStub(channel)
    return int((await stub.LogActivity(request, metadata=metadata(), timeout=20)).activity_id)


async def history(channel: grpc.aio.Channel) -> list[int]:
    request = activity_pb2.GetActivityHistoryRequest()
    stub = activity_pb2_grpc.ActivityServiceStub(channel)
    found = await stub.GetActivityHistory(request, metadata=metadata(), timeout=20)
    return [activity.id for activity in found.activities]


def metadata() -> tuple[tuple[str, str], ...]:
    who = Caller(organization_id="acme", subject="ann", role="analyst")
    token, _ = TokenSigner(PRIVATE_KEY, utc_now).sign(who)
    return (("authorization", f"Bearer {token}"),)
