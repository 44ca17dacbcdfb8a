"""Somebody who types costs a call where they pause, whatever the number of keys."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.common.db import Pool, pool_for
from services.common.llm.failures import DegradedReason
from services.common.llm.model import opened_model
from services.common.llm.settings import ModelSettings
from services.suggestions.proposals.domain import Mixed
from services.suggestions.proposals.proposer import Proposer, Ways
from services.suggestions.proposals.store import ProposalStore
from tests.clock import Clock
from tests.common.asking_models import Notebook, came
from tests.model_stub import KEY, MODEL, ModelStub, answering, failing, held_by, model_stub
from tests.suggestions.proposals.samples import wanting
from tests.suite import Servers
from tests.waiting import until

LINE = "show me profit by region for "
SAID = [f"Show me profit by region for {when}" for when in ("2024", "2023", "last year", "Q1 2024")]
WAYS = Ways(model=MODEL, pause=0.25, wait=20.0, shortest=3, ttl=timedelta(hours=1))


class Typing:
    """A proposer whose pauses end when the test says so."""

    def __init__(self, stub: ModelStub) -> None:
        self.stub, self.now = stub, Clock()
        self.pauses: list[asyncio.Event] = []
        self.ledger = Notebook()
        self.proposer: Proposer

    async def pause(self, seconds: float) -> None:
        assert seconds == WAYS.pause
        self.pauses.append(asyncio.Event())
        await self.pauses[-1].wait()

    def ask(self, typed: str, **who: Any) -> "asyncio.Task[Mixed]":
        return asyncio.create_task(self.proposer.improved(wanting(typed, **who), []))

    async def type(self, typed: str, **who: Any) -> "asyncio.Task[Mixed]":
        """Ask, and go on once the pause before a call has begun."""
        before = len(self.pauses)
        asked = self.ask(typed, **who)

        async def begun() -> bool:
            return len(self.pauses) > before or asked.done()

        await until(begun)
        return asked

    def let_go(self) -> None:
        """Nobody types for long enough."""
        for pause in self.pauses:
            pause.set()

    async def answer(self, typed: str, **who: Any) -> Mixed:
        asked = await self.type(typed, **who)
        self.let_go()
        return await asked

    @property
    def sent(self) -> list[str]:
        return [asked.prompt for asked in self.stub.asked]


@pytest.fixture
async def pool(servers: Servers, database: str) -> AsyncIterator[Pool]:
    async with pool_for(servers.dsn(database, "suggestions"), "suggestions", 2) as pool:
        yield pool


@pytest.fixture
async def typing(pool: Pool) -> AsyncIterator[Typing]:
    async with model_stub() as stub:
        typing = Typing(stub)
        now = typing.now
        stub.will(answering({"suggestions": SAID}))
        settings = ModelSettings(openai_api_key=KEY, openai_base_url=stub.url)
        async with opened_model(settings, typing.ledger, now) as model:
            typing.proposer = Proposer(model, ProposalStore(pool), WAYS, now, typing.pause)
            yield typing
            await typing.proposer.stop()


async def test_a_line_typed_without_a_pause_is_one_call(typing: Typing) -> None:
    asked = [await typing.type(LINE[:end]) for end in range(3, len(LINE) + 1)]
    typing.let_go()
    *before, last = await asyncio.gather(*asked)
    assert last.source == "llm_fallback"
    assert {one.degraded_reason for one in before} == {"superseded"}
    assert all(one.under_way for one in before)  # so that it is not cached
    assert len(typing.sent) == len(typing.ledger.reserved) == 1
    assert LINE in typing.sent[0]


async def test_what_is_typed_during_a_call_waits_for_it_and_only_the_newest_is_asked(
    typing: Typing,
) -> None:
    release = asyncio.Event()
    typing.stub.will(
        held_by(release, answering({"suggestions": ["Top 5 stocks by volume"]})),
        answering({"suggestions": SAID}),
    )
    first = await typing.type("show me")
    typing.let_go()
    await came(typing.stub, 1)
    others = [await typing.type(text) for text in ("show me p", "show me pr", "show me profit")]
    typing.let_go()
    release.set()
    told = [one.degraded_reason for one in await asyncio.gather(first, *others)]
    assert told == [None, "superseded", "superseded", None]
    assert len(typing.sent) == 2
    assert '"show me profit"' in typing.sent[1]


async def test_what_a_call_said_of_a_beginning_is_used_again_where_it_is_enough(
    typing: Typing,
) -> None:
    first = await typing.answer("show me profit by ")
    again = await typing.ask("show me profit by region for ")
    assert again.source == "llm_fallback"
    assert [one.text for one in again.suggestions] == [one.text for one in first.suggestions]
    assert len(typing.sent) == 1
    fewer = await typing.answer("show me profit by region for 20")  # two ways: not enough
    assert fewer.source == "llm_fallback"
    assert len(typing.sent) == 2


async def test_the_call_before_may_have_said_enough_for_what_waits_for_it(typing: Typing) -> None:
    release = asyncio.Event()
    typing.stub.will(held_by(release, answering({"suggestions": SAID})))
    first = await typing.type("show me profit")
    typing.let_go()
    await came(typing.stub, 1)
    second = await typing.type("show me profit by r")
    typing.let_go()
    release.set()
    assert [one.source for one in await asyncio.gather(first, second)] == ["llm_fallback"] * 2
    assert len(typing.sent) == 1


async def test_what_others_ask_too_is_asked_though_one_of_them_types_on(typing: Typing) -> None:
    ann = await typing.type("show me profit")
    bob = typing.ask("show me profit", user_id="bob")

    async def both_want_it() -> bool:
        flights = typing.proposer._flights._under_way.values()
        return any(len(flight.wanted_by) == 2 for flight in flights)

    await until(both_want_it)
    newer = await typing.type("top 5")
    typing.let_go()
    assert [one.source for one in await asyncio.gather(ann, bob)] == ["llm_fallback"] * 2
    await newer
    assert len(typing.sent) == 2


async def test_nobody_pauses_for_a_server_that_is_left_alone(typing: Typing) -> None:
    typing.stub.will(failing(401))
    for end in range(5):
        await typing.answer(LINE[: 5 + end])
    told = await typing.ask(LINE)
    assert (told.degraded_reason, told.under_way) == ("bad_key", False)
    assert len(typing.pauses) == len(typing.sent) == 5
    typing.now.advance(seconds=30)
    typing.stub.will(answering({"suggestions": SAID}))
    first = await typing.type(LINE)
    joined = typing.ask(LINE, user_id="bob")  # one call tries again, for all who ask the same
    typing.let_go()
    assert [one.source for one in await asyncio.gather(first, joined)] == ["llm_fallback"] * 2


async def test_nobody_pauses_for_a_ledger_that_is_left_alone(typing: Typing) -> None:
    typing.ledger.refuse, typing.ledger.left_alone = DegradedReason.LEDGER_UNAVAILABLE, True
    assert (await typing.ask(LINE)).degraded_reason == "ledger_unavailable"
    assert typing.pauses == []


async def test_nobody_joins_a_call_from_before_the_cache_was_cleared(
    typing: Typing, pool: Pool
) -> None:
    release = asyncio.Event()
    before = answering({"suggestions": ["Show me profit by quarter"]})
    typing.stub.will(held_by(release, before), answering({"suggestions": SAID}))
    first = await typing.type("show me profit")
    typing.let_go()
    await came(typing.stub, 1)
    await pool.execute("INSERT INTO cache_clearings VALUES ('acme', 1, 1)")
    second = await typing.type("show me profit", clearings=1)
    typing.let_go()
    release.set()
    said = [one.suggestions[0].text for one in await asyncio.gather(first, second)]
    assert said == ["Show me profit by quarter", SAID[0]]


async def test_a_failed_call_lets_the_next_one_go(typing: Typing) -> None:
    typing.stub.will(failing(401), answering({"suggestions": SAID}))
    assert (await typing.answer("show me")).degraded_reason == "bad_key"
    assert (await typing.answer("show me profit")).source == "llm_fallback"
