"""Calls about memory, short enough for tests to read."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from attune.activity.v1 import conversations_pb2
from attune.activity.v1 import memory_pb2 as pb

from services.activity import app
from services.common.db import Pool
from tests.activity.conversations.talking import Talk
from tests.suite import Suite
from tests.waiting import until

CONSUMER = "activity.memory"


class Remembered:
    """What one caller does with what is remembered of a person."""

    def __init__(
        self, suite: Suite, of: str = "ann", user: str = "ann", role: str = "viewer", **who: Any
    ) -> None:
        self.suite = suite
        self.of = of
        self.stub = suite.memory
        self.who = suite.as_(user, role, **who)
        self.talk = Talk(suite, of, **who)

    async def list(self, **fields: Any) -> Sequence[pb.MemoryFact]:
        return (await self.page(**fields)).facts

    async def page(self, **fields: Any) -> pb.ListMemoryResponse:
        request = pb.ListMemoryRequest(user_id=self.of, **fields)
        return await self.stub.ListMemory(request, metadata=self.who)

    async def statements(self, **fields: Any) -> set[str]:
        return {fact.statement for fact in await self.list(**fields)}

    async def one(self, statement: str, **fields: Any) -> pb.MemoryFact:
        [found] = [f for f in await self.list(**fields) if f.statement == statement]
        return found

    async def add(self, attribute: str, value: str, **fields: Any) -> pb.MemoryFact:
        request = pb.AddMemoryFactRequest(
            user_id=self.of, attribute=attribute, value=value, **fields
        )
        return await self.stub.AddMemoryFact(request, metadata=self.who)

    async def correct(self, fact_id: str, value: str) -> pb.MemoryFact:
        request = pb.CorrectMemoryFactRequest(user_id=self.of, fact_id=fact_id, value=value)
        return await self.stub.CorrectMemoryFact(request, metadata=self.who)

    async def forget(self, fact_id: str) -> pb.MemoryFact:
        request = pb.ForgetMemoryFactRequest(user_id=self.of, fact_id=fact_id)
        return await self.stub.ForgetMemoryFact(request, metadata=self.who)

    async def forget_all(self) -> int:
        request = pb.ForgetMemoryRequest(user_id=self.of)
        answer = await self.stub.ForgetMemory(request, metadata=self.who)
        return int(answer.forgotten)

    async def rebuild(self) -> bool:
        request = pb.RebuildMemoryRequest(user_id=self.of)
        metadata = self.suite.as_("root", "admin")
        answer = await self.stub.RebuildMemory(request, metadata=metadata)
        return bool(answer.changed)

    async def say(
        self, *texts: str, role: str = "user", **start: Any
    ) -> conversations_pb2.Conversation:
        messages = [conversations_pb2.Message(role=role, content=text) for text in texts]
        return await self.talk.start(messages=messages, **start)


@asynccontextmanager
async def remembering(suite: Suite) -> AsyncIterator[Pool]:
    """Activity's worker beside, and its database."""
    async with app.working(suite.activity_settings), app.pool_of(suite.activity_settings) as pool:
        yield pool


async def caught_up(pool: Pool, organization: str = "acme") -> None:
    """Wait until memory's consumer has passed all that is in the log by now."""
    head = await pool.fetchval(
        "SELECT seq FROM event_head WHERE organization_id = $1", organization
    )

    async def passed() -> bool:
        query = "SELECT seq FROM event_consumers WHERE organization_id = $1 AND consumer = $2"
        return bool((await pool.fetchval(query, organization, CONSUMER) or 0) >= head)

    await until(passed)
