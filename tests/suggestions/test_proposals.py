"""Suggestions with a model behind them: when it is asked, what is sent, and what stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import msgspec
import pytest
from attune.activity.v1 import llm_usage_pb2

from services.common.db import pool_for
from services.common.settings import MissingSetting
from services.suggestions import app
from services.suggestions.proposals.prompt import Document
from services.suggestions.proposals.store import dropping_expired_proposals
from tests.clock import Clock
from tests.databases import connected
from tests.model_stub import (
    KEY,
    MODEL,
    Asked,
    ModelStub,
    answering,
    failing,
    held_by,
    model_stub,
)
from tests.suggestions.asking import ask, cached, learned, suggest
from tests.suggestions.test_explaining import clear, explain
from tests.suggestions.test_personalized import prefer
from tests.suite import Servers, Suite, running_suite
from tests.waiting import until

SAID = {"suggestions": ["Show me profit by region for last year", "Top 7 stocks by volume"]}
GOOD = answering(SAID)


@pytest.fixture
async def stub() -> AsyncIterator[ModelStub]:
    async with model_stub() as stub:
        stub.will(GOOD)
        yield stub


@asynccontextmanager
async def suite_at(
    stub: ModelStub, servers: Servers, database: str, **changed: Any
) -> AsyncIterator[Suite]:
    given = {
        "openai_api_key": KEY,
        "openai_base_url": stub.url,
        "suggestion_model_wait_seconds": 20,  # none is late because this machine is slow
        "suggestion_model_pause_seconds": 0,
        "llm_ledger_seconds": 20,
        **changed,
    }
    async with running_suite(servers, database, **given) as suite, suite.worker():
        yield suite


@pytest.fixture
async def hybrid(stub: ModelStub, servers: Servers, database: str) -> AsyncIterator[Suite]:
    """The suite with a model, and its workers."""
    async with suite_at(stub, servers, database) as suite:
        yield suite


def document(asked: Asked) -> Document:
    return msgspec.json.decode(asked.body["messages"][1]["content"], type=Document)


def texts(answer: Any) -> list[str]:
    return [one.text for one in answer.suggestions]


async def came(stub: ModelStub, requests: int) -> None:
    async def enough() -> bool:
        return len(stub.asked) >= requests

    await until(enough)


async def test_a_model_is_asked_where_nothing_learned_goes_on(
    hybrid: Suite, stub: ModelStub
) -> None:
    answer = await suggest(hybrid, "show me profit")
    assert (answer.source, answer.HasField("degraded_reason")) == ("llm_fallback", False)
    assert texts(answer)[0] == SAID["suggestions"][0]
    assert set(SAID["suggestions"]) <= set(texts(answer))
    assert {one.type for one in answer.suggestions} == {"complete", "ranking"}
    assert answer.count == 6
    [asked] = stub.asked
    assert asked.body["model"] == MODEL
    assert asked.body["max_tokens"] == 400
    sent = document(asked)
    assert (sent.typed, sent.own_templates) == ("show me profit", [])
    assert "product category" in sent.dimensions


async def test_learned_patterns_are_sent_and_come_first(hybrid: Suite, stub: ModelStub) -> None:
    await ask(hybrid, "Show me profit for Q1 2024")
    await learned(hybrid, 1)
    answer = await suggest(hybrid, "show me profit")
    assert answer.source == "llm_with_patterns"
    assert texts(answer)[0].startswith("Show me profit for Q")
    assert set(SAID["suggestions"]) <= set(texts(answer))
    assert document(stub.asked[0]).own_templates == ["Show me {metric} for {quarter} {year}"]
    assert "ann" not in stub.asked[0].prompt
    assert "acme" not in stub.asked[0].prompt


async def test_where_the_learned_patterns_are_enough_no_model_is_asked(
    hybrid: Suite, stub: ModelStub
) -> None:
    questions = [
        "Show me profit for Q1 2024",
        "Show me profit by region",
        "Show me profit across product category in 2024",
        "Show me profit for last 5 years",
    ]
    await ask(hybrid, *questions)
    await learned(hybrid, len(questions))
    answer = await suggest(hybrid, "show me profit")
    assert (answer.source, answer.HasField("degraded_reason")) == ("patterns", False)
    assert stub.asked == []


@pytest.mark.parametrize("typed", [None, "", "sh", "  s "])
async def test_below_the_shortest_prefix_no_model_is_asked(
    hybrid: Suite, stub: ModelStub, typed: str | None
) -> None:
    answer = await suggest(hybrid, typed)
    assert (answer.source, answer.HasField("degraded_reason")) == ("patterns", False)
    assert stub.asked == []


async def test_the_ranked_answer_is_cached_and_the_model_is_asked_once(
    hybrid: Suite, stub: ModelStub
) -> None:
    first = await suggest(hybrid, "show me profit")
    again = await suggest(hybrid, "show me profit")
    assert (again.source, again.original_source) == ("cached", "llm_fallback")
    assert again.suggestions == first.suggestions
    assert len(stub.asked) == 1


async def test_the_models_part_outlives_the_persons_cache(hybrid: Suite, stub: ModelStub) -> None:
    await ask(hybrid, "Show me profit for Q1 2024")
    await learned(hybrid, 1)
    await suggest(hybrid, "show me profit")
    await ask(hybrid, "Compare revenue across regions")  # a new template drops the ranked ones
    await learned(hybrid, 2)
    answer = await suggest(hybrid, "show me profit")
    assert answer.source == "llm_with_patterns"
    assert len(stub.asked) == 1


async def test_people_without_patterns_of_their_own_share_the_models_part(
    hybrid: Suite, stub: ModelStub
) -> None:
    await suggest(hybrid, "show me profit")
    assert (await suggest(hybrid, "Show me  PROFIT", hybrid.as_("bob"))).source == "llm_fallback"
    assert len(stub.asked) == 1
    await suggest(hybrid, "show me profit", hybrid.as_("bob", job_role="trader"))
    assert len(stub.asked) == 2


async def test_what_was_sent_of_one_person_is_not_for_another(
    hybrid: Suite, stub: ModelStub
) -> None:
    for user in ("ann", "bob"):
        await ask(hybrid, "Show me profit for Q1 2024", who=hybrid.as_(user))
        await learned(hybrid, 1, hybrid.as_(user))
        await suggest(hybrid, "show me profit", hybrid.as_(user))
    assert len(stub.asked) == 2


async def test_organizations_share_nothing(hybrid: Suite, stub: ModelStub) -> None:
    await hybrid.install_vocabulary("other")
    await suggest(hybrid, "show me profit")
    await suggest(hybrid, "show me profit", hybrid.as_(org="other"))
    assert len(stub.asked) == 2


async def test_many_who_ask_the_same_at_once_are_one_question(
    hybrid: Suite, stub: ModelStub
) -> None:
    people = [hybrid.as_(f"person {n}") for n in range(10)]
    release = asyncio.Event()
    stub.will(held_by(release, GOOD))
    waiting = [
        asyncio.create_task(suggest(hybrid, "show me profit", who)) for who in people for _ in "ab"
    ]
    await came(stub, 1)
    release.set()
    answers = await asyncio.gather(*waiting)
    assert {answer.source for answer in answers} <= {"llm_fallback", "cached"}
    assert len(stub.asked) == 1


async def test_an_excluded_metric_is_neither_sent_nor_shown(hybrid: Suite, stub: ModelStub) -> None:
    await ask(hybrid, "Show me sales by region")
    await learned(hybrid, 1)
    await prefer(hybrid, excluded_metrics=["revenue"])
    stub.will(answering({"suggestions": ["Show me turnover by region", "Show me sales"]}))
    answer = await suggest(hybrid, "show me")
    assert (answer.source, answer.degraded_reason) == ("patterns", "nonsense")
    for word in ("revenue", "sales", "turnover"):
        assert word not in document(stub.asked[0]).metrics
        assert word not in stub.asked[0].prompt
        assert word not in str(answer).casefold()
    answer = await suggest(hybrid, "show me turnover")
    assert not answer.HasField("degraded_reason")
    assert len(stub.asked) == 1


async def test_an_exclusion_counts_at_once_for_what_a_model_said_before(
    hybrid: Suite, stub: ModelStub
) -> None:
    assert "volume" in str(await suggest(hybrid, "show me profit"))
    await prefer(hybrid, excluded_metrics=["volume"])
    assert "volume" not in str(await suggest(hybrid, "show me profit")).casefold()


@pytest.mark.parametrize(
    "said",
    [
        {"suggestions": []},
        {"suggestions": ["Show me EBITDA by region", "Ignore all that", "show me profit"]},
        {"questions": ["Show me profit by region"]},
        "no JSON",
    ],
)
async def test_where_nothing_said_can_be_used_the_patterns_answer(
    hybrid: Suite, stub: ModelStub, said: Any
) -> None:
    stub.will(answering(said))
    answer = await suggest(hybrid, "show me profit")
    assert (answer.source, answer.degraded_reason, answer.count) == ("patterns", "nonsense", 6)


async def test_a_degraded_answer_is_cached_with_its_reason_and_not_for_long(
    hybrid: Suite, stub: ModelStub, servers: Servers, database: str
) -> None:
    stub.will(failing(401))
    await suggest(hybrid, "show me profit")
    again = await suggest(hybrid, "show me profit")
    assert (again.source, again.original_source) == ("cached", "patterns")
    assert again.degraded_reason == "bad_key"
    await cached(hybrid)
    async with connected(servers.dsn(database, "suggestions"), "suggestions") as conn:
        seconds = await conn.fetchval(
            "SELECT extract(epoch FROM expires_at - generated_at)::int FROM suggestion_cache"
        )
    assert seconds == 15


async def test_a_late_answer_fills_the_cache_behind(
    stub: ModelStub, servers: Servers, database: str
) -> None:
    async with suite_at(stub, servers, database, suggestion_model_wait_seconds=0.05) as suite:
        release = asyncio.Event()
        stub.will(held_by(release, GOOD))
        for _ in "ab":  # the second one waits no more
            answer = await suggest(suite, "show me profit")
            assert (answer.source, answer.degraded_reason) == ("patterns", "timeout")
        release.set()

        async def arrived() -> bool:
            return (await suggest(suite, "show me profit")).source == "llm_fallback"

        await until(arrived)
        assert len(stub.asked) == 1


async def test_the_reason_of_the_last_try_is_told_while_another_one_waits(
    stub: ModelStub, servers: Servers, database: str
) -> None:
    async with suite_at(stub, servers, database, suggestion_model_wait_seconds=0.05) as suite:
        stub.will(failing(429, retry_after="15"))

        async def told() -> bool:
            return (await suggest(suite, "show me profit")).degraded_reason == "rate_limited"

        await until(told)
        assert len(stub.asked) == 1


async def test_a_spent_budget_leaves_the_patterns(
    stub: ModelStub, servers: Servers, database: str
) -> None:
    poor = {"of_activity": {"llm_monthly_budget_usd": 0.0}}
    async with suite_at(stub, servers, database, **poor) as suite:
        answer = await suggest(suite, "show me profit")
        assert (answer.source, answer.degraded_reason) == ("patterns", "budget_exhausted")
        assert stub.asked == []


async def test_what_is_asked_is_in_the_ledger(hybrid: Suite) -> None:
    await suggest(hybrid, "show me profit")
    request = llm_usage_pb2.GetLlmUsageRequest()
    found = llm_usage_pb2.GetLlmUsageResponse()

    async def entered() -> bool:
        found.CopyFrom(await hybrid.llm_usage.GetLlmUsage(request, metadata=hybrid.as_()))
        return bool(found.usage)

    await until(entered)
    [row] = found.usage
    assert (row.user_id, row.purpose, row.model, row.calls) == ("ann", "suggestions", MODEL, 1)
    assert (row.prompt_tokens, row.completion_tokens, row.cost_usd) == (210, 40, 5.55e-05)


async def test_without_activity_the_patterns_answer(
    stub: ModelStub, servers: Servers, database: str
) -> None:
    async with running_suite(servers, database) as suite:
        settings = suite.suggestions_settings.model_copy(
            update={
                "openai_api_key": KEY,
                "openai_base_url": stub.url,
                "activity_address": "127.0.0.1:9",
                "suggestion_model_wait_seconds": 20,
            }
        )
        async with (
            app.running(settings) as address,
            grpc.aio.insecure_channel(address) as channel,
        ):
            suite.suggestions_channel = channel
            answer = await suggest(suite, "show me profit")
        assert (answer.source, answer.degraded_reason) == ("patterns", "ledger_unavailable")
        assert stub.asked == []


async def test_without_a_key_only_who_would_have_asked_a_model_is_told(suite: Suite) -> None:
    assert (await suggest(suite, "show me profit")).degraded_reason == "no_key"
    again = await suggest(suite, "show me profit")
    assert (again.source, again.degraded_reason) == ("cached", "no_key")
    assert not (await suggest(suite)).HasField("degraded_reason")


async def test_where_no_model_is_wanted_nobody_is_told_of_one(
    stub: ModelStub, servers: Servers, database: str
) -> None:
    async with suite_at(stub, servers, database, suggestion_model="") as suite:
        answer = await suggest(suite, "show me profit")
        assert (answer.source, answer.HasField("degraded_reason")) == ("patterns", False)


async def test_a_key_needs_the_services_own(servers: Servers, suite: Suite) -> None:
    given = {"openai_api_key": KEY, "suggestions_service_key": ""}
    settings = suite.suggestions_settings.model_copy(update=given)
    with pytest.raises(MissingSetting, match="ATTUNE_SUGGESTIONS_SERVICE_KEY"):
        async with app.running(settings):
            pass


async def test_what_a_model_said_is_dropped_after_its_hour(
    hybrid: Suite, servers: Servers, database: str
) -> None:
    await suggest(hybrid, "show me profit")
    clock = Clock()
    async with pool_for(servers.dsn(database, "suggestions"), "suggestions", 1) as pool:
        job = dropping_expired_proposals(pool, clock)
        await job.run(b"")
        assert await pool.fetchval("SELECT count(*) FROM model_proposals") == 1
        clock.advance(hours=1, minutes=1)
        await job.run(b"")
        assert await pool.fetchval("SELECT count(*) FROM model_proposals") == 0


async def test_clearing_the_cache_drops_what_models_said_too(
    hybrid: Suite, stub: ModelStub
) -> None:
    await ask(hybrid, "Show me revenue for Q1 2024", who=hybrid.as_("bob"))
    await learned(hybrid, 1, hybrid.as_("bob"))
    people = [hybrid.as_("ann"), hybrid.as_("bob"), hybrid.as_("carl")]
    for who in people:
        await suggest(hybrid, "show me profit", who)
    assert len(stub.asked) == 2  # bob's own, and one for all others
    await clear(hybrid, user_id="ann")
    for who in people:
        assert (await suggest(hybrid, "show me profit", who)).source != "patterns"
    assert len(stub.asked) == 3
    await clear(hybrid)
    for who in people:
        await suggest(hybrid, "show me profit", who)
    assert len(stub.asked) == 5


@pytest.mark.parametrize("of", [{"user_id": "ann"}, {}])
async def test_what_is_under_way_when_the_cache_is_cleared_is_not_kept(
    hybrid: Suite, stub: ModelStub, of: dict[str, str]
) -> None:
    release = asyncio.Event()
    stub.will(held_by(release, answering({"suggestions": ["Show me profit by quarter"]})), GOOD)
    under_way = asyncio.create_task(suggest(hybrid, "show me profit"))
    await came(stub, 1)
    assert await clear(hybrid, **of) == 0
    release.set()
    assert texts(await under_way)[0] == "Show me profit by quarter"
    again = await suggest(hybrid, "show me profit")
    assert (again.source, texts(again)[0]) == ("llm_fallback", SAID["suggestions"][0])
    assert len(stub.asked) == 2


async def test_an_explanation_shows_what_a_model_said_and_asks_none(
    hybrid: Suite, stub: ModelStub
) -> None:
    await ask(hybrid, "Show me profit for Q1 2024")
    await learned(hybrid, 1)
    told = await explain(hybrid, "show me profit")
    assert (told.source, told.model.state) == ("patterns", "not_asked")
    assert told.model.learned_completions < told.model.needed_completions == 3
    assert not told.model.HasField("made_at")
    assert stub.asked == []

    given = await suggest(hybrid, "show me profit")
    told = await explain(hybrid, "show me profit")
    assert (told.source, told.model.state) == ("llm_with_patterns", "kept")
    assert (told.model.source, told.model.texts_kept) == ("llm_with_patterns", 2)
    assert told.model.expires_at.seconds - told.model.made_at.seconds == 3600
    assert (told.cache.source, told.cache.HasField("degraded_reason")) == (given.source, False)
    shown = [one for one in told.candidates if one.HasField("position")]
    assert [one.text for one in shown] == texts(given)
    assert [one.position for one in shown] == [*range(1, given.count + 1)]
    said = [one for one in shown if one.source == "model"]
    assert {one.text for one in said} == set(SAID["suggestions"])
    assert not any(one.signals or one.score for one in said)
    assert len(stub.asked) == 1


async def test_an_explanation_says_that_nothing_of_a_models_answer_can_be_used(
    hybrid: Suite, stub: ModelStub
) -> None:
    stub.will(answering({"suggestions": ["Show me EBITDA by region"]}))
    await suggest(hybrid, "show me profit")
    told = await explain(hybrid, "show me profit")
    assert (told.source, told.model.state) == ("patterns", "nothing_usable")
    assert (told.model.texts_kept, told.cache.degraded_reason) == (0, "nonsense")


async def test_an_explanation_says_why_no_model_has_a_part(suite: Suite) -> None:
    assert (await explain(suite)).model.state == "not_wanted"
    assert (await explain(suite, "show me profit")).model.state == "no_model"
    await suggest(suite, "show me profit")
    cache = (await explain(suite, "show me profit")).cache
    assert (cache.source, cache.degraded_reason) == ("patterns", "no_key")
