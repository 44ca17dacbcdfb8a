import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.load import Load, Order

REQUEST = "POST /x HTTP/1.1\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def answering(answer: bytes, calls: int) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A server that gives every request the same answer; tells when it has answered so many."""
    served, count = asyncio.Event(), 0
    handlers: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        handlers.add(asyncio.current_task())
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            count += 1
            if count >= calls:
                served.set()
            for piece in (answer[:20], answer[20:]):
                writer.write(piece)
                await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], served
        await asyncio.gather(*filter(None, handlers))


async def test_an_open_loop_sends_as_many_as_ordered_whatever_the_answers_take() -> None:
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}'
    async with answering(answer, 20) as (port, served):
        outcome = await Load(Order(port, [REQUEST], 2, 0.02, rate=1000.0, expect="true")).run()
        assert served.is_set()
    assert (outcome.count, outcome.failed, outcome.unexpected) == (20, 0, 0)
    assert 0 < outcome.p50 <= outcome.p95 <= outcome.p99


async def test_answers_that_are_not_good_are_counted_and_the_first_is_kept() -> None:
    answer = b"HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nwait"
    async with answering(answer, 5) as (port, _):
        outcome = await Load(Order(port, [REQUEST], 1, 0.005, rate=1000.0)).run()
    assert (outcome.count, outcome.failed) == (0, 5)
    assert outcome.first_failure.endswith("wait")


async def test_answers_without_what_is_expected_are_counted() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nother"
    async with answering(answer, 3) as (port, _):
        outcome = await Load(Order(port, [REQUEST], 1, 0.003, rate=1000.0, expect="this")).run()
    assert (outcome.count, outcome.unexpected) == (3, 3)
