"""What stands in for Attune's services: an echo of every form, and an identity service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from attune.activity.v1 import identity_pb2
from attune.common.v1 import multiplex_pb2_grpc
from attune.common.v1.http_pb2 import HttpResponse
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from services.common.multiplex import Multiplexer
from tests.gateway import compiled  # noqa: F401  (puts attune.echo.v1 on the path)

from attune.echo.v1 import echo_pb2, echo_pb2_grpc  # isort: skip
from tests.gateway.carried import Pipeline

Context = Any
TOKEN_SECONDS = 300


class Echo(echo_pb2_grpc.EchoServiceServicer):  # type: ignore[misc]
    """Answers with what it got."""

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.calls = 0

    async def Everything(self, request: Any, context: Context) -> Any:
        self.calls += 1
        return request

    async def Batch(self, request: Any, context: Context) -> Any:
        return request

    async def Paths(self, request: Any, context: Context) -> Any:
        return request

    async def Update(self, request: Any, context: Context) -> Any:
        if request.resource.text == "refuse":
            how = {"code": "INVALID_ARGUMENT", "reason": "INVALID_FIELD"}
            fields = ["resource.text", "id"]
            await self.Fail(echo_pb2.FailRequest(fields=fields, **how), context)
        return request

    async def Names(self, request: Any, context: Context) -> Any:
        return echo_pb2.NamesResponse(names=request.tags, count=len(request.tags))

    async def Metadata(self, request: Any, context: Context) -> Any:
        pairs = sorted(f"{key}={value}" for key, value in context.invocation_metadata())
        return echo_pb2.NamesResponse(names=pairs, count=len(pairs))

    Open = Metadata

    async def Fail(self, request: Any, context: Context) -> Any:
        code = grpc.StatusCode[request.code]
        if request.bare:
            await context.abort(code, request.detail)
        status = Status(code=code.value[0], message=request.detail)
        metadata = {"retry_after": request.retry_after} if request.retry_after else {}
        status.details.add().Pack(ErrorInfo(reason=request.reason, metadata=metadata))
        violations = BadRequest()
        for field in request.fields:
            violations.field_violations.add(field=field, description="is wrong")
        status.details.add().Pack(violations)
        details = ("grpc-status-details-bin", status.SerializeToString())
        await context.abort(code, request.detail, (details,))

    async def Wait(self, request: Any, context: Context) -> Any:
        await self._wait()
        return request

    Hurry = Wait

    async def _wait(self) -> None:
        self.waiting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def Count(self, request: Any, context: Context) -> AsyncIterator[Any]:
        for number in range(1, request.to + 1):
            yield echo_pb2.PathRequest(number=number)
        if request.fail:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no more")
        if request.wait:
            await self._wait()

    async def StreamSteps(self, request: Any, context: Context) -> AsyncIterator[Any]:
        for step in steps_of(request):
            yield step

    async def ListSteps(self, request: Any, context: Context) -> Any:
        return echo_pb2.StepsResponse(steps=steps_of(request))

    async def File(self, request: Any, context: Context) -> Any:
        headers = HttpResponse(
            headers={"Content-Disposition": f'attachment; name="{request.name}"'}
        )
        return HttpBody(
            content_type=request.file.content_type,
            data=request.file.data,
            extensions=[packed(headers)],
        )

    async def Raw(self, request: Any, context: Context) -> Any:
        return request

    async def Upload(self, requests: AsyncIterator[Any], context: Context) -> Any:
        answer = echo_pb2.UploadResponse()
        async for request in requests:
            if answer.messages == 0:
                answer.name, answer.note = request.name, request.note
                answer.content_type = request.file.content_type
            if request.note == "refuse":
                await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "enough")
            answer.size += len(request.file.data)
            answer.messages += 1
        return answer

    async def Download(self, request: Any, context: Context) -> AsyncIterator[Any]:
        if request.fail and not request.to:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such file")
        headers = packed(HttpResponse(headers={"content-disposition": "attachment"}))
        for number in range(request.to):
            first = {"content_type": "text/csv", "extensions": [headers]} if not number else {}
            yield HttpBody(data=b"%d\n" % number, **first)
        if request.fail:
            await context.abort(grpc.StatusCode.INTERNAL, "torn")
        if request.wait:
            await self._wait()

    async def Redirect(self, request: Any, context: Context) -> Any:
        headers = {"Location": f"https://example.com/{request.id}", "bad\r\nname": "x"}
        headers |= {"x-split": "a\r\nset-cookie: b", "content-length": "7"}
        return HttpBody(extensions=[packed(HttpResponse(status=302, headers=headers))])


def packed(message: Any) -> AnyMessage:
    extension = AnyMessage()
    extension.Pack(message)
    return extension


class Identity:
    """Knows credentials of the form good-<organization>-<person>."""

    def __init__(self, clock: Any) -> None:
        self.asked: list[str] = []
        self.was_asked = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()
        self._clock = clock

    async def ExchangeToken(self, request: Any, context: Context) -> Any:
        self.asked.append(request.credential)
        self.was_asked.set()
        await self.answering.wait()
        kind, _, whom = request.credential.partition("-")
        if kind == "disabled":
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "disabled")
        if kind == "down":
            await context.abort(grpc.StatusCode.UNAVAILABLE, "no database")
        if kind != "good":
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "not a good one")
        organization, _, subject = whom.partition("-")
        answer = identity_pb2.ExchangeTokenResponse(
            token=f"internal-{len(self.asked)}", organization_id=organization, subject=subject
        )
        answer.expires_at.seconds = int(self._clock()) + TOKEN_SECONDS
        return answer


def exchange_by(identity: Identity) -> grpc.GenericRpcHandler:
    handler = grpc.unary_unary_rpc_method_handler(
        identity.ExchangeToken,
        request_deserializer=identity_pb2.ExchangeTokenRequest.FromString,
        response_serializer=identity_pb2.ExchangeTokenResponse.SerializeToString,
    )
    service = "attune.activity.v1.IdentityService"
    return grpc.method_handlers_generic_handler(service, {"ExchangeToken": handler})


@asynccontextmanager
async def serving(echo: Echo, identity: Identity, *, multiplexed: bool) -> AsyncIterator[str]:
    """Both services on one loopback port; yields the address.

    Where calls cannot be multiplexed the gateway makes each by itself.
    """
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 16 * 1024 * 1024)])
    echo_pb2_grpc.add_EchoServiceServicer_to_server(echo, server)
    server.add_generic_rpc_handlers((exchange_by(identity),))
    if multiplexed:
        carried = Pipeline()
        echo_pb2_grpc.add_EchoServiceServicer_to_server(echo, carried)
        multiplexer = Multiplexer(carried)  # type: ignore[arg-type]
        multiplex_pb2_grpc.add_MultiplexServiceServicer_to_server(multiplexer, server)
    healthy = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    await healthy.set("", health_pb2.HealthCheckResponse.SERVING)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


def steps_of(request: Any) -> list[Any]:
    first = int(request.after or 0) + 1
    return [echo_pb2.Step(id=str(n), kind="step") for n in range(first, request.to + 1)]
