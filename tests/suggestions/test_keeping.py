"""Answers on their way into the cache are served, and cost nobody anything where they get lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.common.group_commit import MAX_ROWS
from services.suggestions.personalized.keeping import Answer, Keeper, Kept, Place

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLACE = Place("acme", "ann", "hash")
KEPT = Kept(PLACE, Answer((), (), (), "patterns"), 3, 1, NOW, NOW + timedelta(hours=1))


class Written:
    """Writes when it is let to, and remembers what."""

    def __init__(self) -> None:
        self.rows: list[Kept] = []
        self.batches = 0
        self.let = asyncio.Event()

    async def __call__(self, organization_id: str, kept: Sequence[Kept]) -> None:
        self.batches += 1
        await self.let.wait()
        self.rows += [replace(one) for one in kept]


async def test_an_answer_is_found_until_it_is_stored_and_its_hits_with_it() -> None:
    write = Written()
    keeper = Keeper(write)
    keeper.keep(replace(KEPT))
    assert keeper.find(PLACE, 3, 1, NOW) == KEPT.answer
    assert keeper.find(PLACE, 3, 1, NOW) == KEPT.answer
    write.let.set()
    await keeper.settled("acme")
    assert [row.hits for row in write.rows] == [2]
    assert keeper.find(PLACE, 3, 1, NOW) is None


@pytest.mark.parametrize(
    ("place", "version", "generation", "now"),
    [
        (PLACE, 4, 1, NOW),
        (PLACE, 3, 2, NOW),
        (PLACE, 3, 1, KEPT.expires_at),
        (PLACE._replace(user_id="bob"), 3, 1, NOW),
        (PLACE._replace(organization_id="other"), 3, 1, NOW),
    ],
)
async def test_only_who_may_have_it_gets_it(
    place: Place, version: int, generation: int, now: datetime
) -> None:
    write = Written()
    keeper = Keeper(write)
    keeper.keep(replace(KEPT))
    assert keeper.find(place, version, generation, now) is None
    write.let.set()
    await keeper.flushed()


async def test_answers_of_a_moment_are_stored_together_and_the_same_place_in_turn() -> None:
    write = Written()
    write.let.set()
    keeper = Keeper(write)
    for user in ("ann", "bob", "eve"):
        keeper.keep(replace(KEPT, place=PLACE._replace(user_id=user)))
    later = replace(KEPT, version=4)
    keeper.keep(later)
    assert keeper.find(PLACE, 4, 1, NOW) == later.answer
    await keeper.settled("acme")
    assert write.batches == 2
    assert [row.version for row in write.rows if row.place == PLACE] == [3, 4]


async def test_waiting_for_what_is_on_its_way_does_not_wait_for_what_comes_later() -> None:
    write = Written()
    keeper = Keeper(write)
    await keeper.settled("acme")
    keeper.keep(replace(KEPT))
    waiting = asyncio.create_task(keeper.settled("acme"))
    await asyncio.sleep(0)
    keeper.keep(replace(KEPT, place=PLACE._replace(user_id="bob")))
    write.let.set()
    await waiting
    await keeper.flushed()
    assert len(write.rows) == 2


async def test_a_write_that_fails_and_a_full_queue_trouble_nobody() -> None:
    async def fail(organization_id: str, kept: Sequence[Kept]) -> None:
        raise ConnectionError("the database is down")

    keeper = Keeper(fail)
    for number in range(MAX_ROWS + 1):
        keeper.keep(replace(KEPT, place=PLACE._replace(user_id=f"u{number}")))
    await keeper.flushed()
    assert keeper.find(PLACE._replace(user_id="u1"), 3, 1, NOW) is None
