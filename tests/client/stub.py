"""A small HTTP server on loopback that answers as a test says, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import h11


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Reaction = Callable[["Connection", Asked], Awaitable[None]]


@dataclass
class Connection:
    """One that a client opened."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection = field(default_factory=lambda: h11.Connection(h11.SERVER))

    async def next_request(self) -> Asked | None:
        request, body = await self._event(), b""
        if not isinstance(request, h11.Request):
            return None
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
        assert isinstance(event, h11.EndOfMessage)
        headers = {name.decode(): value.decode() for name, value in request.headers}
        return Asked(request.method.decode(), request.target.decode(), headers, body)

    async def send(self, *events: h11.Event) -> None:
        for event in events:
            self.writer.write(self.http.send(event) or b"")
        await self.writer.drain()

    def reset(self) -> None:
        """Close it so that the peer reads a reset."""
        self.writer.transport.abort()

    async def _event(self) -> Any:
        while (event := self.http.next_event()) is h11.NEED_DATA:
            self.http.receive_data(await self.reader.read(65536))
        return event


@dataclass
class Stub:
    """Reacts to one request after the other as it was told, and to all further ones as last."""

    url: str = ""
    reactions: list[Reaction] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def will(self, *reactions: Reaction) -> None:
        self.reactions[:] = reactions

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        try:
            while asked := await connection.next_request():
                self.asked.append(asked)
                react = self.reactions.pop(0) if len(self.reactions) > 1 else self.reactions[0]
                await react(connection, asked)
                if connection.http.our_state is not h11.DONE:
                    return
                connection.http.start_next_cycle()
        except (ConnectionError, h11.RemoteProtocolError):
            pass
        finally:
            self.gone.set()
            writer.close()


@asynccontextmanager
async def running_stub() -> AsyncIterator[Stub]:
    stub = Stub()
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    stub.url = f"http://{host}:{port}"
    try:
        yield stub
    finally:
        server.close()


def answer(status: int = 200, body: Any = None, **headers: str) -> Reaction:
    """JSON of `body`, or its bytes; `headers` with _ for -."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]

    async def react(connection: Connection, asked: Asked) -> None:
        length = ("content-length", str(len(content)))
        head = h11.Response(status_code=status, headers=[length, *named])
        await connection.send(head, h11.Data(data=content), h11.EndOfMessage())

    return react


def problem(status: int, reason: str, **headers: str) -> Reaction:
    """An error as the gateway gives it."""
    told = {
        "type": f"/docs#{reason}",
        "title": "",
        "status": status,
        "detail": "because",
        "reason": reason,
        "request_id": "r-1",
        "errors": [{"field": "score", "message": "must be 5"}],
    }
    return answer(status, told, content_type="application/problem+json", **headers)


async def reset(connection: Connection, asked: Asked) -> None:
    connection.reset()


async def silence(connection: Connection, asked: Asked) -> None:
    """No answer until the client goes away."""
    await connection.reader.read()


def dripping(head: bytes) -> Reaction:
    """Sends this, and then a byte now and then, for ever."""

    async def react(connection: Connection, asked: Asked) -> None:
        connection.writer.write(head)
        while True:
            connection.writer.write(b"x")
            await connection.writer.drain()
            await asyncio.sleep(0.02)

    return react
