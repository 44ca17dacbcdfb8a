"""A server of chat completions that speaks the real protocol over HTTP, errors included."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

KEY = "sk-test-4711-secret"
MODEL = "gpt-4o-mini"
Behaviour = Callable[["Exchange"], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return "\n".join(str(message["content"]) for message in self.body["messages"])


@dataclass
class Exchange:
    """One request and the connection that its answer goes to."""

    asked: Asked
    writer: asyncio.StreamWriter

    async def send(
        self, status: int, body: bytes, *, kind: str = "application/json", **headers: str
    ) -> None:
        given = {"content-type": kind, "content-length": str(len(body)), **headers}
        await self.head(status, given)
        self.writer.write(body)
        await self.writer.drain()

    async def head(self, status: int, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} Told", *(f"{n}: {v}" for n, v in headers.items())]
        self.writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode())
        await self.writer.drain()

    async def begin(self) -> None:
        """The head of an answer in pieces, whose end is told (RFC 9112, 7.1)."""
        await self.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})

    async def piece(self, data: bytes) -> None:
        self.writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self.writer.drain()

    async def end(self) -> None:
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()


@dataclass
class ModelStub:
    """What the server does with the next requests, and those that came."""

    url: str = ""
    behaviour: Behaviour = field(default_factory=lambda: answering({"questions": []}))
    asked: list[Asked] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def will(self, *behaviours: Behaviour) -> None:
        """Behave so, one after the other; the last one stays."""
        waiting = list(behaviours)

        async def next_one(exchange: Exchange) -> None:
            await (waiting.pop(0) if len(waiting) > 1 else waiting[0])(exchange)

        self.behaviour = next_one

    async def never(self, _: Exchange) -> None:
        """Take the request, and never answer."""
        await self.stopping.wait()

    def stalling(self, *events: bytes) -> Behaviour:
        """A stream that goes on after these events, and never does."""

        async def behave(exchange: Exchange) -> None:
            await exchange.begin()
            for event in events:
                await exchange.piece(event)
            await self.stopping.wait()

        return behave


USAGE = {"prompt_tokens": 210, "completion_tokens": 40, "total_tokens": 250}
DONE = b"data: [DONE]\n\n"


def completion(content: str, usage: Any = None, **choice: Any) -> bytes:
    message = {"role": "assistant", "content": content, "refusal": choice.pop("refusal", None)}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1763700000,
            "model": f"{MODEL}-2024-07-18",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}],
            "usage": USAGE if usage is None else usage,
        }
    ).encode()


def answering(content: Any, **more: Any) -> Behaviour:
    """A good answer, with this JSON or text as its content."""
    text = content if isinstance(content, str) else json.dumps(content)

    async def behave(exchange: Exchange) -> None:
        await exchange.send(200, completion(text, **more))

    return behave


def event(data: Any) -> bytes:
    """A server-sent event with this JSON or text."""
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def chunk(delta: Any = None, finish_reason: str | None = None, **more: Any) -> bytes:
    """A piece of an answer; without a delta one that has no choices."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return event(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1763700000,
            "model": f"{MODEL}-2024-07-18",
            "choices": [] if delta is None else [choice],
            "usage": None,
            **more,
        }
    )


def text_chunks(*texts: str) -> list[bytes]:
    return [chunk({"role": "assistant", "content": ""}), *(chunk({"content": t}) for t in texts)]


def call_chunks(*calls: tuple[str, Any]) -> list[bytes]:
    """Calls by name, with this JSON or text as arguments: two letters at a time, in turns."""
    heads, bodies = [], []
    for index, (name, arguments) in enumerate(calls):
        written = arguments if isinstance(arguments, str) else json.dumps(arguments)
        named = {"index": index, "id": f"call_{index}x", "type": "function"}
        heads.append(
            chunk({"tool_calls": [{**named, "function": {"name": name, "arguments": ""}}]})
        )
        for place in range(0, len(written), 2):
            piece = {"index": index, "function": {"arguments": written[place : place + 2]}}
            bodies.append((place, chunk({"tool_calls": [piece]})))
    return [*heads, *(body for _, body in sorted(bodies, key=lambda body: body[0]))]


def ending(finish_reason: str = "stop", usage: Any = None) -> list[bytes]:
    """What comes after the last piece; `usage` 0 tells none."""
    told = [] if usage == 0 else [chunk(usage=USAGE if usage is None else usage)]
    return [chunk({}, finish_reason), *told, DONE]


def streaming(events: Iterable[bytes], *, whole: bool = True) -> Behaviour:
    """A stream of these events; one that is not whole is cut off behind them."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin()
        for data in events:
            await exchange.piece(data)
        if whole:
            await exchange.end()

    return behave


def saying(*texts: str, usage: Any = None) -> Behaviour:
    """A streamed answer, in these pieces."""
    return streaming([*text_chunks(*texts), *ending(usage=usage)])


def calling(*calls: tuple[str, Any], saying: Sequence[str] = (), usage: Any = None) -> Behaviour:
    """A streamed answer that wants these tools called, after saying something."""
    said = text_chunks(*saying)
    return streaming([*said, *call_chunks(*calls), *ending("tool_calls", usage)])


def endless_stream(piece: bytes) -> Behaviour:
    """A stream of the same piece without end."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin()
        with suppress(ConnectionError):
            while True:
                await exchange.piece(piece)

    return behave


def failing(status: int, code: str | None = None, **headers: str) -> Behaviour:
    """An error as OpenAI words it: it repeats the key, as theirs does for a wrong one."""

    async def behave(exchange: Exchange) -> None:
        told = f"Incorrect API key provided: {exchange.asked.headers.get('authorization')}"
        error = {"message": told, "type": "error", "param": None, "code": code}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await exchange.send(status, json.dumps({"error": error}).encode(), **named)

    return behave


def sending(body: bytes, kind: str = "application/json") -> Behaviour:
    """Any body with status 200."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(200, body, kind=kind)

    return behave


async def half_an_answer(exchange: Exchange) -> None:
    """The connection is cut in the middle of the body."""
    body = completion('{"questions": ["Show me profit by region"]}')
    length = {"content-type": "application/json", "content-length": str(len(body))}
    await exchange.head(200, length)
    exchange.writer.write(body[: len(body) // 2])
    await exchange.writer.drain()


async def half_a_stream(exchange: Exchange) -> None:
    """Server-sent events that nobody asked for, and that break off."""
    await exchange.head(200, {"content-type": "text/event-stream"})
    delta = {"choices": [{"index": 0, "delta": {"content": '{"questi'}, "finish_reason": None}]}
    exchange.writer.write(f"data: {json.dumps(delta)}\n\ndata: ".encode())
    await exchange.writer.drain()


async def hanging_up(_: Exchange) -> None:
    """The connection is closed without a word."""


async def endless(exchange: Exchange) -> None:
    """A body that never ends."""
    await exchange.head(200, {"content-type": "application/json"})
    with suppress(ConnectionError):
        while True:
            exchange.writer.write(b'{"choices": [' + b" " * 65536)
            await exchange.writer.drain()


def held_by(release: asyncio.Event, then: Behaviour) -> Behaviour:
    """Slow: it behaves once it is let go."""

    async def behave(exchange: Exchange) -> None:
        await release.wait()
        await then(exchange)

    return behave


@asynccontextmanager
async def model_stub() -> AsyncIterator[ModelStub]:
    stub = ModelStub()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            stub.asked.append(await read(reader))
            await stub.behaviour(Exchange(stub.asked[-1], writer))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stub.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield stub
    finally:
        stub.stopping.set()
        server.close()


async def read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    assert method == "POST"
    headers = {}
    for line in filter(None, head[1:]):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers["content-length"]))
    return Asked(path, headers, json.loads(body))
