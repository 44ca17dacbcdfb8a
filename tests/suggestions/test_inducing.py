"""Slots that are found while questions are counted; the counts move, and nothing else changes."""

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attune.activity.v1 import activity_pb2
from attune.suggestions.v1 import patterns_pb2
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.common.clock import utc_now
from services.common.db import Pool
from services.suggestions import app
from services.suggestions.metrics.store import MetricsStore
from services.suggestions.patterns import domain, inducing, sessions, signals
from services.suggestions.patterns.learning import Learner
from services.suggestions.patterns.templating import Templater
from services.suggestions.ranking.model import JOINED
from services.suggestions.templates.vocabulary import Vocabulary
from services.suggestions.vocabularies.catalogue import Catalogue
from tests.databases import connected
from tests.suggestions.asking import ask, learned, patterns, suggest
from tests.suite import Servers, Suite

START = datetime(2026, 1, 1, tzinfo=UTC)
TOWNS = ["gdansk", "Leipzig", "porto", "san marino", "Aarhus", "graz", "new plymouth", "split"]
PEOPLE = ["Goran", "bilal", "anna kowalski", "priya nair", "Tomasz"]
SHAPES = [
    "show revenue of {town}",
    "Show revenue of {town}?",
    "how many orders did {person} place in {town}",
    "which orders of {person} are open since Q1 2025",
    "top 5 stocks by volume in {town}",
    "is {person} on call",
    "margin",
]
# What follows what is counted for the job role of both questions.
ROLES = {"ann": "analyst", "bob": "analyst", "cem": "trader", "dan": ""}
Row = dict[str, Any]


def activity(chance: random.Random, number: int) -> activity_pb2.ActivityLogged:
    text = chance.choice(SHAPES).format(town=chance.choice(TOWNS), person=chance.choice(PEOPLE))
    user = chance.choice(list(ROLES))
    fact = activity_pb2.ActivityLogged(
        user_id=user,
        job_role=ROLES[user],
        activity_type="query",
        query_text=text,
        session_id=chance.choice(["", "", "one", "two"]),
        connection_id=chance.choice(["", "my-database"]),
        succeeded=chance.random() > 0.2,
    )
    if chance.random() > 0.3:
        fact.response_micros = chance.randrange(1_000_000)
    fact.created_at.FromDatetime(START + timedelta(minutes=number))
    return fact


class Bench:
    """A learner on a database of its own, as the consumer and the rebuild use it."""

    def __init__(self, pool: Pool, learner: Learner) -> None:
        self.pool = pool
        self._learner = learner

    async def count(self, generation: int, facts: Sequence[object], org: str = "acme") -> None:
        async with self.pool.acquire() as conn, conn.transaction():
            await self._learner.count(conn, org, generation, facts)

    async def count_and_fail(self, facts: Sequence[object]) -> None:
        async with self.pool.acquire() as conn, conn.transaction():
            await self._learner.count(conn, "acme", 0, facts)
            raise ZeroDivisionError

    async def patterns(self, generation: int, org: str = "acme") -> dict[tuple[str, ...], Row]:
        rows = await self.pool.fetch(
            "SELECT pattern_type, target_id, template_key, frequency, successes, timed,"
            " response_micros, last_used, created_at, metadata, spellings, slot_values, askers,"
            " recent, hours, followers, asked, opening"
            " FROM query_patterns WHERE organization_id = $1 AND generation = $2",
            *(org, generation),
        )
        return {tuple(row)[:3]: plain(row) for row in rows}

    async def heads(self, generation: int) -> dict[tuple[str, str], list[Any]]:
        """The newest question of each session, and when it was asked."""
        rows = await self.pool.fetch(
            "SELECT user_id, heads FROM session_heads"
            " WHERE organization_id = 'acme' AND generation = $1",
            generation,
        )
        return {
            (row["user_id"], session): head[:2]
            for row in rows
            for session, head in json.loads(row["heads"]).items()
        }

    async def texts(self, generation: int = 0, org: str = "acme") -> list[str]:
        rows = await self.pool.fetch(
            "SELECT query_template FROM query_patterns WHERE organization_id = $1"
            " AND generation = $2 AND pattern_type = 'global' ORDER BY 1",
            *(org, generation),
        )
        return [row["query_template"] for row in rows]


def plain(row: Any) -> Row:
    loaded = ("metadata", "spellings", "slot_values", "askers", "hours", "followers", "asked")
    return {k: json.loads(v) if k in loaded else v for k, v in list(row.items())[3:]}


def about(rows: dict[tuple[str, ...], Row]) -> dict[tuple[str, ...], Row]:
    """With what fades as it compares: sums in another order differ in the sixth decimal."""
    return {
        key: {**row, "recent": pytest.approx(row["recent"], abs=1e-4)}
        | {"asked": pytest.approx(row["asked"], abs=1e-4)}
        for key, row in rows.items()
    }


def with_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing make room: which of too many was the rarest depends on when one looked."""
    for module in (domain, signals, sessions):
        for name in ("VALUES_KEPT", "FOLLOWERS_KEPT"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, 1000)


@asynccontextmanager
async def bench_of(suite: Suite) -> AsyncIterator[Bench]:
    settings = suite.suggestions_settings
    async with app.pool_of(settings) as pool:
        yield Bench(pool, app.learner_of(settings, pool))


def asked(*texts: str, user: str = "ann", role: str = "analyst") -> list[object]:
    return [
        activity_pb2.ActivityLogged(
            user_id=user, job_role=role, activity_type="query", query_text=text, succeeded=True
        )
        for text in texts
    ]


async def test_where_the_bounds_are_near_it_is_said_and_measured(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inducing, "MOST_VALUES", 4)
    with capture_logs() as logs:
        async with bench_of(suite) as bench:
            for town in (*TOWNS, *TOWNS[::-1]):
                await bench.count(0, asked(f"show revenue of {town}", f"which orders of {town}"))
            await bench.count(0, asked("margin"))
            values = await bench.pool.fetchval("SELECT count(*) FROM induced_values")
    said = [entry for entry in logs if entry["event"].startswith("hardly any room")]
    assert values == 4
    assert said[-1]["organization"] == "acme"
    assert said[-1]["values"] == 4
    assert REGISTRY.get_sample_value("attune_induction_fullness") == 1


@pytest.mark.parametrize("seed", range(6))
async def test_a_rebuild_agrees_with_increments_whenever_templates_were_merged(
    suite: Suite, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_room(monkeypatch)
    chance = random.Random(seed)
    facts = [activity(chance, number) for number in range(160)]
    live = shadow = 0
    started = chance.randrange(20, 120)
    async with bench_of(suite) as bench:
        while live < len(facts):
            size = chance.randrange(1, 12)
            await bench.count(0, facts[live : live + size])
            live += size
            if live > started:  # the rebuild is on its way, and templates come meanwhile
                size = chance.randrange(1, 20)
                await bench.count(1, facts[shadow : min(shadow + size, live)])
                shadow = min(shadow + size, live)
        await bench.count(1, facts[shadow:])
        await bench.count(2, facts)  # with everything known from the start
        counted = await bench.patterns(0)
        assert await bench.patterns(1) == about(counted)
        assert await bench.patterns(2) == about(counted)
        heads = [await bench.heads(generation) for generation in (0, 1, 2)]
        assert heads[0]
        assert heads[1:] == heads[:1] * 2
        assert sum(row["frequency"] for key, row in counted.items() if key[0] == "global") == 160
        assert "is {value} on call" in await bench.texts()


async def test_counts_move_to_the_template_that_was_found(suite: Suite) -> None:
    async with bench_of(suite) as bench:
        await bench.count(0, asked("revenue of gdansk", "revenue of Porto"))
        assert len(await bench.texts()) == 2
        await bench.count(0, asked("revenue of graz", user="bob"))
        [row] = [r for k, r in (await bench.patterns(0)).items() if k[0] == "global"]
        assert await bench.texts() == ["{metric} of {value}"]
        assert (row["frequency"], row["slot_values"]["1"]) == (
            3,
            {"gdansk": 1, "Porto": 1, "graz": 1},
        )
        merges = await bench.pool.fetch("SELECT version FROM template_merges")
        assert [merge["version"] for merge in merges] == [1, 1, 1]


async def test_a_found_template_takes_names_that_nobody_asked_before(suite: Suite) -> None:
    async with bench_of(suite) as bench:
        await bench.count(0, asked(*(f"revenue of {town}" for town in TOWNS[:4])))
        await bench.count(0, asked("revenue of Bilbao?", "revenue of the shops", "revenue of all"))
        assert await bench.texts() == [
            "{metric} of all",
            "{metric} of the shops",
            "{metric} of {value}",
        ]


async def test_what_is_found_stays_and_holds_for_one_organization_only(suite: Suite) -> None:
    async with bench_of(suite) as bench:
        await bench.count(0, asked(*(f"revenue of {town}" for town in TOWNS[:4])))
        await bench.count(0, asked("revenue of gdansk"), org="other")
        assert await bench.texts(org="other") == ["revenue of gdansk"]
        before = await bench.pool.fetch("SELECT number, template_key FROM induced_templates")
        await bench.count(0, asked(*(f"profit of {person}" for person in PEOPLE)))
        after = await bench.pool.fetch("SELECT number, template_key FROM induced_templates")
        assert before == after[: len(before)]


async def test_a_transaction_that_fails_leaves_no_template_behind(suite: Suite) -> None:
    async with bench_of(suite) as bench:
        await bench.count(0, asked(*(f"revenue of {town}" for town in TOWNS[:2])))
        with pytest.raises(ZeroDivisionError):
            await bench.count_and_fail(asked("revenue of graz"))
        assert len(await bench.texts()) == 2
        await bench.count(0, asked("revenue of graz"))
        assert await bench.texts() == ["{metric} of {value}"]


async def test_templates_older_than_those_compared_move_too(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inducing, "WINDOW", 5)
    async with bench_of(suite) as bench:
        await bench.count(0, asked("revenue of gdansk"))
        await bench.count(0, asked("a", "b", "is it", "who was it", "why not", "when"))
        await bench.count(0, asked("revenue of porto", "revenue of graz", "revenue of lyon"))
        await bench.count(0, asked("say", "no", "so what", "and then", "else", "if not"))
        assert [text for text in await bench.texts() if "{metric}" in text] == [
            "{metric} of {value}"
        ]


async def test_patterns_from_before_there_was_induction_take_part(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with bench_of(suite) as bench:
        await bench.count(0, asked("revenue of gdansk", "revenue of porto"))
        async with connected(servers.admin_dsn(database), "suggestions") as admin:
            await admin.execute(
                "DELETE FROM induction_states; UPDATE base_templates SET words = NULL"
            )
        await bench.count(0, asked("revenue of graz"))
        assert await bench.texts() == ["{metric} of {value}"]


async def test_values_and_names_are_shown_to_others_once_several_people_asked(
    learning: Suite,
) -> None:
    ann, bob, cem = (learning.as_(name, job_role="trader") for name in ("ann", "bob", "cem"))
    towns = [f"Show revenue of {town}" for town in TOWNS[:4]]
    await ask(learning, *towns, "is Goran on call", who=ann)
    await learned(learning, 5, who=ann)
    assert (await patterns(learning, who=ann)).user_pattern_count == 2
    seen = await patterns(learning, who=cem)
    assert [p.query_template for p in seen.role_patterns] == ["Show {metric} of {value}"]
    assert "gdansk" not in str(await suggest(learning, "show revenue of", who=cem))
    await ask(learning, "show revenue of gdansk", "is Goran on call", who=bob)
    await learned(learning, 2, who=bob)
    told = str(await suggest(learning, "show revenue of g", who=cem))
    assert "gdansk" in told
    assert "Leipzig" not in told
    shown = {p.query_template for p in (await patterns(learning, who=cem)).role_patterns}
    assert shown == {"Show {metric} of {value}", "is Goran on call"}


PRIVATE = (
    "Show complaints about mark brown in revenue",
    "Is grace baker pregnant according to revenue",
    "Severance for the young king by region",
    "Cost of cancer treatment by region",
)


async def test_what_one_person_asks_in_words_of_their_own_is_for_nobody_else(
    learning: Suite,
) -> None:
    ann, bob, cem = (learning.as_(name, job_role="trader") for name in ("ann", "bob", "cem"))
    await ask(learning, *PRIVATE, "Show revenue by region", who=ann)
    await learned(learning, 5, who=ann)
    seen = await patterns(learning, who=bob)
    assert [p.query_template for p in seen.role_patterns] == ["Show {metric} by {dimension}"]
    for text in PRIVATE:
        told = str(await suggest(learning, text[:8], who=bob)).casefold()
        assert not any(word in told for word in ("brown", "baker", "young", "cancer"))
    # What is asked by several is no secret of one; who asked twice is still one.
    await ask(learning, PRIVATE[0], PRIVATE[3], who=bob)
    await ask(learning, PRIVATE[1], who=ann)
    await learned(learning, 2, who=bob)
    await learned(learning, 6, who=ann)
    shown = {p.query_template for p in (await patterns(learning, who=cem)).role_patterns}
    assert len(shown) == 3
    assert not any("baker" in one or "young" in one for one in shown)


async def test_whole_questions_of_one_person_do_not_come_along_to_others(suite: Suite) -> None:
    async with bench_of(suite) as bench:
        await bench.count(0, asked(*(f"revenue of {town}" for town in TOWNS[:4])))
        await bench.count(0, asked("revenue of gdansk", "revenue of graz"))
        kept = {key[0]: set(row["asked"]) for key, row in (await bench.patterns(0)).items()}
        assert {"revenue of gdansk", "revenue of graz"} <= {
            question.split(JOINED)[0] for question in kept["user_specific"]
        }
        assert f"revenue of Leipzig{JOINED}revenue{JOINED}Leipzig" in kept["user_specific"]
        assert (kept["role_based"], kept["global"]) == (set(), set())


async def test_what_was_accepted_moves_with_the_template(suite: Suite) -> None:
    async with bench_of(suite) as bench:
        await bench.count(0, asked(*(f"revenue of {town}" for town in TOWNS[:2])))
        await bench.pool.execute(
            "INSERT INTO template_acceptance (organization_id, pattern_type, target_id,"
            " template_key, shown, accepted, executed, updated_at)"
            " SELECT organization_id, pattern_type, target_id, template_key, 5, 2, 1, now()"
            " FROM query_patterns WHERE pattern_type = 'global'"
        )
        await bench.count(0, asked("revenue of graz"))
        rows = await bench.pool.fetch(
            "SELECT a.shown, a.accepted, a.executed, p.query_template FROM template_acceptance a"
            " JOIN query_patterns p USING (organization_id, pattern_type, target_id, template_key)"
        )
        assert [tuple(row) for row in rows] == [(10, 4, 2, "{metric} of {value}")]


async def test_popular_patterns_and_the_export_keep_a_name_until_several_people_asked(
    learning: Suite,
) -> None:
    ann, bob = (learning.as_(name, job_role="trader") for name in ("ann", "bob"))
    root = learning.as_("root", role="admin")

    async def told() -> str:
        store = MetricsStore(pool, 2)
        popular = await store.patterns("acme", None, START, 10)
        popular += await store.patterns("acme", "trader", START, 10)
        request = patterns_pb2.ExportQueryPatternsRequest(pattern_type="role_based")
        parts = [
            part.data
            async for part in learning.patterns.ExportQueryPatterns(request, metadata=root)
        ]
        return str(popular) + b"".join(parts).decode()

    async with app.pool_of(learning.suggestions_settings) as pool:
        await ask(learning, "is Goran on call", who=ann)
        await learned(learning, 1, who=ann)
        assert "Goran" not in await told()
        await ask(learning, "is Goran on call", who=bob)
        await learned(learning, 1, who=bob)
        assert (await told()).count("Goran") == 3


async def test_those_who_serve_extract_what_was_found(suite: Suite) -> None:
    clock = [START]
    async with bench_of(suite) as bench:
        templater = Templater(bench.pool, lambda: clock[0])
        texts = ["revenue of Bilbao", "margin"]
        assert await templater.templates("acme", texts, Vocabulary()) == texts
        await bench.count(0, asked(*(f"revenue of {town}" for town in TOWNS[:4])))
        clock[0] += timedelta(minutes=2)
        vocabulary = (await Catalogue(bench.pool, utc_now).of("acme")).everything
        found = await templater.templates("acme", texts, vocabulary)
        assert found[0] == "{metric} of {value}"
        other = await templater.templates("other", texts, vocabulary)
        assert other[0] == "{metric} of Bilbao"


async def test_a_rebuild_over_rest_of_the_way_keeps_found_templates(learning: Suite) -> None:
    await ask(learning, *(f"Show revenue of {town}" for town in TOWNS[:4]))
    before = await learned(learning, 4)
    await learning.patterns.RebuildQueryPatterns(
        patterns_pb2.RebuildQueryPatternsRequest(), metadata=learning.as_("root", role="admin")
    )
    assert await learned(learning, 4) == before
