"""Votes while activity and the worker are killed: those acknowledged are there, counted once."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx2

from cli.local.suite import Suite
from tests.chaos.test_kill import (  # noqa: F401  (one is a fixture)
    Watcher,
    client_of,
    pid_of,
    running,
)
from tests.waiting import until

VOTES = 12  # of each person, fewer than anybody may give in a minute
USERS = [f"voter{n}" for n in range(4)]
VICTIMS = ("worker", "activity")
ROUNDS = 2


@dataclass
class Person:
    """Somebody who rates conversation after conversation, each until it is acknowledged."""

    name: str
    client: httpx2.AsyncClient
    acknowledged: dict[str, int] = field(default_factory=dict)

    async def rate(self, numbers: range) -> None:
        for n in numbers:
            name, score = f"{self.name}-{n}", 1 + n % 5
            key = {"Idempotency-Key": name}
            await self.insist("/api/v1/conversations", {"conversation_id": name}, key)
            vote = {"score": score, "text": "a good answer, thank you"}
            await self.insist(f"/api/v1/feedback/{name}", vote, key)
            self.acknowledged[name] = score

    async def insist(self, path: str, body: Any, headers: dict[str, str]) -> None:
        while True:
            try:
                answer = await self.client.post(path, json=body, headers=headers)
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.status_code == 200:
                return
            assert answer is None or answer.status_code in (503, 504), answer.text
            await asyncio.sleep(0.05)  # as a client that was told to come back does

    async def votes(self) -> list[dict[str, Any]]:
        answer = await self.client.get("/api/v1/feedback", params={"user_id": self.name})
        found: list[dict[str, Any]] = answer.json().get("feedback", [])
        return found


async def kill_both(suite: Suite, watcher: Watcher, people: list[Person]) -> None:
    """After some more votes, so that some are accepted and not yet processed."""

    def total() -> int:
        return sum(len(person.acknowledged) for person in people)

    goal, before = total() + len(people) * 2, dict(watcher.restarted)

    async def reached() -> bool:
        return total() >= goal

    async def back() -> bool:
        return all(watcher.restarted[name] > before.get(name, 0) for name in VICTIMS)

    await until(reached)
    for victim in VICTIMS:
        os.kill(pid_of(suite, victim), signal.SIGKILL)
    await until(back)


async def test_votes_outlive_whatever_is_killed_and_are_processed_in_the_end(
    running: tuple[Suite, Watcher],  # noqa: F811
) -> None:
    suite, watcher = running
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client_of(suite, name)) for name in USERS]
        people = [Person(name, client) for name, client in zip(USERS, clients, strict=True)]
        for first in range(0, VOTES, VOTES // ROUNDS):
            async with asyncio.TaskGroup() as group:
                for person in people:
                    group.create_task(person.rate(range(first, first + VOTES // ROUNDS)))
                await kill_both(suite, watcher, people)
        for person in people:

            async def processed(person: Person = person) -> bool:
                return all(vote.get("sentiment") for vote in await person.votes())

            await until(processed)
            votes = await person.votes()
            found = {v["external_id"]: v["user_feedback_score"] for v in votes}
            assert found == person.acknowledged
            assert len(found) == VOTES == len(votes)
            assert {v["revision"] for v in votes} == {1}
        stats = (await clients[0].get("/api/v1/feedback/stats")).json()
        scores = [score for person in people for score in person.acknowledged.values()]
        assert stats["total_count"] == len(scores)
        assert stats["avg_score"] == sum(scores) / len(scores)
    assert watcher.bugs == []
