"""Explanations leave no trace, and clearing drops what it says."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from attune.suggestions.v1 import suggestions_pb2 as pb

from services.common.db import Connection
from tests.databases import connected
from tests.suggestions.asking import ask, learned, suggest
from tests.suggestions.test_personalized import prefer
from tests.suite import Servers, Suite


@pytest.fixture
async def admin(servers: Servers, database: str) -> AsyncIterator[Connection]:
    async with connected(servers.admin_dsn(database), "suggestions") as conn:
        yield conn


async def explain(
    suite: Suite, typed: str | None = None, who: Any = None, **fields: Any
) -> pb.ExplainSuggestionsResponse:
    request = pb.ExplainSuggestionsRequest(
        **{"connection_id": "my-database", "partial_query": typed, **fields}
    )
    return await suite.suggestions.ExplainSuggestions(request, metadata=who or suite.as_())


async def clear(suite: Suite, who: Any = None, **fields: Any) -> int:
    request = pb.ClearSuggestionCacheRequest(**fields)
    answer = await suite.suggestions.ClearSuggestionCache(
        request, metadata=who or suite.as_("root", "admin")
    )
    assert answer.success
    return answer.cleared


async def test_an_explanation_shows_what_is_suggested_with_its_signals(learning: Suite) -> None:
    await ask(learning, "Report profit by region", "Report profit by region")
    await learned(learning, 2)
    told = await explain(learning, "rep")
    given = await suggest(learning, "rep")
    shown = [one for one in told.candidates if one.HasField("position")]
    assert [one.text for one in shown] == [one.text for one in given.suggestions]
    assert [one.position for one in shown] == [*range(1, given.count + 1)]
    best = told.candidates[0]
    assert (best.text, best.source) == ("Report profit by region", "user")
    assert best.template == "Report {metric} by {dimension}"
    assert {"asked", "habit", "continues"} <= {signal.name for signal in best.signals}
    assert best.score == pytest.approx(sum(signal.value for signal in best.signals))
    assert (told.user_id, told.source, told.count) == ("ann", "patterns", len(told.candidates))


async def test_an_explanation_leaves_no_trace(suite: Suite, admin: Connection) -> None:
    assert (await explain(suite)).cache.state == "miss"
    assert await admin.fetchval("SELECT count(*) FROM suggestion_cache") == 0
    await suggest(suite)
    for _ in range(2):
        cache = (await explain(suite)).cache
        assert (cache.state, cache.hit_count) == ("hit", 0)
    assert cache.HasField("generated_at")
    assert cache.age_seconds >= 0
    assert cache.expires_at.seconds > cache.generated_at.seconds
    assert await admin.fetchval("SELECT hit_count FROM suggestion_cache") == 0
    assert await admin.fetchval("SELECT context_hash FROM suggestion_cache") == cache.key
    assert await admin.fetchval("SELECT count(*) FROM servings") <= 1  # of the suggestion


async def test_an_explanation_says_why_the_cache_does_not_answer(
    suite: Suite, admin: Connection
) -> None:
    await suggest(suite)
    await admin.execute("UPDATE people SET version = version + 1")
    await admin.execute(
        "INSERT INTO people (organization_id, user_id, version) VALUES ('acme', 'ann', 7)"
        " ON CONFLICT DO NOTHING"
    )
    cache = (await explain(suite)).cache
    assert (cache.state, cache.version, cache.made_with_version) == ("outdated", 7, 0)
    await admin.execute("UPDATE people SET version = 0")
    await admin.execute("UPDATE suggestion_cache SET expires_at = now() - interval '1 s'")
    assert (await explain(suite)).cache.state == "expired"


async def test_an_explanation_names_the_filters_that_took_something(learning: Suite) -> None:
    await ask(learning, "Report profit by region")
    await learned(learning, 1)
    await prefer(learning, excluded_metrics=["profit"])
    told = await explain(learning, "report")
    by_name = {one.name: one for one in told.filters}
    assert by_name["excluded_metric"].count > 0
    assert "Report {metric} by {dimension}" in by_name["excluded_metric"].templates
    assert "profit" not in str([one.text for one in told.candidates]).casefold()


async def test_an_explanation_shows_no_literals_of_other_people(learning: Suite) -> None:
    await ask(learning, 'Orders of "Zanzibar Ltd" by region', who=learning.as_("bob"))
    await learned(learning, 1, learning.as_("bob"))
    for typed in (None, "orders of"):
        assert "zanzibar" not in str(await explain(learning, typed)).casefold()


async def test_what_follows_is_told_and_comes_first(learning: Suite) -> None:
    pairs = ["Report profit by region", "Chart price by quarter"] * 3
    await ask(learning, *pairs, "Report profit by region")
    await learned(learning, 7)
    told = await explain(learning)
    assert told.follows == "Report {metric} by {dimension}"
    best = told.candidates[0]
    assert best.text == "Chart price by quarter"
    assert "session" in {signal.name for signal in best.signals}


async def test_only_admins_explain_for_others_and_clear(suite: Suite) -> None:
    root = suite.as_("root", "admin")
    assert (await explain(suite, who=root, user_id="ann")).user_id == "ann"
    for refused in (explain(suite, user_id="bob"), clear(suite, who=suite.as_())):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await refused
        assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await explain(suite, connection_id="nowhere")
    assert err.value.code() is grpc.StatusCode.NOT_FOUND


async def test_clearing_drops_one_persons_entries_or_all_of_the_organization(suite: Suite) -> None:
    await suite.install_vocabulary("other")
    ann, bob, stranger = suite.as_(), suite.as_("bob"), suite.as_(org="other")
    for who in (ann, bob, stranger):
        await suggest(suite, who=who)
    await suggest(suite, "top 5", who=ann)
    assert await clear(suite, user_id="ann") == 2
    assert (await suggest(suite, who=ann)).source == "patterns"
    assert (await suggest(suite, who=bob)).source == "cached"
    assert await clear(suite) == 2
    assert (await suggest(suite, who=bob)).source == "patterns"
    assert (await suggest(suite, who=stranger)).source == "cached"
    assert await clear(suite, user_id="nobody") == 0
