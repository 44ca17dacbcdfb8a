"""Joining many clicks: what one costs is bounded, and each counts once however it comes."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attune.activity.v1 import activity_pb2

from services.common.consumer import Fact
from services.common.db import Connection, Pool, pool_for
from services.common.event_log import SQL as CURSOR_SQL
from services.common.jobs import Skipped
from services.suggestions.patterns.learning import CONSUMER
from services.suggestions.servings import joining
from services.suggestions.servings import store as storing
from services.suggestions.servings.domain import Serving
from services.suggestions.servings.joining import WAIT, Joiner
from services.suggestions.servings.store import ServingStore
from tests.clock import Clock
from tests.suggestions.servings.serving import serving
from tests.suite import Servers

WINDOW = timedelta(hours=1)
ORG = "acme"


class Joins:
    """A joiner at a clock of its own, and what it made of things."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self.pool = pool
        self.clock = clock
        self.store = ServingStore(pool)
        self.joiner = Joiner(self.store, WINDOW, clock)

    async def shown(self, *texts: str, ago: float = 1, user: str = "ann") -> None:
        """One answer a text, each a millisecond after the one before."""
        rows = [
            serving(text, at=self.clock.now - timedelta(seconds=ago, milliseconds=-n), user=user)
            for n, text in enumerate(texts)
        ]
        await self.store.insert(ORG, rows)

    async def apply(self, *facts: Fact) -> None:
        async with self.pool.acquire() as conn, conn.transaction():
            await self.joiner.apply(conn, ORG, facts)

    async def run_job(self) -> None:
        await self.joiner.job(CONSUMER).run(b"")

    def clicked(self, number: int, text: str, user: str = "ann", ago: float = 0) -> Fact:
        fact = activity_pb2.ActivityLogged(
            user_id=user, activity_type="suggestion_click", suggestion_clicked=text
        )
        fact.created_at.FromDatetime(self.clock.now - timedelta(seconds=ago))
        return number, fact

    def asked(self, number: int, text: str) -> Fact:
        fact = activity_pb2.ActivityLogged(
            user_id="ann", activity_type="query", query_text=text, succeeded=True
        )
        fact.created_at.FromDatetime(self.clock.now)
        return number, fact

    async def clicks(self) -> dict[int, str]:
        """What became of each click."""
        rows = await self.pool.fetch(
            "SELECT activity_id, serving_id, wait_until FROM suggestion_clicks"
        )
        return {row["activity_id"]: fate(row) for row in rows}

    async def counted(self) -> tuple[int, int, int]:
        """What everybody was shown, accepted and executed."""
        row = await self.pool.fetchrow(
            "SELECT coalesce(sum(shown), 0), coalesce(sum(accepted), 0), coalesce(sum(executed), 0)"
            " FROM template_acceptance WHERE pattern_type = 'global'"
        )
        assert row
        return (int(row[0]), int(row[1]), int(row[2]))


def fate(click: Any) -> str:
    if click["serving_id"]:
        return "joined"
    return "waits" if click["wait_until"] else "given up"


@pytest.fixture
async def joins(servers: Servers, database: str) -> AsyncIterator[Joins]:
    async with pool_for(servers.dsn(database, "suggestions"), "suggestions") as pool:
        await pool.execute(CURSOR_SQL["add_cursor"], ORG, CONSUMER)
        yield Joins(pool, Clock())


@pytest.mark.parametrize(("since", "fate"), [(2, "joined"), (3, "waits")])
async def test_a_click_looks_at_the_newest_answers_only(
    joins: Joins, monkeypatch: pytest.MonkeyPatch, since: int, fate: str
) -> None:
    monkeypatch.setattr(storing, "NEWEST", 3)
    await joins.shown("clicked", *["other"] * since)
    await joins.shown("clicked", user="bob")
    await joins.apply(joins.clicked(1, "clicked"))
    assert await joins.clicks() == {1: fate}


@pytest.mark.parametrize(("since", "executed"), [(2, 1), (3, 0)])
async def test_a_question_looks_at_the_newest_answers_only(
    joins: Joins, monkeypatch: pytest.MonkeyPatch, since: int, executed: int
) -> None:
    monkeypatch.setattr(storing, "NEWEST", 3)
    await joins.shown("what was asked", *["other"] * since)
    await joins.apply(joins.asked(1, "what was asked"))
    assert (await joins.counted())[2] == executed


async def test_a_batch_leaves_those_that_wait_to_the_job(joins: Joins) -> None:
    await joins.apply(joins.clicked(1, "late"))
    await joins.shown("late", "other")
    await joins.apply(joins.clicked(2, "other"))
    assert await joins.clicks() == {1: "waits", 2: "joined"}
    await joins.run_job()
    assert await joins.clicks() == {1: "joined", 2: "joined"}


async def test_a_click_that_waited_too_long_is_not_tried_and_given_up_with_the_next(
    joins: Joins,
) -> None:
    await joins.apply(joins.clicked(1, "late"))
    await joins.shown("late")
    joins.clock.advance(seconds=WAIT.total_seconds())
    await joins.apply(joins.clicked(2, "other"))
    assert await joins.clicks() == {1: "given up", 2: "waits"}
    await joins.run_job()
    assert await joins.counted() == (0, 0, 0)


async def test_one_whose_turn_to_be_given_up_is_yet_to_come_is_not_tried_either(
    joins: Joins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "GIVEN_UP_AT_ONCE", 0)
    late = joins.clicked(1, "late")
    await joins.apply(late)
    await joins.shown("late")
    joins.clock.advance(seconds=WAIT.total_seconds())
    await joins.apply(late)
    assert await joins.counted() == (0, 0, 0)


async def test_an_answer_of_a_moment_later_counts_only_where_there_is_none_before(
    joins: Joins,
) -> None:
    await joins.shown("a", ago=60)
    await joins.shown("a", "b", ago=-3)
    await joins.shown("c", ago=-6)
    await joins.apply(*(joins.clicked(n, text) for n, text in enumerate("abc")))
    assert await joins.clicks() == {0: "joined", 1: "joined", 2: "waits"}
    served = "SELECT served_at FROM suggestion_clicks WHERE activity_id = 0"
    assert await joins.pool.fetchval(served) == joins.clock.now - timedelta(seconds=60)


async def test_of_one_persons_clicks_the_newest_go_on_waiting(
    joins: Joins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "WAITING", 2)
    await joins.apply(joins.clicked(1, "never shown", "bob"))
    await joins.apply(*(joins.clicked(n, "never shown") for n in (2, 3, 4)))
    await joins.apply(joins.clicked(5, "never shown"))
    fates = {1: "waits", 2: "given up", 3: "given up", 4: "waits", 5: "waits"}
    assert await joins.clicks() == fates


async def test_the_job_comes_to_all_that_wait_slice_by_slice(
    joins: Joins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "SLICE", 2)
    for first in (1, 4):
        await joins.apply(*(joins.clicked(first + n, f"late {n}") for n in range(3)))
        joins.clock.advance(seconds=1)
    await joins.shown(*(f"late {n}" for n in range(3)), ago=30)
    await joins.run_job()
    assert set((await joins.clicks()).values()) == {"joined"}
    assert await joins.counted() == (3, 3, 0)


async def test_the_job_gives_up_in_slices(joins: Joins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "GIVEN_UP_AT_ONCE", 2)
    await joins.apply(*(joins.clicked(n, "never shown") for n in range(5)))
    joins.clock.advance(seconds=WAIT.total_seconds())
    await joins.run_job()
    assert set((await joins.clicks()).values()) == {"given up"}


@asynccontextmanager
async def lease_held(joins: Joins) -> AsyncIterator[Connection]:
    async with joins.pool.acquire() as conn, conn.transaction():
        await conn.fetchrow(CURSOR_SQL["claim_cursor"], ORG, CONSUMER)
        yield conn


async def test_where_another_holds_the_lease_the_job_is_skipped_and_still_gives_up(
    joins: Joins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "PATIENCE", timedelta(milliseconds=50))
    await joins.apply(joins.clicked(1, "never shown"))
    joins.clock.advance(seconds=WAIT.total_seconds())
    await joins.apply(joins.clicked(2, "late", user="bob"))
    async with lease_held(joins):
        with pytest.raises(Skipped, match=ORG):
            await joins.run_job()
    assert await joins.clicks() == {1: "given up", 2: "waits"}


@pytest.mark.parametrize("seed", range(8))
async def test_clicks_count_once_however_they_are_cut_into_batches_and_told_again(
    joins: Joins, seed: int
) -> None:
    """Half of the answers are stored when half of the clicks are through already."""
    chance = random.Random(seed)
    answers = [
        serving(f"text {n % 12}", at=moment(joins, chance), user=chance.choice(["ann", "bob"]))
        for n in range(40)
    ]
    facts = [
        joins.clicked(
            n, f"text {chance.randrange(16)}", chance.choice(["ann", "bob"]), chance.uniform(0, 60)
        )
        for n in range(60)
    ]
    await joins.store.insert(ORG, answers[:20])
    for batch in cut(facts[:30], chance):
        await joins.apply(*batch)
    await joins.store.insert(ORG, answers[20:])
    for batch in cut(facts, chance):
        await joins.apply(*batch)
        if chance.random() < 0.3:
            await joins.run_job()
    await joins.run_job()
    found = await joins.clicks()
    rows = await joins.pool.fetch("SELECT clicked FROM servings")
    chosen = sum(len(row["clicked"]) for row in rows)
    assert await joins.counted() == (chosen, chosen, 0)
    assert found == {n: expected(fact, answers) for n, fact in facts}


def moment(joins: Joins, chance: random.Random) -> datetime:
    return joins.clock.now - timedelta(seconds=chance.uniform(-2, 90))


def cut(facts: Sequence[Fact], chance: random.Random) -> list[Sequence[Fact]]:
    batches = []
    while facts:
        size = chance.randint(1, 12)
        batches.append(facts[:size])
        facts = facts[size:]
    return batches


def expected(fact: Any, answers: Sequence[Serving]) -> str:
    """Whether anything that was ever stored fits."""
    at = fact.created_at.ToDatetime(UTC)
    for answer in answers:
        held = fact.suggestion_clicked in {s.text for s in answer.suggestions}
        near = at - WINDOW < answer.served_at <= at + storing.SKEW
        if held and near and answer.user_id == fact.user_id:
            return "joined"
    return "waits"
