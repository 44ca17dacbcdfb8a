"""The documented Python snippets of the feedback system, over a real gateway."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from anyio.to_thread import run_sync
from fastapi import BackgroundTasks

from attune_client import (
    AttuneClient,
    InvalidFields,
    NotConfigured,
    NotFound,
    PermissionDenied,
    add_interaction_log,
    cleanup_old_feedback,
    compute_hash,
    configure,
    get_feedback_stats,
    get_interaction_logs,
)
from attune_client.interactions import SHARED
from tests.databases import connected
from tests.e2e.conftest import Api
from tests.suite import jwt_for

COLUMNS = {
    "id",
    "conversation_id",
    "input_hash",
    "output_hash",
    "user_feedback_score",
    "user_feedback_text",
    "latency_ms",
    "tokens_used",
    "created_at",
    "metadata",
}
FIGURES = {
    "avg_score",
    "total_count",
    "score_1",
    "score_2",
    "score_3",
    "score_4",
    "score_5",
    "avg_latency_ms",
    "avg_tokens",
}


@pytest.fixture
async def org(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """An organization of the test's own, whose admin calls."""
    organization = request.node.name[:60]
    token = jwt_for("root", organization, role="admin")
    await run_sync(configure, api.base_url, token)
    with AttuneClient(api.base_url, token) as client:
        for name in ("conv-123", "conv-124"):
            await run_sync(client.conversations.start, name)
        yield organization
    await run_sync(SHARED.set, None)


def store_one() -> None:
    add_interaction_log(
        conversation_id="conv-123",
        user_feedback_score=5,
        user_feedback_text="Great answer!",
        input_hash=compute_hash("User's question"),
        output_hash=compute_hash("Agent's response"),
        latency_ms=125.5,
        tokens_used=245,
        metadata={"source": "web_ui"},
    )


async def test_feedback_is_stored_and_retrieved(org: str) -> None:
    def documented() -> None:
        store_one()
        add_interaction_log(conversation_id="conv-124", user_feedback_score=1)
        [log] = get_interaction_logs(conversation_id="conv-123")
        assert set(log) == COLUMNS
        assert (log["conversation_id"], log["user_feedback_score"]) == ("conv-123", 5)
        assert (log["user_feedback_text"], log["latency_ms"]) == ("Great answer!", 125.5)
        assert (log["tokens_used"], log["metadata"]["source"]) == (245, "web_ui")
        assert "submitted_at" in log["metadata"]
        assert log["created_at"].tzinfo is not None
        high_rated = get_interaction_logs(min_score=4, limit=100)
        low_rated = get_interaction_logs(max_score=2)
        assert [log["user_feedback_score"] for log in high_rated + low_rated] == [5, 1]
        assert [log["user_feedback_score"] for log in get_interaction_logs(limit=1)] == [1]
        assert get_interaction_logs(limit=0) == []
        assert len(get_interaction_logs(limit=5000)) == 2

    await run_sync(documented)


async def test_feedback_is_stored_in_the_background_of_an_answer(org: str) -> None:
    background_tasks = BackgroundTasks()
    background_tasks.add_task(store_one)
    await background_tasks()
    assert len(await run_sync(get_interaction_logs, "conv-123")) == 1


async def test_figures_are_the_documented_ones(
    org: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def documented() -> None:
        store_one()
        add_interaction_log(conversation_id="conv-124", user_feedback_score=4)
        stats = get_feedback_stats()
        assert set(stats) == FIGURES
        print(f"Average score: {stats['avg_score']:.2f}/5")  # noqa: T201 - as documented
        print(f"Total feedback: {stats['total_count']}")  # noqa: T201
        print(f"5-star ratings: {stats['score_5']}")  # noqa: T201
        distribution = {
            "5 stars": stats["score_5"],
            "4 stars": stats["score_4"],
            "3 stars": stats["score_3"],
            "2 stars": stats["score_2"],
            "1 star": stats["score_1"],
        }
        assert list(distribution.values()) == [1, 1, 0, 0, 0]
        assert (stats["avg_latency_ms"], stats["avg_tokens"]) == (125.5, 245.0)
        assert get_feedback_stats(conversation_id="conv-124")["avg_score"] == 4.0

    await run_sync(documented)
    said = ["Average score: 4.50/5", "Total feedback: 2", "5-star ratings: 1"]
    assert capsys.readouterr().out.splitlines() == said


async def test_figures_of_nothing_can_be_printed_too(org: str) -> None:
    stats = await run_sync(get_feedback_stats)
    assert f"{stats['avg_score']:.2f} of {stats['total_count']}" == "0.00 of 0"


def test_hashes_are_sha256_in_hex() -> None:
    # NIST, FIPS 180-4, example of one block.
    of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert compute_hash("abc") == of_abc
    assert len(compute_hash("Wie heißt du?")) == 64


async def test_old_feedback_goes_and_is_counted(org: str, api: Api) -> None:
    await run_sync(store_one)
    await run_sync(add_interaction_log, "conv-124", 3)
    assert await run_sync(cleanup_old_feedback) == 0
    await backdate(api, org, 5, timedelta(days=91))
    assert await run_sync(cleanup_old_feedback, 92) == 0
    assert await run_sync(cleanup_old_feedback, 90) == 1
    assert [log["user_feedback_score"] for log in await run_sync(get_interaction_logs)] == [3]
    with pytest.raises(InvalidFields):
        await run_sync(cleanup_old_feedback, 0)


async def backdate(api: Api, organization: str, score: int, by: timedelta) -> None:
    """As if the votes of this score had been given so long before."""
    dsn = api.suite.activity_settings.activity_database_url
    async with connected(dsn, "activity") as conn:
        moved = await conn.execute(
            "UPDATE interaction_logs SET created_at = created_at - $3::interval"
            " WHERE organization_id = $1 AND user_feedback_score = $2",
            organization,
            score,
            by,
        )
        assert moved == "UPDATE 1"


async def test_what_is_wrong_is_said(org: str, api: Api) -> None:
    with pytest.raises(NotFound):
        await run_sync(add_interaction_log, "conv-999", 5)
    with pytest.raises(InvalidFields) as error:
        await run_sync(add_interaction_log, "conv-123", 6, "x" * 2001)
    assert {v.field for v in error.value.violations} == {"score", "text"}
    await run_sync(configure, api.base_url, jwt_for("ann", org, role="viewer"))
    with pytest.raises(PermissionDenied):
        await run_sync(cleanup_old_feedback)


async def test_the_environment_says_where_attune_is(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATTUNE_URL", raising=False)
    with pytest.raises(NotConfigured):
        get_feedback_stats()
    monkeypatch.setenv("ATTUNE_URL", api.base_url)
    monkeypatch.setenv("ATTUNE_TOKEN", jwt_for("nobody", "nowhere"))
    assert (await run_sync(get_feedback_stats))["total_count"] == 0
    await run_sync(SHARED.set, None)
