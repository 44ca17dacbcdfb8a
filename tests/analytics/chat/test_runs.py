"""Runs: read by anybody from anywhere in order, resumed, and ended when nobody wants them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from attune.analytics.v1 import chat_pb2 as pb
from redis.asyncio import Redis

from services.analytics.chat.runs import journal
from services.analytics.chat.runs.journal import Journal
from services.analytics.chat.runs.run import About, Run
from services.analytics.chat.runs.runs import Runs, Tell
from services.common.errors import NotFound, QuotaExceeded
from tests.suite import Servers
from tests.waiting import until

NOWHERE = "redis://127.0.0.1:1"


@asynccontextmanager
async def process(redis_url: str, unread_seconds: float = 30.0) -> AsyncIterator[Runs]:
    """What serves runs: each its own, and nothing in common but Redis."""
    async with (
        Redis.from_url(redis_url) as redis,
        Runs(Journal(redis), unread_seconds).looking() as runs,
    ):
        yield runs


@pytest.fixture
async def runs(servers: Servers) -> AsyncIterator[Runs]:
    async with process(servers.valkey.url()) as runs:
        yield runs


def about(user: str = "", organization: str = "acme") -> About:
    """A run of somebody whom no other test knows, where nobody is named."""
    return About(
        run_id=uuid4(),
        organization_id=organization,
        user_id=user or uuid4().hex,
        conversation_id="c-1",
        message_id=uuid4(),
    )


class Waiting:
    """Work that tells a part, waits until it may go on, and tells another."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.cancelled = (asyncio.Event() for _ in range(3))

    async def __call__(self, tell: Tell) -> None:
        await tell(pb.ChatPart(type="status", content="thinking"))
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        await tell(pb.ChatPart(type="receipt"))


async def told(tell: Tell) -> None:
    for number in range(3):
        await tell(pb.ChatPart(type="status", content=str(number)))


async def types_of(parts: AsyncIterator[pb.ChatPart]) -> list[str]:
    return [part.type async for part in parts]


async def read(runs: Runs, run: Run, after: int = 0) -> list[pb.ChatPart]:
    one = run.about
    parts = runs.read(one.organization_id, one.user_id, one.run_id, after)
    return [part async for part in parts]


async def test_a_reader_gets_every_part_in_order_with_its_number(runs: Runs) -> None:
    run = await runs.start(about(), told)
    parts = [part async for part in runs.follow(run)]
    assert [(part.id, part.content) for part in parts] == [("1", "0"), ("2", "1"), ("3", "2")]


async def test_whoever_comes_later_gets_what_was_told_before(runs: Runs) -> None:
    work = Waiting()
    run = await runs.start(about(), work)
    await work.begun.wait()
    reading = [asyncio.create_task(types_of(runs.follow(run))) for _ in range(2)]
    work.go_on.set()
    assert await asyncio.gather(*reading) == [["status", "receipt"]] * 2


async def test_a_reader_goes_on_after_the_last_part_it_has(runs: Runs) -> None:
    run = await runs.start(about(), told)
    assert [part.content for part in await read(runs, run, 2)] == ["2"]


async def test_a_run_that_is_over_is_read_for_a_while(runs: Runs) -> None:
    run = await runs.start(about(), told)
    await types_of(runs.follow(run))
    assert [part.content for part in await read(runs, run, 1)] == ["1", "2"]


async def test_another_process_reads_a_run_as_it_goes_on(runs: Runs, servers: Servers) -> None:
    work = Waiting()
    run = await runs.start(about(), work)
    await work.begun.wait()
    async with process(servers.valkey.url()) as other:
        parts = other.read("acme", run.about.user_id, run.about.run_id, 0)
        assert (await anext(parts)).content == "thinking"
        work.go_on.set()
        assert (await anext(parts)).type == "receipt"
        assert [part async for part in parts] == []


async def test_another_process_ends_a_run(runs: Runs, servers: Servers) -> None:
    work = Waiting()
    run = await runs.start(about(), work)
    await work.begun.wait()
    async with process(servers.valkey.url()) as other:
        await other.cancel("acme", run.about.user_id, run.about.run_id)
    parts = [part async for part in runs.follow(run)]
    assert (parts[-1].type, parts[-1].message.content) == ("error", "the run was cancelled")
    assert work.cancelled.is_set()


async def test_a_run_that_nobody_reads_ends(servers: Servers) -> None:
    work = Waiting()
    async with process(servers.valkey.url(), unread_seconds=0.1) as runs:
        await runs.start(about(), work)
        await asyncio.wait_for(work.cancelled.wait(), 10)


async def test_a_run_goes_on_while_somebody_reads_it(servers: Servers) -> None:
    work = Waiting()
    async with process(servers.valkey.url(), unread_seconds=0.1) as runs:
        run = await runs.start(about(), work)
        async with aclosing(runs.follow(run)) as parts:
            assert (await anext(parts)).content == "thinking"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(work.cancelled.wait(), 1.5)  # three looks
        await asyncio.wait_for(work.cancelled.wait(), 10)


async def test_what_goes_wrong_is_the_last_part(runs: Runs) -> None:
    async def fail(tell: Tell) -> None:
        raise RuntimeError("oh")

    run = await runs.start(about(), fail)
    [part] = [part async for part in runs.follow(run)]
    assert (part.type, "oh" in part.message.content) == ("error", False)


@pytest.mark.parametrize(("user", "organization"), [("bob", "acme"), ("", "other")])
async def test_nobody_else_reads_or_ends_it(
    runs: Runs, servers: Servers, user: str, organization: str
) -> None:
    work = Waiting()
    run = await runs.start(about(), work)
    user = user or run.about.user_id
    async with process(servers.valkey.url()) as other:
        for each in (runs, other):
            with pytest.raises(NotFound):
                await types_of(each.read(organization, user, run.about.run_id, 0))
            with pytest.raises(NotFound):
                await each.cancel(organization, user, run.about.run_id)
    work.go_on.set()
    assert await types_of(runs.follow(run)) == ["status", "receipt"]


async def test_of_one_person_few_go_on_at_once(runs: Runs) -> None:
    user, works = uuid4().hex, [Waiting() for _ in range(3)]
    for work in works:
        await runs.start(about(user), work)
    with pytest.raises(QuotaExceeded):
        await runs.start(about(user), told)
    await runs.start(about(), told)
    await runs.start(about(user, organization="other"), told)


async def test_few_of_one_person_go_on_at_all_processes_together(
    runs: Runs, servers: Servers
) -> None:
    user, works = uuid4().hex, [Waiting() for _ in range(3)]
    async with process(servers.valkey.url()) as other:
        places = zip([runs, other, runs], works, strict=True)
        started = [await each.start(about(user), work) for each, work in places]
        with pytest.raises(QuotaExceeded):
            await other.admit("acme", user)
        with pytest.raises(QuotaExceeded):
            await other.start(about(user), told)
        works[0].go_on.set()
        await types_of(runs.follow(started[0]))
        await until_free(other, user)
        run = await other.start(about(user), told)
        assert len(await types_of(other.follow(run))) == 3


async def until_free(runs: Runs, user: str) -> None:
    async def free() -> bool:
        try:
            await runs.admit("acme", user)
        except QuotaExceeded:
            return False
        return True

    await until(free)


async def test_runs_of_a_process_that_was_killed_take_no_place(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "READING", timedelta(milliseconds=100))
    user = uuid4().hex
    async with Redis.from_url(servers.valkey.url()) as redis:
        killed = Journal(redis)
        assert all([await killed.take(about(user), 3) for _ in range(3)])
        assert not await Journal(redis).take(about(user), 3)
        await asyncio.sleep(0.25)  # nobody says any more that they live
        assert await Journal(redis).take(about(user), 3)


async def test_without_redis_a_run_is_read_where_it_goes_on() -> None:
    async with process(NOWHERE) as runs:
        run = await runs.start(about(), told)
        assert await types_of(runs.follow(run)) == ["status"] * 3
        with pytest.raises(NotFound):
            await read(runs, run)


async def test_the_run_of_a_process_that_was_killed_ends_for_its_readers(servers: Servers) -> None:
    async with Redis.from_url(servers.valkey.url()) as redis:
        journal, lost = Journal(redis), about()
        await journal.begin(lost)
        await journal.tell(lost, pb.ChatPart(id="1", type="status"))
        await redis.delete(f"attune:chat:{{acme}}:{lost.run_id}:alive")
        async with process(servers.valkey.url()) as other:
            parts = [part async for part in other.read("acme", lost.user_id, lost.run_id, 0)]
    assert [part.type for part in parts] == ["status", "error"]


async def test_a_reader_that_is_ahead_of_a_run_gets_nothing(runs: Runs, servers: Servers) -> None:
    run = await runs.start(about(), told)
    assert await types_of(runs.follow(run, 99)) == []
    async with process(servers.valkey.url()) as other:
        assert await read(other, run, 99) == []


async def test_a_refusal_is_told_as_it_is(runs: Runs) -> None:
    async def refuse(tell: Tell) -> None:
        raise QuotaExceeded("as many run as may", 1)

    run = await runs.start(about(), refuse)
    [part] = [part async for part in runs.follow(run)]
    assert (part.message.type, part.message.content) == ("error", "as many run as may")


async def test_unknown_runs_are_not_found(runs: Runs) -> None:
    with pytest.raises(NotFound):
        await runs.cancel("acme", "ann", UUID(int=1))
