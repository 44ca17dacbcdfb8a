import asyncio

import asyncpg
import grpc
import pytest
from attune.suggestions.v1 import preferences_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from tests.suggestions.asking import ask, cached, learned, suggest
from tests.suite import Servers, Suite


async def prefer(suite: Suite, **wanted: object) -> preferences_pb2.Preferences:
    request = preferences_pb2.UpdatePreferencesRequest(
        preferences=preferences_pb2.Preferences(**wanted),  # type: ignore[arg-type]
        update_mask=FieldMask(paths=list(wanted)),
    )
    return (await suite.preferences.UpdatePreferences(request, metadata=suite.as_())).preferences


async def test_a_new_user_gets_useful_suggestions(suite: Suite) -> None:
    answer = await suggest(suite)
    assert (answer.source, answer.count) == ("patterns", 6)
    assert len({s.text.casefold() for s in answer.suggestions}) == 6
    assert {s.type for s in answer.suggestions} <= {"comparison", "trend", "ranking", "aggregation"}
    assert not answer.HasField("original_source")


async def test_the_same_question_again_is_answered_from_the_cache(
    suite: Suite, servers: Servers, database: str
) -> None:
    first = await suggest(suite, "show me prof")
    again = await suggest(suite, "show me prof")
    assert (again.source, again.original_source) == ("cached", "patterns")
    assert again.suggestions == first.suggestions
    await suggest(suite, "show me prof")
    await cached(suite)
    conn = await asyncpg.connect(servers.admin_dsn(database))
    [row] = await conn.fetch("SELECT hit_count FROM suggestions.suggestion_cache")
    await conn.close()
    assert row["hit_count"] == 2


async def test_completions_go_on_from_what_is_typed(learning: Suite) -> None:
    await ask(learning, "Show me profit for Q1 2024", "Show me revenue for Q2 2024")
    await learned(learning, 2)
    answer = await suggest(learning, "show me prof")
    assert answer.suggestions[0].type == "complete"
    assert answer.suggestions[0].text.casefold().startswith("show me prof")
    assert answer.user_patterns == ["Show me {metric} for {quarter} {year}"]


async def test_a_new_template_drops_the_persons_cached_suggestions(learning: Suite) -> None:
    await suggest(learning)
    other = learning.as_("bob")
    await suggest(learning, who=other)
    await ask(learning, "Compare revenue across regions")
    await learned(learning, 1)
    assert (await suggest(learning)).source == "patterns"
    assert (await suggest(learning, who=other)).source == "cached"


async def test_concurrent_identical_requests_share_one_computation(suite: Suite) -> None:
    answers = await asyncio.gather(*(suggest(suite, "top 5") for _ in range(20)))
    assert {tuple(s.text for s in a.suggestions) for a in answers} == {
        tuple(s.text for s in answers[0].suggestions)
    }


async def test_an_excluded_metric_is_in_no_suggestion_and_a_change_counts_at_once(
    learning: Suite,
) -> None:
    await ask(learning, "Show me sales by region", "Top 10 products by turnover")
    await learned(learning, 2)
    assert "revenue" in str((await suggest(learning)).suggestions).casefold()
    await prefer(learning, excluded_metrics=["Revenues"])
    for partial in (None, "show me rev", "top 10 products by turn"):
        answer = await suggest(learning, partial)
        texts = " ".join(f"{s.text} {s.description}" for s in answer.suggestions).casefold()
        assert not any(word in texts for word in ("revenue", "sales", "turnover"))


async def test_the_number_is_the_parameter_else_the_preference(suite: Suite) -> None:
    await prefer(suite, max_suggestions=3)
    assert (await suggest(suite)).count == 3
    assert (await suggest(suite, max_suggestions=1)).count == 1


async def test_an_unknown_connection_is_not_found_also_when_another_organization_has_it(
    suite: Suite,
) -> None:
    for fields, who in (
        ({"connection_id": "nowhere"}, None),
        ({"connection_id": "../acme/my-database"}, None),
        ({}, suite.as_(org="other")),
        ({}, suite.as_(org="..")),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await suggest(suite, who=who, **fields)
        assert err.value.code() is grpc.StatusCode.NOT_FOUND
