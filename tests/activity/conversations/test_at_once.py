"""Many write to conversations at once."""

import asyncio
import json
from typing import Any

import pytest
from attune.activity.v1 import conversations_pb2 as pb

from tests.activity.conversations.talking import Talk, called, facts, said
from tests.suite import Suite, reason_of


@pytest.fixture
def ann(suite: Suite) -> Talk:
    return Talk(suite)


async def test_what_is_refused_never_fails_what_comes_with_it(ann: Talk, suite: Suite) -> None:
    bob = Talk(suite, "bob")
    for talk, name in ((ann, "open"), (ann, "other"), (ann, "ended"), (bob, "bobs")):
        await talk.start(conversation_id=name)
    await ann.finish("ended", "completed")
    number = (await ann.get("open")).conversation.id
    tools = [called(f"tool{n}") for n in range(201)]
    good = [ann.append(name, said("x", client_event_id="e")) for name in ("open", number, "other")]
    bad = [
        ann.append("ended", said("x")),
        ann.append("nowhere", said("x")),
        ann.append("bobs", said("x")),
        Talk(suite, "root", "admin").append("bobs", said("x")),
        Talk(suite, org="other").append("open", said("x")),
        ann.append("other", *tools),
    ]
    more = [ann.append("open", said(f"{n}")) for n in range(5)]
    found: list[Any] = await asyncio.gather(*good, *bad, *more, return_exceptions=True)
    first, second, third, *rest = found
    assert [first.appended + second.appended, third.appended] == [1, 1]
    assert first.results[0].event_id == second.results[0].event_id
    assert [reason_of(error) for error in rest[: len(bad)]] == [
        *("FAILED_PRECONDITION", "NOT_FOUND", "NOT_FOUND", "PERMISSION_DENIED", "NOT_FOUND"),
        "INVALID_FIELD",
    ]
    counts = [(await ann.get(name)).conversation.event_count for name in ("open", "other")]
    assert counts == [6, 1]


async def test_fifty_writers_at_once_lose_nothing(ann: Talk, suite: Suite) -> None:
    await ann.start(conversation_id="c")

    async def write(writer: int) -> None:
        for n in range(4):
            tool = called(f"tool{writer % 3}", credits_consumed=writer)
            await ann.append("c", said(f"{writer}/{n}"), tool)

    await asyncio.gather(*(write(writer) for writer in range(50)))
    now = (await ann.get("c")).conversation
    assert (now.event_count, now.message_count) == (400, 200)
    assert now.credits_used == 4 * sum(range(50))
    tools = json.loads(now.tools_used.utf8)
    assert tools == {"tool0": 68, "tool1": 68, "tool2": 64}
    told = [f for f in await facts(suite) if isinstance(f, pb.ConversationEventAppended)]
    assert len({fact.event_id for fact in told}) == len(told) == 400
