"""How the gateway's calls share streams, and what becomes of them when a stream ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from attune.common.v1 import multiplex_pb2 as pb
from attune.common.v1 import multiplex_pb2_grpc as pb_grpc

from gateway.multiplex import CALLS_A_LINE, LARGEST_CALL, LINE_SECONDS, Multiplexer, Unable
from services.common.channels import channel_to

SECONDS = 10.0
METHOD = "/echo/Echo"


class Service(pb_grpc.MultiplexServiceServicer):
    """Keeps what comes over each stream; the test answers."""

    def __init__(self) -> None:
        self.streams: list[Stream] = []
        self.opened: asyncio.Queue[Stream] = asyncio.Queue()

    async def Multiplex(self, requests: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        stream = Stream()
        self.streams.append(stream)
        self.opened.put_nowait(stream)
        reading = asyncio.create_task(stream.read(requests))
        try:
            while (response := await stream.responses.get()) is not None:
                yield response
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


class Stream:
    def __init__(self) -> None:
        self.calls: asyncio.Queue[pb.MultiplexRequest.Call] = asyncio.Queue()
        self.cancelled: asyncio.Queue[int] = asyncio.Queue()
        self.responses: asyncio.Queue[pb.MultiplexResponse | None] = asyncio.Queue()
        self.messages = 0
        self.heard_all = asyncio.Event()
        self.answered = 0

    async def read(self, requests: Any) -> None:
        async for request in requests:
            self.messages += 1
            for call in request.calls:
                self.calls.put_nowait(call)
            for number in request.cancelled:
                self.cancelled.put_nowait(number)
        self.heard_all.set()

    def answer_all(self) -> None:
        """Answer whatever comes."""
        self._answering = asyncio.create_task(self._answer_all())

    async def _answer_all(self) -> None:
        while True:
            await self.answer()

    async def answer(self, text: bytes = b"") -> None:
        """Answer the next call, with its own request where nothing else is given."""
        call = await self.calls.get()
        answer = pb.MultiplexResponse.Answer(id=call.id, response=text or call.request)
        self.answered += 1
        self.responses.put_nowait(pb.MultiplexResponse(answers=[answer]))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Fixture:
    def __init__(self, service: Service, multiplexer: Multiplexer, clock: Clock, server: Any):
        self.service = service
        self.multiplexer = multiplexer
        self.clock = clock
        self.server = server

    def call(self, request: bytes = b"hi", seconds: float = SECONDS) -> "asyncio.Future[bytes]":
        return self.multiplexer.call(METHOD, request, seconds, (("authorization", "Bearer a"),))

    async def stream(self) -> Stream:
        return await self.service.opened.get()


@asynccontextmanager
async def running(service: Service | None) -> AsyncIterator[Fixture]:
    server = grpc.aio.server()
    if service:
        pb_grpc.add_MultiplexServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    clock = Clock()
    async with asyncio.timeout(SECONDS), channel_to(f"127.0.0.1:{port}") as channel:
        multiplexer = Multiplexer(channel, clock)
        yield Fixture(service or Service(), multiplexer, clock, server)
        await multiplexer.aclose()
    await server.stop(None)


@pytest.fixture
async def at() -> AsyncIterator[Fixture]:
    async with running(Service()) as fixture:
        yield fixture


async def test_calls_share_a_stream_and_each_gets_its_own_answer(at: Fixture) -> None:
    calls = [at.call(b"%d" % n) for n in range(20)]
    stream = await at.stream()
    for _ in calls:
        await stream.answer()
    assert await asyncio.gather(*calls) == [b"%d" % n for n in range(20)]
    assert len(at.service.streams) == 1
    assert stream.messages < len(calls)


async def test_a_call_says_who_asks_what_and_how_long(at: Fixture) -> None:
    answer = at.call(b"what", seconds=1.5)
    call = await (await at.stream()).calls.get()
    assert (call.method, call.request, call.timeout_ms) == (METHOD, b"what", 1500)
    assert dict(call.metadata) == {"authorization": "Bearer a"}
    answer.cancel()


async def test_a_cancelled_call_is_cancelled_at_the_service(at: Fixture) -> None:
    answer = at.call()
    stream = await at.stream()
    call = await stream.calls.get()
    answer.cancel()
    assert await stream.cancelled.get() == call.id


async def test_a_service_that_does_not_answer_in_time_is_told_to_stop(at: Fixture) -> None:
    answer = at.call(seconds=0.02)
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await answer
    assert err.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await (await at.stream()).cancelled.get() == 1


async def test_a_late_answer_is_for_nobody(at: Fixture) -> None:
    given_up, stream = at.call(), await at.stream()
    given_up.cancel()
    await stream.answer(b"late")
    kept = at.call()
    await stream.answer(b"good")
    assert await kept == b"good"


async def test_a_full_line_opens_another(at: Fixture) -> None:
    calls = [at.call() for _ in range(CALLS_A_LINE + 1)]
    for stream in (await at.stream(), await at.stream()):
        stream.answer_all()
    await asyncio.gather(*calls)
    assert sorted(stream.answered for stream in at.service.streams) == [1, CALLS_A_LINE]


async def test_an_old_line_takes_no_new_calls_and_answers_the_old_ones(at: Fixture) -> None:
    old, first = at.call(), await at.stream()
    at.clock.now = LINE_SECONDS
    new, second = at.call(), await at.stream()
    await first.heard_all.wait()
    await second.answer(b"new")
    await first.answer(b"old")
    assert (await old, await new) == (b"old", b"new")


async def test_a_service_that_stops_gets_no_new_calls(at: Fixture) -> None:
    old, first = at.call(), await at.stream()
    first.responses.put_nowait(pb.MultiplexResponse(closing=True))
    await first.heard_all.wait()
    new, second = at.call(), await at.stream()
    await second.answer(b"new")
    await first.answer(b"old")
    assert (await old, await new) == (b"old", b"new")


async def test_calls_on_a_stream_that_breaks_are_unavailable_and_the_next_opens_another(
    at: Fixture,
) -> None:
    lost, first = at.call(), await at.stream()
    first.responses.put_nowait(None)
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await lost
    assert err.value.code() is grpc.StatusCode.UNAVAILABLE
    good, second = at.call(), await at.stream()
    await second.answer(b"good")
    assert await good == b"good"


async def test_a_server_that_is_gone_is_unavailable(at: Fixture) -> None:
    lost, _ = at.call(), await at.stream()
    await at.server.stop(None)
    for answer in (lost, at.call()):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await answer
        assert err.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_long_calls_go_by_themselves(at: Fixture) -> None:
    assert at.multiplexer.takes(b"a" * LARGEST_CALL)
    assert not at.multiplexer.takes(b"a" * (LARGEST_CALL + 1))


async def test_a_service_that_cannot_is_not_asked_again_for_a_while() -> None:
    async with running(None) as at:
        with pytest.raises(Unable):
            await at.call()
        assert not at.multiplexer.takes(b"")
        at.clock.now = 1000.0
        assert at.multiplexer.takes(b"")
