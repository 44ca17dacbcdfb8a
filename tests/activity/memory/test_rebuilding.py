"""However messages arrive, what is remembered is what a rebuild makes of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from attune.activity.v1 import conversations_pb2, memory_pb2_grpc
from attune.activity.v1 import memory_pb2 as pb
from hypothesis import given, settings
from hypothesis import strategies as st

from services.activity import app
from services.activity.memory.domain import CURRENT, Fact, Mention, Triple
from services.activity.memory.folding import Limits, folded
from services.activity.memory.remembering import Memory
from services.activity.memory.settling import by_hand, renewed
from services.activity.memory.store import MemoryStore
from services.common.clock import utc_now
from services.common.db import Pool
from services.common.event_log import Hints
from services.common.ids import uuid7
from tests.activity.conversations.talking import said
from tests.activity.memory.remembering import Remembered, caught_up, remembering
from tests.properties import quick
from tests.suite import Suite

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=400)
LIMITS = Limits(facts=4, kept=timedelta(days=365))
TRIPLES = [
    Triple(attribute="lives_in", value="Hamburg"),
    Triple(attribute="lives_in", value="Berlin"),
    Triple(attribute="likes", value="green tea"),
    Triple(attribute="likes", value="Green teas"),
    Triple(attribute="dislikes", value="green tea"),
    Triple(attribute="uses", value="Excel"),
    Triple(attribute="uses", value="Excel", gone=True),
    Triple(attribute="prefers", value="tables over charts"),
    Triple(attribute="prefers", value="charts over tables"),
    Triple(attribute="prefers", value="dark mode"),
    Triple(attribute="prefers", value="light mode"),
]


@st.composite
def mentions(draw: st.DrawFn) -> list[Mention]:
    """What a person said over more than a year, some of it at the same moment."""
    made = []
    for place in range(draw(st.integers(0, 12))):
        at = START + timedelta(days=draw(st.integers(0, 380)))
        made.append(
            Mention(
                triple=draw(st.sampled_from(TRIPLES)),
                event_id=UUID(int=(uuid7(at).int >> 64 << 64) + place),
                conversation_id=UUID(int=1),
                said_at=at,
                place=0,
                confidence=draw(st.sampled_from([0.7, 0.8, 0.9])),
            )
        )
    return made


def shown(facts: list[Fact]) -> list[Any]:
    """What of facts does not depend on when they were looked at."""
    return sorted(
        (str(f.triple), f.state, f.valid_from, str(f.valid_to), round(f.confidence, 9), f.event_ids)
        for f in facts
        if f.state == CURRENT
    )


@quick
@given(mentions(), st.data())
def test_the_order_of_arrival_and_repetitions_do_not_matter(
    said_ones: list[Mention], data: st.DataObject
) -> None:
    at_once = renewed([], said_ones, LIMITS, NOW)
    known: list[Fact] = []
    arrived: list[Mention] = []
    for mention in data.draw(st.permutations(said_ones)):
        arrived.append(mention)
        for _ in range(2):
            written = {fact.id: fact for fact in renewed(known, arrived, LIMITS, NOW)}
            known = [*{**{fact.id: fact for fact in known}, **written}.values()]
    assert shown(known) == shown(at_once)
    assert renewed(known, arrived, LIMITS, NOW) == []


@quick
@given(mentions())
def test_of_one_place_one_fact_holds_at_a_time(said_ones: list[Mention]) -> None:
    unlimited = replace(LIMITS, facts=100)
    facts = folded(said_ones, (), unlimited, NOW)
    for one in facts:
        for other in facts:
            assert one.triple
            assert other.triple
            keys = one.triple.key, other.triple.key
            if one is not other and keys[0].family == keys[1].family == "lives_in:":
                ends = [f.valid_to or NOW for f in (one, other)]
                assert ends[0] <= other.valid_from or ends[1] <= one.valid_from


@quick
@given(mentions())
def test_no_more_hold_than_may_and_what_was_told_by_hand_stays(said_ones: list[Mention]) -> None:
    told = by_hand(Triple(attribute="name", value="Ann"), START + timedelta(days=1))
    facts = folded(said_ones, [told], LIMITS, NOW)
    holding = [fact for fact in facts if fact.state == CURRENT]
    assert len(holding) <= LIMITS.facts
    assert told.id in {fact.id for fact in holding}


TEXTS = [
    "I live in Hamburg.",
    "I moved to Berlin.",
    "I like green tea. I use Excel.",
    "I don't like green tea.",
    "I no longer use Excel",
    "I prefer tables over charts",
    "I prefer charts over tables",
    "What do I prefer?",
    "Let's play a game",
    "Stop the game",
]
OTHERS = ["You live in Hamburg.", "You like green tea.", "Noted!"]


@st.composite
def talks(draw: st.DrawFn) -> list[tuple[str, str, int]]:
    """Messages of two conversations: who says what, at which second."""
    spoken = st.one_of(
        st.tuples(st.just("user"), st.sampled_from(TEXTS)),
        st.tuples(st.just("assistant"), st.sampled_from(OTHERS)),
    )
    return [(*draw(spoken), draw(st.integers(0, 90))) for _ in range(draw(st.integers(1, 8)))]


async def facts_of(suite: Suite, user: str) -> list[Any]:
    stub: memory_pb2_grpc.MemoryServiceAsyncStub = suite.memory
    request = pb.ListMemoryRequest(user_id=user)
    answer = await stub.ListMemory(request, metadata=suite.as_("root", "admin"))
    return sorted(
        (f.statement, f.valid_from.seconds, f.confidence, [s.event_id for s in f.sources], f.id)
        for f in answer.facts
    )


class Replayed:
    """Applies to one person what the log has, in another order and more than once."""

    def __init__(self, suite: Suite, pool: Pool, hints: Hints) -> None:
        self.suite = suite
        self.pool = pool
        limits = Limits(suite.activity_settings.memory_facts, timedelta(days=365))
        self.memory = Memory(MemoryStore(pool), limits, hints, utc_now)

    async def check(self, talk: list[tuple[str, str, int]], seed: int) -> None:
        user = f"u{uuid4().hex[:8]}"
        ann = Remembered(self.suite, of=user, user=user)
        facts = await self._say(ann, user, talk)
        for start in range(0, len(facts), 1 + seed % 3):
            part = facts[start : start + 1 + seed % 3]
            for again in range(2):
                async with self.pool.acquire() as conn, conn.transaction():
                    await self.memory.apply(conn, "acme", part[:: 1 if again else -1])
        live = await facts_of(self.suite, user)
        assert not await ann.rebuild()
        assert await facts_of(self.suite, user) == live

    async def _say(self, ann: Remembered, user: str, talk: Any) -> list[tuple[int, Any]]:
        """Store the messages; the facts of the log that tell of them."""
        names = [(await ann.talk.start()).id for _ in range(2)]
        facts = []
        for place, (role, text, second) in enumerate(talk):
            event = said(text, role)
            event.timestamp.FromDatetime(START + timedelta(seconds=second))
            done = await ann.talk.append(names[place % 2], event)
            facts.append(
                conversations_pb2.ConversationEventAppended(
                    conversation_id=names[place % 2],
                    event_id=done.results[0].event_id,
                    user_id=user,
                    event_type="message",
                    role=role,
                )
            )
        return [*enumerate(facts, 1)]


async def test_a_rebuild_finds_what_is_there(suite: Suite) -> None:
    from redis.asyncio import Redis

    async with (
        app.pool_of(suite.activity_settings) as pool,
        Redis.from_url(suite.activity_settings.redis_url) as redis,
    ):
        replayed = Replayed(suite, pool, Hints(redis, "activity"))
        examples: list[tuple[Any, int]] = []

        @settings(quick, max_examples=25)
        @given(talks(), st.integers(0, 5))
        def collect(talk: Any, seed: int) -> None:
            examples.append((talk, seed))

        collect()
        for talk, seed in examples:
            await replayed.check(talk, seed)


async def test_an_organization_starts_over_from_its_conversations(suite: Suite) -> None:
    ann = Remembered(suite)
    async with remembering(suite) as pool:
        await ann.say("I live in Hamburg. I like tea.", "I moved to Berlin.")
        await caught_up(pool)
        await ann.forget((await ann.one("Likes tea")).id)
        before = await facts_of(suite, "ann")
    async with (
        app.pool_of(suite.activity_settings) as pool,
        pool.acquire() as conn,
        conn.transaction(),
    ):
        limits = Limits(200, timedelta(days=365))
        memory = Memory(MemoryStore(pool), limits, Hints(None, "activity"), utc_now)  # type: ignore[arg-type]
        await memory.rebuild(conn, "acme")
    assert await facts_of(suite, "ann") == before


@pytest.mark.parametrize("days", [364, 366])
def test_what_is_not_said_again_expires(days: int) -> None:
    mention = Mention(
        triple=TRIPLES[0],
        event_id=uuid7(START),
        conversation_id=uuid4(),
        said_at=START,
        place=0,
        confidence=0.8,
    )
    [fact] = folded([mention], (), LIMITS, START + timedelta(days=days))
    assert fact.state == ("current" if days < 365 else "expired")
    assert fact.valid_to == (None if days < 365 else START + LIMITS.kept)
