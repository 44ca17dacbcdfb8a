"""Real processes, killed while people log: what was acknowledged is there and counted once."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence, Sized
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx2
import pytest

from cli.local.process import free_ports
from cli.local.suite import Suite, running_suite
from cli.local.supervisor import Line, Notice, Restarted
from cli.local.tokens import Person, development_token
from cli.settings import read_settings
from tests.waiting import until

LOG = "/api/v1/activity/log"
VICTIMS = ("activity", "worker", "postgres", "valkey", "activity", "postgres")
USERS = [f"user{n}" for n in range(6)]
BETWEEN = 15  # acknowledgements from one kill to the next
METRICS = ("profit", "revenue", "margin", "volume", "price")
ORGANIZATION = "chaos"


@dataclass
class Watcher:
    """Hears from the launcher which processes run again, and what they log of bugs."""

    restarted: Counter[str] = field(default_factory=Counter)
    bugs: list[bytes] = field(default_factory=list)

    def step(self, name: str, phase: str, detail: str = "") -> None:
        pass

    def notice(self, notice: Notice) -> None:
        if isinstance(notice, Restarted):
            self.restarted[notice.name] += 1
        elif isinstance(notice, Line) and b"rpc failed" in notice.text:
            self.bugs.append(notice.text)


class Sender(Protocol):
    """Somebody who sends until told to stop."""

    @property
    def acknowledged(self) -> Sized: ...


@pytest.fixture
async def running(folder: Path) -> AsyncIterator[tuple[Suite, Watcher]]:
    """The whole suite as `attune run` starts it, in a home of its own."""
    [port] = free_ports(1)
    mine = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
    home = {"ATTUNE_HOME": str(folder / "home"), "ATTUNE_HTTP_PORT": str(port)}
    watcher = Watcher()
    async with running_suite(read_settings(mine | home), watcher) as suite:
        yield suite, watcher


def client_of(suite: Suite, user: str) -> httpx2.AsyncClient:
    person = Person(user, organization=ORGANIZATION, job_role="analyst")
    token = development_token(person, suite.secrets.jwt_secret, datetime.now(UTC))
    return httpx2.AsyncClient(
        base_url=suite.addresses.http, headers={"Authorization": f"Bearer {token}"}, timeout=35
    )


@dataclass
class Logger:
    """Somebody who logs until told to stop, each question until it is acknowledged."""

    name: str
    client: httpx2.AsyncClient
    acknowledged: dict[str, int] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    async def log_until(self, stop: asyncio.Event) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            metric = METRICS[number % len(METRICS)]
            text = f"Top {number} products by {metric}"
            self.acknowledged[text] = await self.log(text)

    async def log(self, text: str) -> int:
        body = {"activity_type": "query", "query_text": text}
        headers = {"Idempotency-Key": f"{self.name} {text}"}
        while True:
            try:
                answer = await self.client.post(LOG, json=body, headers=headers)
            except httpx2.TransportError:
                self.statuses[0] += 1
            else:
                self.statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    return int(answer.json()["activity_id"])
            await asyncio.sleep(0.05)  # as a client that was told to come back does

    async def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            params = {"limit": "1000", **({"page_token": token} if token else {})}
            page = (await self.client.get("/api/v1/activity/history", params=params)).json()
            found += page["activities"]
            token = page.get("next_page_token", "")
            if not token:
                return found

    async def learned(self) -> int:
        """How many questions the person's patterns count; 0 while there is no answer."""
        answer = await self.client.get("/api/v1/activity/patterns", params={"limit": 100})
        patterns = answer.json().get("user_patterns", ())
        return sum(pattern["frequency"] for pattern in patterns)


async def kill_in_turn(
    suite: Suite,
    watcher: Watcher,
    people: Sequence[Sender],
    victims: Sequence[str] = VICTIMS,
) -> None:
    """Kill one after the other, each in the middle of the logging, and await its return."""

    def total() -> int:
        return sum(len(person.acknowledged) for person in people)

    async def reached(count: int) -> bool:
        return total() >= count

    for victim in victims:
        goal, before = total() + BETWEEN, watcher.restarted[victim]
        await until(lambda goal=goal: reached(goal))  # type: ignore[misc]
        os.kill(pid_of(suite, victim), signal.SIGKILL)

        async def back(victim: str = victim, before: int = before) -> bool:
            return watcher.restarted[victim] > before

        await until(back)
    goal = total() + BETWEEN
    await until(lambda: reached(goal))


def pid_of(suite: Suite, name: str) -> int:
    process = next(c.process for c in suite.supervisor.children if c.program.name == name)
    assert process
    return process.pid


async def test_whatever_is_killed_what_was_acknowledged_is_there_once_and_counted_once(
    running: tuple[Suite, Watcher],
) -> None:
    suite, watcher = running
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client_of(suite, name)) for name in USERS]
        people = [Logger(name, client) for name, client in zip(USERS, clients, strict=True)]
        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(person.log_until(stop))
            await kill_in_turn(suite, watcher, people)
            stop.set()
        for person in people:
            await check(person, watcher)


async def check(person: Logger, watcher: Watcher) -> None:
    history = await person.history()
    found = {activity["query_text"]: activity["id"] for activity in history}
    assert len(found) == len(history)
    assert found == person.acknowledged
    assert set(person.statuses) <= {0, 200, 503, 504}, (person.statuses, watcher.bugs)

    async def all_counted() -> bool:
        return await person.learned() >= len(history)

    await until(all_counted)
    assert await person.learned() == len(history)


@dataclass
class Talker:
    """Somebody who appends to a conversation, each event until it is acknowledged."""

    name: str
    client: httpx2.AsyncClient
    acknowledged: dict[str, str] = field(default_factory=dict)

    async def talk_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            text = f"{len(self.acknowledged)}"
            self.acknowledged[text] = await self.say(text)

    async def say(self, text: str) -> str:
        content = {"role": "user", "message": text}
        event = {
            "event_type": "message",
            "client_event_id": text,
            "content": content,
            "credits_consumed": 2,
        }
        while True:
            with suppress(httpx2.TransportError):
                path = f"/api/v1/conversations/{self.name}/events"
                answer = await self.client.post(path, json={"events": [event]})
                if answer.status_code == 200:
                    return str(answer.json()["results"][0]["event_id"])
            await asyncio.sleep(0.05)  # as a client that was told to come back does


async def test_an_acknowledged_event_of_a_conversation_is_there_once_whatever_is_killed(
    running: tuple[Suite, Watcher],
) -> None:
    suite, watcher = running
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client_of(suite, name)) for name in USERS]
        people = [Talker(name, client) for name, client in zip(USERS, clients, strict=True)]
        for person in people:
            started = {"conversation_id": person.name}
            assert (await person.client.post("/api/v1/conversations", json=started)).is_success
        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(person.talk_until(stop))
            await kill_in_turn(suite, watcher, people, ("activity", "postgres", "activity"))
            stop.set()
        for person in people:
            path = f"/api/v1/conversations/{person.name}"
            found = (await person.client.get(path, params={"page_size": 1000})).json()
            told = {event["content"]["message"]: event["id"] for event in found["events"]}
            assert len(found["events"]) == len(told)
            assert told == person.acknowledged
            conversation = found["conversation"]
            assert conversation["event_count"] == conversation["message_count"] == len(told)
            assert conversation["credits_used"] == 2 * len(told)
