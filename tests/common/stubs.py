"""A service whose behaviour the test decides, behind the real pipeline."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
from attune.activity.v1 import activity_pb2, activity_pb2_grpc
from attune.common.v1 import event_log_pb2, event_log_pb2_grpc

from services.common.clock import utc_now
from services.common.server import Served, serving
from services.common.tokens import TokenVerifier
from tests.suite import PUBLIC_KEY

Behaviour = Callable[[Any], Awaitable[Any]]


async def nothing() -> None:
    """The readiness of a service that needs nothing."""


class Activities(activity_pb2_grpc.ActivityServiceServicer):
    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    async def GetActivityHistory(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._behaviour(request)

    async def SnapshotActivities(self, request: Any, context: Any) -> Any:  # noqa: N802
        yield activity_pb2.SnapshotActivitiesResponse(as_of=1)
        yield await self._behaviour(request)


class Heads(event_log_pb2_grpc.EventLogServiceServicer):
    async def ListHeads(self, request: Any, context: Any) -> Any:  # noqa: N802
        return event_log_pb2.ListHeadsResponse()


@asynccontextmanager
async def stubbed(behaviour: Behaviour) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a service that does this at GetActivityHistory and in SnapshotActivities."""
    async with stub_serving(behaviour) as address, grpc.aio.insecure_channel(address) as channel:
        yield channel


@asynccontextmanager
async def stub_serving(behaviour: Behaviour) -> AsyncIterator[str]:
    """The service alone; yields its address."""
    services = [
        Served(
            activity_pb2.DESCRIPTOR.services_by_name["ActivityService"],
            activity_pb2_grpc.add_ActivityServiceServicer_to_server,
            Activities(behaviour),  # type: ignore[abstract]  # the others are UNIMPLEMENTED
        ),
        Served(
            event_log_pb2.DESCRIPTOR.services_by_name["EventLogService"],
            event_log_pb2_grpc.add_EventLogServiceServicer_to_server,
            Heads(),  # type: ignore[abstract]
        ),
    ]
    verifier = TokenVerifier(PUBLIC_KEY, utc_now)
    async with serving(services, domain="stub", verifier=verifier, ready=nothing) as address:
        yield address
