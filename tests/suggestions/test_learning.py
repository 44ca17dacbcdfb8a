"""Learning by the event log: nothing lost and nothing twice, whatever is stopped or wiped."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from attune.activity.v1 import activity_pb2
from attune.suggestions.v1 import patterns_pb2
from redis.asyncio import Redis
from structlog.testing import capture_logs

from services.common import consumer
from services.common.clock import utc_now
from services.common.event_log import channel_of
from services.common.service_tokens import ServiceTokens
from services.suggestions import app
from services.suggestions.patterns.induced import InducedStore
from services.suggestions.patterns.inducing import Inducer
from services.suggestions.patterns.learning import CONSUMER, Learner
from services.suggestions.patterns.store import PatternStore
from services.suggestions.servings.joining import Joiner
from services.suggestions.servings.store import ServingStore
from services.suggestions.vocabularies.catalogue import Catalogue
from tests.databases import connected
from tests.servers import own_valkey
from tests.suggestions.asking import ask
from tests.suite import SERVICE_KEYS, Servers, Suite, running_suite
from tests.waiting import until

FACT = activity_pb2.ActivityLogged.DESCRIPTOR.full_name


class State:
    """What the databases hold of an organization."""

    def __init__(self, suite: Suite, servers: Servers, database: str) -> None:
        self.suite = suite
        self._dsn = servers.admin_dsn(database)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        async with connected(self._dsn) as admin:
            return await admin.fetchval(sql, *args)

    async def total(self, org: str = "acme", kind: str = "global") -> int:
        """How many questions the live patterns count."""
        found = await self.fetchval(
            "SELECT sum(frequency) FROM suggestions.query_patterns p WHERE organization_id = $1"
            " AND pattern_type = $2 AND generation = coalesce((SELECT live"
            " FROM suggestions.pattern_generations g WHERE g.organization_id = $1), 0)",
            org,
            kind,
        )
        return int(found or 0)

    async def caught_up(self, org: str = "acme") -> None:
        """Wait until the consumer has come to the end of the log."""

        async def at_the_end() -> bool:
            head = "SELECT seq FROM activity.event_head WHERE organization_id = $1"
            seq = (
                "SELECT seq FROM suggestions.event_cursors WHERE organization_id = $1"
                " AND consumer = $2"
            )
            return bool(
                await self.fetchval(f"SELECT ({head}) = coalesce(({seq}), 0)", org, CONSUMER)
            )

        await until(at_the_end)

    async def append(self, kind: str, payload: bytes, org: str = "acme") -> int:
        """Put an event into the log as a producer would."""
        async with connected(self._dsn, "activity") as admin, admin.transaction():
            seq: int = await admin.fetchval(
                "UPDATE event_head SET seq = seq + 1 WHERE organization_id = $1 RETURNING seq", org
            )
            insert = "INSERT INTO event_log VALUES ($1, $2, now(), $3, $4)"
            await admin.execute(insert, org, seq, kind, payload)
        return seq

    async def forget_events(self, org: str = "acme") -> None:
        """Drop the organization's log, as if it were old and passed."""
        async with connected(self._dsn, "activity") as admin, admin.transaction():
            await admin.execute("DELETE FROM event_log WHERE organization_id = $1", org)
            await admin.execute(
                "UPDATE event_head SET dropped = seq WHERE organization_id = $1", org
            )


@pytest.fixture
def state(suite: Suite, servers: Servers, database: str) -> State:
    return State(suite, servers, database)


@asynccontextmanager
async def consuming(suite: Suite, workers: int = 1) -> AsyncIterator[None]:
    """Workers of suggestions, stopped at the end wherever they are."""
    async with AsyncExitStack() as stack:
        for _ in range(workers):
            await stack.enter_async_context(app.working(suite.suggestions_settings))
        yield


def texts(count: int) -> list[str]:
    shapes = ("Top {} stocks by volume", "profit for Q1 {}", "what about word{}", "margin {}")
    return [shapes[n % len(shapes)].format(n) for n in range(count)]


async def ask_in_parts(suite: Suite, asked: list[str], size: int = 20) -> None:
    for start in range(0, len(asked), size):
        await ask(suite, *asked[start : start + size])


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many transactions, so that a stop has many places to fall in."""
    monkeypatch.setattr(consumer, "READ_LIMIT", 7)


@pytest.mark.usefixtures("small_batches")
async def test_a_consumer_that_is_stopped_anywhere_loses_nothing_and_counts_nothing_twice(
    state: State,
) -> None:
    chance = random.Random(7)
    logging = asyncio.create_task(ask_in_parts(state.suite, texts(400), 10))
    for _ in range(12):
        async with consuming(state.suite):
            await asyncio.sleep(chance.uniform(0, 0.12))  # where it falls does not matter
    await logging
    async with consuming(state.suite):
        await state.caught_up()
    assert await state.total() == await state.total(kind="user_specific") == 400


@pytest.mark.usefixtures("small_batches")
async def test_workers_side_by_side_count_each_question_once(state: State) -> None:
    async with consuming(state.suite, workers=3):
        await asyncio.gather(*(ask_in_parts(state.suite, texts(100), 5) for _ in range(3)))
        await state.caught_up()
        assert await state.total() == 300


async def test_a_wiped_redis_loses_nothing(state: State, servers: Servers) -> None:
    async with (
        Redis.from_url(servers.valkey.url()) as redis,
        consuming(state.suite),
    ):
        for _ in range(5):
            await ask_in_parts(state.suite, texts(20))
            await redis.flushall()
        await state.caught_up()
    assert await state.total() == 100


async def test_without_redis_it_is_learned_all_the_same_and_its_return_is_noticed(
    servers: Servers, database: str
) -> None:
    with own_valkey() as own:
        theirs = Servers(servers.postgres, own.server)
        async with running_suite(theirs, database) as suite:
            state = State(suite, servers, database)
            async with consuming(suite):
                await ask(suite, *texts(10))
                own.kill()
                await ask(suite, *texts(10))
                await state.caught_up()
                assert await state.total() == 20
                own.start()
                async with Redis.from_url(own.server.url()) as redis:
                    await until(lambda: is_listening(redis))
                await ask(suite, *texts(10))
                await state.caught_up()
    assert await state.total() == 30


async def is_listening(redis: "Redis") -> bool:
    [(_, listeners)] = await redis.pubsub_numsub(channel_of("activity"))
    return bool(listeners)


async def test_a_hint_is_enough_also_when_it_comes_while_the_organization_is_being_read(
    servers: Servers, database: str
) -> None:
    never: dict[str, Any] = {"event_sweep_seconds": 3600}
    async with (
        running_suite(servers, database, **never) as suite,
        consuming(suite),
        Redis.from_url(servers.valkey.url()) as redis,
    ):
        state = State(suite, servers, database)
        await until(lambda: is_listening(redis))
        for n in range(1, 61):
            await asyncio.gather(*(ask(suite, text) for text in texts(3)))
            if n % 20 == 0:
                await state.caught_up()
        assert await state.total() == 180


async def test_an_event_that_cannot_be_read_is_put_aside_after_five_failures(
    state: State,
) -> None:
    await ask(state.suite, *texts(5))
    seq = await state.append(FACT, b"\xff\xff\xff")
    await ask(state.suite, *texts(5))
    with capture_logs() as logs:
        async with consuming(state.suite):
            await state.caught_up()
    failed = [entry["seq"] for entry in logs if entry["event"] == "event failed"]
    assert failed == [seq] * 5
    assert await state.total() == 10
    dead = "SELECT (seq, consumer, type, payload)::text FROM suggestions.event_dead_letters"
    assert await state.fetchval(dead) == f'({seq},{CONSUMER},{FACT},"\\\\xffffff")'


async def test_an_event_that_cannot_be_applied_is_put_aside_and_its_neighbours_are_learned(
    state: State,
) -> None:
    await ask(state.suite, *texts(3))
    bad = activity_pb2.ActivityLogged(
        user_id="x" * 101, activity_type="query", query_text="profit", succeeded=True
    )
    for _ in range(2):
        await state.append(FACT, bad.SerializeToString())
        await ask(state.suite, *texts(2))
    with capture_logs():
        async with consuming(state.suite):
            await state.caught_up()
    assert await state.total() == 7
    count = "SELECT count(*) FROM suggestions.event_dead_letters"
    assert await state.fetchval(count) == 2


async def test_events_of_unknown_types_and_erased_ones_are_skipped(state: State) -> None:
    await ask(state.suite, *texts(3))
    await state.append("attune.future.v9.Thing", b"\xff whatever it is")
    await state.append(FACT, b"")
    await ask(state.suite, *texts(2))
    async with consuming(state.suite):
        await state.caught_up()
    assert await state.total() == 5
    assert not await state.fetchval("SELECT count(*) FROM suggestions.event_dead_letters")


@pytest.mark.parametrize("workers", [1, 3])
async def test_a_consumer_behind_a_dropped_log_starts_over_from_the_snapshot(
    state: State, workers: int
) -> None:
    await ask_in_parts(state.suite, texts(120))
    await state.forget_events()
    async with consuming(state.suite, workers):
        await ask_in_parts(state.suite, texts(60), 2)
        await state.caught_up()
    assert await state.total() == await state.total(kind="role_based") == 180


async def test_a_consumer_that_has_learned_much_starts_over_without_counting_twice(
    state: State,
) -> None:
    await ask(state.suite, *texts(20))
    async with consuming(state.suite):
        await state.caught_up()
    await ask(state.suite, *texts(20))
    await state.forget_events()
    await ask(state.suite, *texts(20))
    async with consuming(state.suite):
        await state.caught_up()
    assert await state.total() == 60


@pytest.mark.usefixtures("small_batches")
async def test_what_is_logged_while_a_rebuild_runs_is_in_the_new_patterns(state: State) -> None:
    admin = state.suite.as_("root", "admin")
    await ask_in_parts(state.suite, texts(100))
    async with consuming(state.suite, workers=2):
        logging = asyncio.create_task(ask_in_parts(state.suite, texts(200), 5))
        rebuilds = 0
        while not logging.done() or rebuilds < 2:
            await state.suite.patterns.RebuildQueryPatterns(
                patterns_pb2.RebuildQueryPatternsRequest(), metadata=admin
            )
            rebuilds += 1
        await logging
        await state.caught_up()
        assert await state.total() == 300


async def test_rebuilds_at_the_same_time_do_not_spoil_each_other(
    state: State, servers: Servers, database: str
) -> None:
    await ask_in_parts(state.suite, texts(150), 50)
    async with app.pool_of(state.suite.suggestions_settings) as pool:
        channel = state.suite.activity_channel
        tokens = ServiceTokens("suggestions", SERVICE_KEYS["suggestions"], channel)
        catalogue = Catalogue(pool, utc_now)
        store = PatternStore(pool)
        inducer = Inducer(InducedStore(), store, ServingStore(pool), utc_now, 3)
        learner = Learner(store, inducer, catalogue, utc_now)
        joiner = Joiner(ServingStore(pool), timedelta(hours=1), utc_now)
        rebuilder = app.rebuilder_of(pool, learner, joiner, channel, tokens, utc_now)
        async with consuming(state.suite):
            for _ in range(4):
                logging = asyncio.create_task(ask_in_parts(state.suite, texts(40), 4))
                await asyncio.gather(*(rebuilder.start_over("acme") for _ in range(3)))
                await logging
            await state.caught_up()
    assert await state.total() == await state.total(kind="user_specific") == 310
    generations = "SELECT count(DISTINCT generation) FROM suggestions.query_patterns"
    assert await state.fetchval(generations) == 1


async def test_organizations_are_learned_side_by_side_and_apart(state: State) -> None:
    orgs = [f"org{n}" for n in range(12)]
    async with consuming(state.suite):
        await asyncio.gather(
            *(
                ask(state.suite, *texts(n + 1), who=state.suite.as_(org=o))
                for n, o in enumerate(orgs)
            )
        )
        for org in orgs:
            await state.caught_up(org)
    assert [await state.total(org) for org in orgs] == list(range(1, 13))


async def test_only_questions_teach(state: State) -> None:
    entries = [
        activity_pb2.LogActivityRequest(activity_type="chat", query_text="profit by region"),
        activity_pb2.LogActivityRequest(activity_type="feedback", feedback_rating=5),
        activity_pb2.LogActivityRequest(
            activity_type="suggestion_click", suggestion_clicked="profit by region"
        ),
    ]
    await state.suite.activity.BatchLogActivities(
        activity_pb2.BatchLogActivitiesRequest(activities=entries), metadata=state.suite.as_()
    )
    await ask(state.suite, "profit by region")
    async with consuming(state.suite):
        await state.caught_up()
    assert await state.total() == 1


async def test_the_producer_hears_how_far_the_consumer_is(state: State) -> None:
    await ask(state.suite, *texts(5))
    await state.append(FACT, b"\xff")
    acknowledged = "SELECT seq FROM activity.event_consumers WHERE consumer = $1"

    async def heard() -> bool:
        return bool(await state.fetchval(acknowledged, CONSUMER) == 6)

    with capture_logs():
        async with consuming(state.suite):
            await until(heard)
