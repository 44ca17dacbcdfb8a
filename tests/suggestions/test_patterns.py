import json

import grpc
import pytest
from attune.suggestions.v1 import patterns_pb2 as pb

from tests.suggestions.asking import ask, learned, patterns
from tests.suite import VOCABULARY, Suite


async def test_queries_become_patterns_of_the_person_the_job_role_and_everybody(
    learning: Suite,
) -> None:
    await ask(learning, "Top 10 stocks by volume", "top 5 stocks by profit", metadata={})
    [pattern] = await learned(learning, 2)
    assert pattern.query_template == "Top {N} {entity} by {metric}"
    assert (pattern.pattern_type, pattern.target_id) == ("user_specific", "ann")
    assert (pattern.frequency, pattern.success_rate) == (2, 1.0)
    assert not pattern.HasField("avg_response_time")
    colleague = await patterns(learning, learning.as_("bob"))
    assert colleague.user_pattern_count == 0
    assert [p.target_id for p in colleague.role_patterns] == ["analyst"]
    everybody = await learning.patterns.ListQueryPatterns(
        pb.ListQueryPatternsRequest(), metadata=learning.as_("cyd", job_role="")
    )
    assert [(p.pattern_type, p.frequency) for p in everybody.patterns] == [("global", 2)]


async def test_success_and_time_are_averaged_over_what_was_told(learning: Suite) -> None:
    await ask(learning, "profit by region", metadata={"execution_time_ms": 245})
    await ask(learning, "revenue by region", metadata={"execution_time_ms": 255})
    await ask(learning, "price by region", error="timeout")
    await ask(learning, "margin by region", success=False)
    [pattern] = await learned(learning, 4)
    assert pattern.success_rate == pytest.approx(0.5)
    assert pattern.avg_response_time == pytest.approx(0.25)
    told = json.loads(pattern.metadata.utf8)
    assert told["metrics"] == {"profit": 1, "revenue": 1, "price": 1, "margin": 1}
    assert told["dimensions"] == {"region": 4}
    assert told["connections"] == {"my-database": 4}


async def test_the_most_frequent_spelling_is_shown(learning: Suite) -> None:
    await ask(learning, "show PROFIT", "Show profit", "Show revenue", "show price", "Show margin")
    [pattern] = await learned(learning, 5)
    assert pattern.query_template == "Show {metric}"


async def test_organizations_never_see_each_others_patterns(learning: Suite) -> None:
    await ask(learning, "profit by region")
    await learned(learning, 1)
    stranger = learning.as_("ann", "admin", org="other")
    assert (await patterns(learning, stranger)).user_pattern_count == 0
    found = await learning.patterns.ListQueryPatterns(
        pb.ListQueryPatternsRequest(), metadata=stranger
    )
    assert not found.patterns


async def test_a_rebuild_equals_what_was_learned_step_by_step(learning: Suite) -> None:
    questions = [f"Top {n} stocks by {m}" for n in range(5) for m in ("profit", "VOLUME", "price")]
    await ask(learning, *questions, "Average price by product category", metadata={})
    await ask(learning, "profit in Q1 2024", error="x", who=learning.as_("bob", job_role="trader"))
    await learned(learning, len(questions) + 1)
    await learned(learning, 1, learning.as_("bob"))
    before = await patterns(learning)
    answer = await learning.patterns.RebuildQueryPatterns(
        pb.RebuildQueryPatternsRequest(), metadata=learning.as_("root", "admin")
    )
    assert answer.message == "Updated patterns for 2 users"
    assert answer.activity_count == len(questions) + 2
    assert await patterns(learning) == before


async def test_a_rebuild_uses_the_vocabulary_of_now(learning: Suite) -> None:
    await ask(learning, "churn by region")
    [before] = await learned(learning, 1)
    assert before.query_template == "churn by {dimension}"
    words = VOCABULARY.replace('"volume"', '"churn"')
    await learning.install_vocabulary("acme", text=words)
    admin = learning.as_("root", "admin")

    async def rebuilt() -> str:
        await learning.patterns.RebuildQueryPatterns(
            pb.RebuildQueryPatternsRequest(), metadata=admin
        )
        [pattern] = (await patterns(learning)).user_patterns
        return pattern.query_template

    # The worker sees what changed within a second.
    while (template := await rebuilt()) == "churn by {dimension}":
        pass
    assert template == "{metric} by {dimension}"


async def test_a_rebuild_needs_an_admin(suite: Suite) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.patterns.RebuildQueryPatterns(
            pb.RebuildQueryPatternsRequest(), metadata=suite.as_()
        )
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_pages_of_patterns_have_no_gap(learning: Suite) -> None:
    await ask(learning, "a", "no", "so what", "is it", "who was it", "when", "why not")
    await learned(learning, 7)
    seen: list[int] = []
    token = None
    while True:
        page = await learning.patterns.ListQueryPatterns(
            pb.ListQueryPatternsRequest(page_size=3, page_token=token), metadata=learning.as_()
        )
        seen += [pattern.id for pattern in page.patterns]
        token = page.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen)) == 7
