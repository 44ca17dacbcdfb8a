"""Profiles and contexts while the worker dies and Redis forgets: in the end all is counted once."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from typing import Any

import httpx2
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cli.local.suite import Suite
from tests.chaos.test_kill import Watcher, client_of, pid_of, running
from tests.waiting import until

__all__ = ["running"]

USERS = [f"talker{n}" for n in range(3)]
VICTIMS = ("worker", "worker", "valkey", "worker", "activity")
BETWEEN = 6  # conversations from one kill to the next
CONVERSATIONS = "/api/v1/conversations"


@dataclass
class Talker:
    """Somebody who begins conversations until told to stop, each until it is acknowledged."""

    name: str
    client: httpx2.AsyncClient
    acknowledged: list[str] = field(default_factory=list)

    async def talk_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            text = f"Question {len(self.acknowledged)} of {self.name}"
            await self.start(text)
            self.acknowledged.append(text)

    async def start(self, text: str) -> None:
        body = {"messages": [{"role": "user", "content": text}]}
        headers = {"Idempotency-Key": text}
        while True:
            try:
                answer = await self.client.post(CONVERSATIONS, json=body, headers=headers)
                if answer.status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.05)  # as a client that was told to come back does

    async def get(self, what: str) -> dict[str, Any]:
        try:
            answer = await self.client.get(f"/api/v1/users/{self.name}/{what}")
        except httpx2.TransportError:
            return {}
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return found


async def kill_in_turn(suite: Suite, watcher: Watcher, people: list[Talker]) -> None:
    def total() -> int:
        return sum(len(person.acknowledged) for person in people)

    for victim in VICTIMS:
        goal, before = total() + BETWEEN, watcher.restarted[victim]

        async def further(goal: int = goal) -> bool:
            return total() >= goal

        async def back(victim: str = victim, before: int = before) -> bool:
            return watcher.restarted[victim] > before

        await until(further)
        await forget(suite)
        os.kill(pid_of(suite, victim), signal.SIGKILL)
        await until(back)


async def forget(suite: Suite) -> None:
    """Wipe Redis."""
    async with Redis.from_url(suite.addresses.redis_url) as redis:
        try:
            await redis.flushall()
        except RedisError:
            return  # it is down just then, which is as good


async def test_whatever_is_killed_or_wiped_profiles_and_contexts_come_out_right(
    running: tuple[Suite, Watcher],
) -> None:
    suite, watcher = running
    stop = asyncio.Event()
    people = [Talker(name, client_of(suite, name)) for name in USERS]
    try:
        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(person.talk_until(stop))
            await kill_in_turn(suite, watcher, people)
            stop.set()
        for person in people:
            await check(person)
    finally:
        for person in people:
            await person.client.aclose()


async def check(person: Talker) -> None:
    count = len(person.acknowledged)

    async def counted() -> bool:
        profile = await person.get("profile")
        context = await person.get("context")
        newest = context.get("recent_intents", [""])[:1]
        enough = profile.get("total_conversations", 0) >= count
        return bool(enough and newest == person.acknowledged[-1:])

    await until(counted)
    profile = await person.get("profile")
    assert (profile["total_conversations"], profile["total_messages"]) == (count, count)
