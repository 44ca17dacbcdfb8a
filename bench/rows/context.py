"""A person's context: read at a fixed rate, and how soon it shows what the person did."""

import asyncio
import json
import time
from statistics import median

import httpx2

from bench.figures import Goal, Result, percentile
from bench.load import Order
from bench.requests import get
from bench.rows.bench import CLIENTS, Bench
from bench.rows.steady import RATE, steadily
from bench.running import Suite

PEOPLE = 200
PATIENCE_SECONDS = 30.0
USERS = [f"reader{number:03}" for number in range(PEOPLE)]


def context(bench: Bench) -> Result:
    """Contexts of one person after another, open loop, while some of them change."""
    bench.say(f"{PEOPLE} people talk")
    asyncio.run(talk(bench.suite))
    asked = [get(f"/api/v1/users/{user}/context", token_of(bench.suite, user)) for user in USERS]
    expect = '"version":'
    bench.say("everybody reads once: tokens are exchanged, connections made")
    bench.send(Order(bench.suite.port, asked, CLIENTS, PEOPLE / 50, rate=50))
    found = steadily(bench, asked, 2.0 if bench.quick else 3.0, expect)
    bench.say("measuring how fresh")
    fresh = asyncio.run(freshness(bench.suite, 10 if bench.quick else 40))
    return Result(
        "context",
        f"A person's context, {RATE:.0f} a second",
        found.p95,
        "ms",
        Goal(10.0, 5.0, rising=False),
        found.measured,
        notes=(
            f"{PEOPLE} people, tokens exchanged before; from the acknowledgement of an event to a"
            f" context that shows it {median(fresh):.2f} s, p95 {percentile(fresh, 0.95):.2f} s, at"
            f" most {max(fresh):.2f} s; {found.note}",
        ),
        holds=found.complete and max(fresh) < 1.0,
        details=found.details | {"fresh_p50_s": median(fresh), "fresh_max_s": max(fresh)},
    )


def token_of(suite: Suite, user: str) -> str:
    return suite.token(user, "analyst")


def client_of(suite: Suite, user: str) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {token_of(suite, user)}"}
    return httpx2.AsyncClient(base_url=suite.state.address, headers=headers, timeout=30)


async def talk(suite: Suite) -> None:
    """A conversation each, and no measuring before all contexts show it."""
    for user in USERS:
        async with client_of(suite, user) as client:
            texts = [f"Make a video of {place}" for place in ("the harbour", "the old town")]
            said = [{"role": "user", "content": text} for text in texts]
            answer = await client.post("/api/v1/conversations", json={"messages": said})
            answer.raise_for_status()
    async with client_of(suite, USERS[-1]) as client:
        await shown(client, USERS[-1], "Make a video of the harbour")


async def freshness(suite: Suite, times: int) -> list[float]:
    """Seconds from the answer that an event is durable to a context that shows it."""
    user = USERS[0]
    found = []
    async with client_of(suite, user) as client:
        for number in range(times):
            text = f"Event {number} of the measurement"
            told = {"messages": [{"role": "user", "content": text}]}
            (await client.post("/api/v1/conversations", json=told)).raise_for_status()
            began = time.perf_counter()
            await shown(client, user, text)
            found.append(time.perf_counter() - began)
    return found


async def shown(client: httpx2.AsyncClient, user: str, text: str) -> None:
    """Return when the context of the person shows the text. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await client.get(f"/api/v1/users/{user}/context")
            if json.dumps(text) in answer.text:
                return
            await asyncio.sleep(0.005)  # what happens does so in another process
