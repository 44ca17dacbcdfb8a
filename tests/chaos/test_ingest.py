"""Real processes, killed while events are sent: each is stored once, and counted once."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2

from cli.local.suite import Suite
from tests.chaos.test_kill import Watcher, client_of, kill_in_turn, running
from tests.waiting import until

__all__ = ["running"]
SENDERS = [f"sender{n}" for n in range(4)]
BATCH = 25
VICTIMS = ("analytics", "postgres", "worker", "valkey")
STORED = "SELECT count(*) AS events, count(DISTINCT message_id) AS messages FROM events"


@dataclass
class Sender:
    """A program that sends batches until told to stop, each until it is acknowledged."""

    name: str
    client: httpx2.AsyncClient
    acknowledged: list[int] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    async def send_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            number = len(self.acknowledged)
            await self.send(number)
            self.acknowledged.append(number)

    async def send(self, number: int) -> None:
        events = [
            {"event": self.name, "user_id": f"u{n}", "message_id": f"{self.name} {number} {n}"}
            for n in range(BATCH)
        ]
        while True:
            try:
                answer = await self.client.post("/api/v1/events", json=events)
            except httpx2.TransportError:
                self.statuses[0] += 1
            else:
                self.statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    told = Counter(one["status"] for one in answer.json()["results"])
                    assert told["accepted"] + told["duplicate"] == BATCH
                    return
            await asyncio.sleep(0.05)  # as a client that was told to come back does

    async def stored(self) -> tuple[int, int]:
        sql = f"{STORED} WHERE event = '{self.name}'"
        body = {"sql": sql, "no_cache": True}
        answer = await self.client.post("/api/v1/queries:run", json=body)
        assert answer.status_code == 200, answer.text
        [[events, messages]] = answer.json()["rows"]
        return events, messages

    async def counted(self) -> int:
        """How many the rollups know, once nothing is left to be counted; -1 until then."""
        now = datetime.now(UTC)
        around = {"start_time": now - timedelta(days=1), "end_time": now + timedelta(days=1)}
        asked = {"event": self.name} | {name: at.isoformat() for name, at in around.items()}
        answer = await self.client.get("/api/v1/events/series", params=asked)
        assert answer.status_code == 200, answer.text
        if answer.json().get("pending"):
            return -1
        return sum(point.get("events", 0) for point in answer.json()["points"])


async def test_whatever_is_killed_acknowledged_events_are_stored_once_and_counted_once(
    running: tuple[Suite, Watcher],
) -> None:
    suite, watcher = running
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client_of(suite, name)) for name in SENDERS]
        senders = [Sender(name, client) for name, client in zip(SENDERS, clients, strict=True)]
        async with asyncio.TaskGroup() as group:
            for sender in senders:
                group.create_task(sender.send_until(stop))
            await kill_in_turn(suite, watcher, senders, VICTIMS)
            stop.set()
        for sender in senders:
            sent = BATCH * len(sender.acknowledged)
            assert await sender.stored() == (sent, sent)
            assert set(sender.statuses) <= {0, 200, 503, 504}, (sender.statuses, watcher.bugs)

            async def all_counted(sender: Sender = sender, sent: int = sent) -> bool:
                return await sender.counted() == sent

            await until(all_counted)
