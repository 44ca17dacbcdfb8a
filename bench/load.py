"""The load generator: a process of its own, which sends prepared bytes and times the answers.

    python -m bench.load < order.json > outcome.json

It parses no more of an answer than its length and status, so that it takes little of the machine;
what it took is part of the outcome.
"""

import asyncio
import json
import re
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.figures import percentile

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LATE_SECONDS = 5.0


@dataclass(frozen=True)
class Order:
    """What to send: `requests` by turns, each a whole HTTP/1.1 request.

    Without a rate each client sends its next request when the last is answered; with one, requests
    start at that rate a second whatever the answers do, and wait where all clients are busy: the
    waiting counts as latency. `expect` is what each good answer holds.
    """

    port: int
    requests: list[str]
    clients: int
    seconds: float
    rate: float | None = None
    expect: str = ""


@dataclass
class Outcome:
    """What came of it. Latencies are in milliseconds, `cpu` is the share of a core it took."""

    count: int = 0
    failed: int = 0
    unexpected: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    first_failure: str = ""
    latencies: list[float] = field(default_factory=list, repr=False)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


class Client(asyncio.Protocol):
    """One connection: a request on its way at a time."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._began = 0.0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lost(self)

    def send(self, request: bytes, began: float) -> None:
        self._began = began
        self._transport.write(request)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(HEAD_END)
        if end < 0:
            return
        length = LENGTH.search(self._buffer, 0, end)
        total = end + 4 + (int(length[1]) if length else 0)
        if len(self._buffer) >= total:
            answer, self._buffer = self._buffer, b""
            self._load.answered(self, answer, self._began)


class Load:
    """Sends an order's requests from several connections and gathers the outcome."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.outcome = Outcome()
        self._requests = [text.encode() for text in order.requests]
        self._expect = order.expect.encode()
        self._next = 0
        self._waiting: deque[float] = deque()
        # By turns, so that none is idle until the server closes it.
        self._free: deque[Client] = deque()
        self._clients: list[Client] = []
        self._ends = 0.0
        self._running = False
        self._total = 0
        self._all_answered = asyncio.Event()

    async def run(self) -> Outcome:
        loop = asyncio.get_running_loop()
        for _ in range(self.order.clients):
            _, client = await loop.create_connection(
                lambda: Client(self), "127.0.0.1", self.order.port
            )
            self._clients.append(client)
        cpu, began = time.process_time(), time.perf_counter()
        self._ends, self._running = began + self.order.seconds, True
        await (self._open(began) if self.order.rate else self._closed(began))
        self._running = False
        self.outcome.seconds = time.perf_counter() - began
        self.outcome.cpu = (time.process_time() - cpu) / self.outcome.seconds
        for client in self._clients:
            client.close()
        self._summarise()
        return self.outcome

    def answered(self, client: Client, answer: bytes, began: float) -> None:
        now = time.perf_counter()
        good = answer.startswith(b"HTTP/1.1 200")
        outcome = self.outcome
        if not good:
            outcome.failed += 1
            outcome.first_failure = outcome.first_failure or answer.decode("latin-1")[:500]
        elif now <= self._ends or self.order.rate:
            outcome.count += 1
            outcome.unexpected += self._expect not in answer
            outcome.latencies.append((now - began) * 1000)
        if outcome.count + outcome.failed == self._total:
            self._all_answered.set()
        if not self._running:
            return
        if self.order.rate is None:
            if now < self._ends:
                client.send(self._request(), now)
        elif self._waiting:
            client.send(self._request(), self._waiting.popleft())
        else:
            self._free.append(client)

    def lost(self, client: Client) -> None:
        if client in self._free:
            self._free.remove(client)
        elif self._running:
            self.outcome.failed += 1
            self.outcome.first_failure = self.outcome.first_failure or "the connection was closed"

    async def _closed(self, began: float) -> None:
        for client in self._clients:
            client.send(self._request(), began)
        await asyncio.sleep(self.order.seconds)

    async def _open(self, began: float) -> None:
        """Start request k at k/rate seconds, then wait for the late ones."""
        assert self.order.rate
        self._free = deque(self._clients)
        self._total = int(self.order.seconds * self.order.rate)
        for number in range(self._total):
            due = began + number / self.order.rate
            delay = due - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            if self._free:
                self._free.popleft().send(self._request(), due)
            else:
                self._waiting.append(due)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_answered.wait(), LATE_SECONDS)

    def _request(self) -> bytes:
        request = self._requests[self._next % len(self._requests)]
        self._next += 1
        return request

    def _summarise(self) -> None:
        outcome = self.outcome
        outcome.p50 = percentile(outcome.latencies, 0.50)
        outcome.p95 = percentile(outcome.latencies, 0.95)
        outcome.p99 = percentile(outcome.latencies, 0.99)


def main() -> None:
    import uvloop

    order = Order(**json.load(sys.stdin))
    outcome = uvloop.run(Load(order).run())
    outcome.latencies = []
    json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
