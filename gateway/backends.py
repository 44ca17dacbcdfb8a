"""Connections to the services, and whether they are ready."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2

HEALTH = "/grpc.health.v1.Health/Check"
HEALTH_SECONDS = 2.0


def unary(
    channel: grpc.aio.Channel, method: str, request: type[Message], response: type[Message]
) -> Any:
    return channel.unary_unary(
        method,
        request_serializer=request.SerializeToString,
        response_deserializer=response.FromString,
    )


async def readiness(channels: Mapping[str, grpc.aio.Channel]) -> dict[str, str]:
    """Each service's health by its own word: SERVING, or why not."""
    states = await asyncio.gather(*[health(channel) for channel in channels.values()])
    return dict(zip(channels, states, strict=True))


async def health(channel: grpc.aio.Channel) -> str:
    request, response = health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse
    ask = unary(channel, HEALTH, request, response)
    try:
        answer = await ask(request(), timeout=HEALTH_SECONDS)
    except grpc.aio.AioRpcError as error:
        return str(error.code().name)
    return str(response.ServingStatus.Name(answer.status))


class Verdict:
    """The error a service ended a call with, also after gRPC has overwritten it.

    When a service ends a call while a message to it is still being sent, grpc.aio replaces the
    status it has received by an INTERNAL of its own. Each status is seen here as it is set.
    """

    def __init__(self, call: Any) -> None:
        self.error: grpc.aio.AioRpcError | None = None
        call.add_done_callback(self._see)

    def _see(self, call: Any) -> None:
        code = known(call.code())
        if self.error is None and code not in (grpc.StatusCode.OK, grpc.StatusCode.INTERNAL):
            self.error = grpc.aio.AioRpcError(
                code,
                known(call.initial_metadata()),
                known(call.trailing_metadata()),
                known(call.details()),
            )


def known(answer: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that has nothing to wait for."""
    try:
        answer.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("the call has not ended yet")
