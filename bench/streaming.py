"""A server of streamed chat completions in this process, which keeps count of its own time."""

import json
import threading
import time
from asyncio import sleep
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cli.local.process import free_ports

# As long as a fast model takes to its first token, and from one token to the next.
FIRST_SECONDS, NEXT_SECONDS = 0.2, 0.01
USAGE = {"prompt_tokens": 2_000, "completion_tokens": 60, "total_tokens": 2_060}
START_SECONDS = 30.0


@dataclass
class SlowModel:
    """Wants one statement run, each time another one, and then says so.

    `took`: seconds of each call, from its request to its last byte.
    """

    url: str = ""
    took: list[float] = field(default_factory=list)
    _asked: int = 0

    async def answer(self, request: Request) -> StreamingResponse:
        began = time.perf_counter()
        messages = (await request.json())["messages"]
        if messages[-1]["role"] == "tool":
            return self._streamed([{"content": "These "}, {"content": "are they."}], "stop", began)
        self._asked += 1
        return self._streamed(call_of(self._asked), "tool_calls", began)

    def _streamed(
        self, deltas: Sequence[dict[str, Any]], why: str, began: float
    ) -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            await sleep(FIRST_SECONDS)
            for delta in deltas:
                yield chunk([{"index": 0, "delta": delta, "finish_reason": None}])
                await sleep(NEXT_SECONDS)
            yield chunk([{"index": 0, "delta": {}, "finish_reason": why}])
            yield chunk([], usage=USAGE)
            self.took.append(time.perf_counter() - began)
            yield b"data: [DONE]\n\n"

        return StreamingResponse(body(), media_type="text/event-stream")


def call_of(number: int) -> list[dict[str, Any]]:
    """A call in pieces of eight letters; no cache knows its statement."""
    sql = f"SELECT event, count(*) AS number FROM events GROUP BY 1 ORDER BY 2 DESC LIMIT {number}"
    told = json.dumps({"sql_query": sql, "description": "events by name"})
    named = {"name": "execute_analytics_query", "arguments": ""}
    head = {"index": 0, "id": f"call_{number}", "type": "function", "function": named}
    pieces = [told[place : place + 8] for place in range(0, len(told), 8)]
    rest = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
    return [{"tool_calls": [piece]} for piece in (head, *rest)]


def chunk(choices: Sequence[Any], usage: Any = None) -> bytes:
    told = {"object": "chat.completion.chunk", "choices": choices, "usage": usage}
    return f"data: {json.dumps(told)}\n\n".encode()


@contextmanager
def slow_model() -> Iterator[SlowModel]:
    """Serves until the block ends. Raises RuntimeError where it does not start."""
    [port] = free_ports(1)
    model = SlowModel(f"http://127.0.0.1:{port}/v1")
    app = Starlette(routes=[Route("/v1/chat/completions", model.answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + START_SECONDS
        while not server.started:
            if time.monotonic() > until or not thread.is_alive():
                raise RuntimeError("the model's stand-in did not start")
            time.sleep(0.01)
        yield model
    finally:
        server.should_exit = True
        thread.join()
