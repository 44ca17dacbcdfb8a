"""Somebody's HTTP server on loopback, which keeps what it is sent and answers as it is told."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Arrived:
    """A request as it came; the names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)


Behaviour = Callable[[Arrived], Awaitable[Told]]


@dataclass
class Receiver:
    """What came, in order, and what the server does with what comes next."""

    address: str = ""
    arrived: list[Arrived] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)
    behaviour: Behaviour | None = None
    server_names: list[str | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.address}/hook"

    def will(self, *answers: Told) -> None:
        """Give these answers, one after the other; the last one stays."""
        waiting = list(answers)

        async def next_one(_: Arrived) -> Told:
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        self.behaviour = next_one

    async def after(self, count: int) -> list[Arrived]:
        """All that came, once there are so many."""
        async with asyncio.timeout(30), self.came:
            await self.came.wait_for(lambda: len(self.arrived) >= count)
        return list(self.arrived)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the caller went away
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived = await request_of(reader)
        async with self.came:
            self.arrived.append(arrived)
            self.came.notify_all()
        told = await self.behaviour(arrived) if self.behaviour else Told()
        headers = {"content-length": str(len(told.body)), **told.headers}
        lines = [f"HTTP/1.1 {told.status} Told", *(f"{n}: {v}" for n, v in headers.items())]
        writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode() + told.body)
        await writer.drain()


async def request_of(reader: asyncio.StreamReader) -> Arrived:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Arrived(method, path, headers, body)


@asynccontextmanager
async def receiving(context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver, by TLS where there is a context."""
    receiver = Receiver()
    if context:
        context.sni_callback = lambda _, name, __: receiver.server_names.append(name)
    under_way: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        under_way.add(task)
        try:
            await receiver.serve(reader, writer)
        finally:
            under_way.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    host, port = server.sockets[0].getsockname()[:2]
    receiver.address = f"{host}:{port}"
    try:
        yield receiver
    finally:
        server.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
