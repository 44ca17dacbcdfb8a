"""The path of every request: resolve, admit, decode, call, encode."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
from google.protobuf.message import Message

from gateway import metrics
from gateway.admission.admission import Admission
from gateway.admission.identity import Metadata
from gateway.backends import Verdict
from gateway.codec.decode import Decoders
from gateway.codec.encode import Encoders
from gateway.http.answers import send_body, send_download, send_events
from gateway.http.bodies import ClientGone, Receive, chunks, whole
from gateway.http.problems import Problem, from_rpc, internal
from gateway.http.visit import Scope, Send, Visit
from gateway.multiplex import Unable
from gateway.replicas import Replicas
from gateway.routing.endpoints import Endpoint
from gateway.routing.routes import Binding, RouteTable

Operation = Callable[[Visit], Awaitable[None]]
JSON = b"application/json"


@dataclass(frozen=True)
class Bounds:
    """How much and how long a request may take: bytes and seconds."""

    body: int
    upload: int
    call: float
    stream: float
    patience: float
    heartbeat: float


@dataclass(frozen=True)
class Route:
    """An endpoint with its connection."""

    endpoint: Endpoint
    stub: Any
    deadline: float
    shared: Replicas | None  # for calls that are short in any case


def routes(
    bindings: Iterable[Binding],
    channels: Mapping[str, grpc.aio.Channel],
    replicas: Mapping[str, Replicas],
    bounds: Bounds,
) -> RouteTable[Route]:
    """The table of all routes; the encoder and decoder of each message type are made once."""
    table: RouteTable[Route] = RouteTable()
    decoders, encoders = Decoders(), Encoders()
    for binding in bindings:
        endpoint = Endpoint(binding, decoders, encoders)
        usual = bounds.call if endpoint.is_unary else bounds.stream
        long = binding.access.deadline_seconds
        shared = replicas[binding.service] if endpoint.is_unary and not long else None
        route = Route(endpoint, endpoint.stub(channels[binding.service]), long or usual, shared)
        sends_events = endpoint.streams and not endpoint.downloads
        table.add(binding.verb, binding.template, route, streams=sends_events)
    return table


class Transcoder:
    """REST in, gRPC out: an ASGI application."""

    def __init__(
        self,
        table: RouteTable[Route],
        admission: Admission,
        operations: Mapping[str, Operation],
        bounds: Bounds,
    ) -> None:
        self._table = table
        self._admission = admission
        self._operations = operations
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = Visit(scope, receive, send)
        started = time.perf_counter()
        metrics.IN_FLIGHT.inc()
        try:
            await self._serve(visit)
        except ClientGone:
            visit.status = visit.status or 499
        except Exception as error:
            await self._fail(visit, error)
        finally:
            metrics.IN_FLIGHT.dec()
            metrics.observe(visit, time.perf_counter() - started)

    async def _fail(self, visit: Visit, error: Exception) -> None:
        problem = error if isinstance(error, Problem) else internal()
        visit.trouble(problem, error.__cause__ or error)
        if not visit.status:  # else the answer is under way, and the connection breaks off
            await visit.refuse(problem)

    async def _serve(self, visit: Visit) -> None:
        verb = "GET" if visit.method == "HEAD" else visit.method
        operation = self._operations.get(visit.path)
        if operation is not None and verb == "GET":
            visit.route = visit.path
            return await operation(visit)
        try:
            route, segments = self._table.find(verb, visit.path, events=visit.wants_events)
        except Problem:
            self._admission.look(visit)
            raise
        endpoint = route.endpoint
        visit.route = endpoint.binding.template.text
        metadata = await self._admission.admit(visit, endpoint.anyone)
        try:
            await self._call(visit, route, segments, metadata)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAUTHENTICATED and not endpoint.anyone:
                self._admission.forget(visit)
            raise from_rpc(error, partial(endpoint.as_written, visit)) from error

    async def _call(
        self, visit: Visit, route: Route, segments: list[str], metadata: Metadata
    ) -> None:
        endpoint = route.endpoint
        if endpoint.uploads:
            return await self._upload(visit, route, segments, metadata)
        body = await whole(visit.headers, visit.receive, self._bounds.body, self._bounds.patience)
        request = endpoint.request(visit, segments, body)
        if not endpoint.streams:
            answer = await self._ask(visit, route, request, metadata)
            return await self._answer(visit, endpoint, answer)
        call = route.stub(request, timeout=route.deadline, metadata=metadata)
        if endpoint.downloads:
            return await send_download(visit, call)
        return await send_events(visit, call, endpoint.frame, self._bounds.heartbeat)

    async def _ask(
        self, visit: Visit, route: Route, request: Message, metadata: Metadata
    ) -> Message:
        """The answer of a unary RPC, over a shared stream where that can be."""
        if route.shared is not None:
            data, shared = request.SerializeToString(), route.shared.of(visit.who)
            if shared.takes(data):
                answer = shared.call(route.endpoint.name, data, route.deadline, metadata)
                with suppress(Unable), visit.cancelling(answer.cancel):
                    return route.endpoint.answer_class.FromString(await answer)
        call = route.stub(request, timeout=route.deadline, metadata=metadata)
        with visit.cancelling(call.cancel):
            made: Message = await call
        return made

    async def _answer(self, visit: Visit, endpoint: Endpoint, answer: Message) -> None:
        if endpoint.downloads:
            await send_body(visit, answer)
        else:
            await visit.answer(endpoint.encode(answer), JSON)

    async def _upload(
        self, visit: Visit, route: Route, segments: list[str], metadata: Metadata
    ) -> None:
        """Send the body on as it arrives; the first message holds path and query as well."""
        endpoint = route.endpoint
        first = endpoint.request(visit, segments, b"")
        call = route.stub(timeout=route.deadline, metadata=metadata)
        verdict = Verdict(call)
        try:
            await call.write(first)
            async for piece in chunks(visit.headers, visit.receive, self._bounds.upload):
                await call.write(endpoint.piece(piece))
            await call.done_writing()
        except (grpc.aio.AioRpcError, grpc.aio.InternalError, asyncio.InvalidStateError):
            pass  # the service has answered already; what it said comes with the call
        except BaseException:
            call.cancel()
            raise
        try:
            answer = await call
        except grpc.aio.AioRpcError as error:
            raise verdict.error or error from None
        await self._answer(visit, endpoint, answer)
