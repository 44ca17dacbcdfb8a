"""Group commit over a writer that the test holds back and lets go."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from services.common import group_commit
from services.common.errors import Unavailable
from services.common.group_commit import BATCH_ROWS, GroupCommit
from tests.waiting import until


class Writer:
    """Stores what it is given, one batch each time the gate opens; "bad" rows break a batch."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[Any]]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.waiting = 0
        self.error: Exception | None = None

    async def __call__(self, organization: str, rows: Sequence[Any]) -> list[Any]:
        self.waiting += 1
        await self.gate.wait()
        self.waiting -= 1
        if self.error:
            raise self.error
        if any(str(row).startswith("bad") for row in rows):
            raise asyncpg.DataError("a value does not fit")
        self.batches.append((organization, list(rows)))
        return [f"{row}!" for row in rows]

    def stored(self, organization: str = "acme") -> list[Any]:
        return [row for org, rows in self.batches if org == organization for row in rows]


@pytest.fixture
async def writer() -> Writer:
    return Writer()


@pytest.fixture
async def queue(writer: Writer) -> GroupCommit[Any, Any]:
    return GroupCommit("test", writer, max_rows=1000, max_bytes=10_000)


async def held(writer: Writer, queue: GroupCommit[Any, Any], *rows: Any) -> list[Any]:
    """Submit rows behind one that is being written; returns their tasks, the first one's first."""
    writer.gate.clear()
    first = asyncio.create_task(queue.submit("acme", "first", 1))
    await until(lambda: is_true(writer.waiting == 1))
    tasks = [asyncio.create_task(queue.submit("acme", row, 1)) for row in rows]
    await asyncio.sleep(0)  # they all stand in the queue
    return [first, *tasks]


async def is_true(value: bool) -> bool:
    return value


async def test_a_lone_row_waits_for_nobody(writer: Writer, queue: GroupCommit[Any, Any]) -> None:
    assert await queue.submit("acme", "a", 1) == "a!"
    assert writer.batches == [("acme", ["a"])]


async def test_what_arrives_during_a_commit_shares_the_next_one_in_order(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    rows = [str(n) for n in range(50)]
    tasks = await held(writer, queue, *rows)
    writer.gate.set()
    assert await asyncio.gather(*tasks) == ["first!", *(f"{row}!" for row in rows)]
    assert writer.batches == [("acme", ["first"]), ("acme", rows)]


async def test_a_transaction_has_a_largest_size(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    tasks = await held(writer, queue, *range(BATCH_ROWS + 10))
    writer.gate.set()
    await asyncio.gather(*tasks)
    assert [len(rows) for _, rows in writer.batches] == [1, BATCH_ROWS, 10]


async def test_organizations_do_not_wait_for_each_other(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    writer.gate.clear()
    tasks = [asyncio.create_task(queue.submit(org, "a", 1)) for org in ("acme", "other")]
    await until(lambda: is_true(writer.waiting == 2))
    writer.gate.set()
    await asyncio.gather(*tasks)
    assert sorted(writer.batches) == [("acme", ["a"]), ("other", ["a"])]


async def test_a_bad_row_fails_alone(writer: Writer, queue: GroupCommit[Any, Any]) -> None:
    tasks = await held(writer, queue, "a", "bad", "b")
    writer.gate.set()
    first, a, bad, b = await asyncio.gather(*tasks, return_exceptions=True)
    assert (first, a, b) == ("first!", "a!", "b!")
    assert isinstance(bad, asyncpg.DataError)
    assert writer.stored() == ["first", "a", "b"]


async def test_rows_stored_one_by_one_stay_acknowledged_when_the_database_goes_away(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    async def write(organization: str, rows: Sequence[Any]) -> list[Any]:
        if rows == ["gone"]:
            raise asyncpg.ConnectionDoesNotExistError("the database went away")
        return await writer(organization, rows)

    fragile: GroupCommit[Any, Any] = GroupCommit("test", write)
    tasks = await held(writer, fragile, "a", "bad", "gone", "b")
    writer.gate.set()
    first, a, bad, gone, b = await asyncio.gather(*tasks, return_exceptions=True)
    assert (first, a) == ("first!", "a!")
    assert isinstance(bad, asyncpg.DataError)
    assert isinstance(gone, asyncpg.ConnectionDoesNotExistError)
    assert isinstance(b, asyncpg.ConnectionDoesNotExistError)
    assert writer.stored() == ["first", "a"]


async def test_what_is_no_fault_of_the_data_fails_the_whole_transaction(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    tasks = await held(writer, queue, "a", "b")
    writer.error = ConnectionRefusedError("no database")
    writer.gate.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ConnectionRefusedError}
    writer.error = None
    assert await queue.submit("acme", "later", 1) == "later!"


async def test_a_full_queue_refuses_and_takes_again_when_it_has_drained(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    tasks = await held(writer, queue, *range(999))
    with pytest.raises(Unavailable):
        await queue.submit("acme", "one too many", 1)
    other = asyncio.create_task(queue.submit("other", "has room of its own", 1))
    writer.gate.set()
    await asyncio.gather(*tasks, other)
    assert await queue.submit("acme", "again", 1) == "again!"


async def test_the_queue_is_bounded_in_bytes(writer: Writer, queue: GroupCommit[Any, Any]) -> None:
    tasks = await held(writer, queue)
    tasks.append(asyncio.create_task(queue.submit("acme", "big", 9_999)))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await queue.submit("acme", "a", 1)
    writer.gate.set()
    await asyncio.gather(*tasks)
    assert await queue.submit("acme", "a", 10_000) == "a!"


async def test_failures_free_their_room(writer: Writer, queue: GroupCommit[Any, Any]) -> None:
    for _ in range(3):
        tasks = await held(writer, queue, *(f"bad {n}" for n in range(998)))
        writer.gate.set()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert await queue.submit("acme", "a", 10_000) == "a!"


async def test_rows_with_the_same_key_never_share_a_transaction_and_keep_their_order(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    tasks = await held(writer, queue)
    for row, key in [
        ("a1", "a"),
        ("b1", "b"),
        ("a2", "a"),
        ("none", None),
        ("b2", "b"),
        ("a3", "a"),
    ]:
        tasks.append(asyncio.create_task(queue.submit("acme", row, 1, key)))
    await asyncio.sleep(0)
    writer.gate.set()
    await asyncio.gather(*tasks)
    batches = [rows for _, rows in writer.batches]
    assert batches == [["first"], ["a1", "b1", "none"], ["a2", "b2"], ["a3"]]


async def test_rows_of_a_caller_who_went_away_are_stored_all_the_same(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    first, gone, stays = await held(writer, queue, "gone", "stays")
    gone.cancel()
    writer.gate.set()
    assert [await first, await stays] == ["first!", "stays!"]
    assert writer.stored() == ["first", "gone", "stays"]


async def test_flushing_waits_until_nothing_is_queued(
    writer: Writer, queue: GroupCommit[Any, Any]
) -> None:
    tasks = await held(writer, queue, "a", "b")
    flushed = asyncio.create_task(queue.flushed())
    await asyncio.sleep(0)
    assert not flushed.done()
    writer.gate.set()
    await flushed
    assert writer.stored() == ["first", "a", "b"]
    assert all(task.done() for task in tasks) or await asyncio.gather(*tasks)


def test_the_bounds_are_those_of_the_design() -> None:
    assert (group_commit.MAX_ROWS, group_commit.MAX_BYTES) == (2_000, 8 * 1024 * 1024)


async def test_rows_that_nobody_waits_for_gather_before_they_are_written(writer: Writer) -> None:
    queue: GroupCommit[Any, Any] = GroupCommit("test", writer, linger_seconds=0.01)
    queue.put("acme", "a", 1)
    await asyncio.sleep(0)
    queue.put("acme", "b", 1)
    await queue.flushed()
    assert writer.batches == [("acme", ["a", "b"])]
