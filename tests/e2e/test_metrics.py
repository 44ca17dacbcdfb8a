"""Metrics and the export over REST: the shape of their JSON, and files as browsers get them."""

import csv
import io
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.e2e.shapes import errors_of, is_problem, shape
from tests.waiting import until

ACTIVITY = "/api/v1/activity/metrics"
SUGGESTIONS = "/api/v1/suggestions/metrics"
EXPORT = "/api/v1/patterns:export"
ASK = "/api/v1/connections/my-database/suggestions/personalized"


async def used(client: httpx2.AsyncClient) -> None:
    """Click, ask and be suggested something, and wait until it is learned: facts come in order,

    so that the click, too, drops no cached answer any more.
    """
    click = {"activity_type": "suggestion_click", "suggestion_clicked": "Top 10 stocks by volume"}
    await client.post("/api/v1/activity/log", json=click)
    for text in ("Top 10 stocks by volume", "=cmd by region"):
        body = {"activity_type": "query", "query_text": text}
        assert (await client.post("/api/v1/activity/log", json=body)).status_code == 200

    async def learned() -> bool:
        found = (await client.get("/api/v1/activity/patterns")).json()
        return bool(found["user_pattern_count"] >= 2)

    await until(learned)
    for _ in range(2):
        assert (await client.post(ASK)).status_code == 200


async def get(client: httpx2.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_metrics_answer_with_their_documented_json(api: Api) -> None:
    async with api.as_("root", role="admin", org="acme") as client:
        await used(client)
        cache = await get(client, f"{SUGGESTIONS}/cache", hours=24)
        assert shape(cache) == {
            "hours": "int",
            "since": "str",
            "entries": "int",
            "entries_hit": "int",
            "cache_hit_rate_percent": "float",
            "requests": "int",
            "hits": "int",
            "request_hit_rate_percent": "float",
            "sources": [{"source": "str", "requests": "int"}],
        }
        assert (cache["requests"], cache["hits"], cache["request_hit_rate_percent"]) == (2, 1, 50.0)
        patterns = await get(client, f"{SUGGESTIONS}/patterns")
        assert shape(patterns) == {
            "patterns": [
                {
                    "role": "str",
                    "query_template": "str",
                    "frequency": "int",
                    "success_rate": "float",
                }
            ]
        }
        popular = await get(client, f"{SUGGESTIONS}/popular", by="hits")
        assert shape(popular) == {
            "by": "str",
            "since": "str",
            "suggestions": [{"text": "str", "count": "int", "people": "int"}],
        }
        through = await get(client, f"{SUGGESTIONS}/click-through")
        assert (through["days"], through["servings"]) == (30, 2)
        breakdown = await get(client, f"{ACTIVITY}/breakdown", days=7)
        assert breakdown["activities"] == [
            {"activity_type": "query", "count": 2, "unique_users": 1},
            {"activity_type": "suggestion_click", "count": 1, "unique_users": 1},
        ]
        [user] = (await get(client, f"{ACTIVITY}/click-through"))["users"]
        assert user.pop("click_through_rate") == pytest.approx(100 / 3)
        assert user == {"user_id": "root", "total_queries": 3, "clicked_suggestions": 1}


async def test_an_export_is_a_file_to_save(api: Api) -> None:
    async with api.as_("root", role="admin", org="acme") as client:
        answer = await client.get(EXPORT, params={"format": "csv"})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert "'=cmd by {dimension}" in {row["query_template"] for row in rows}
        found = (await client.get(EXPORT)).json()
        assert {row["id"] for row in found} == {int(row["id"]) for row in rows}
        assert "=cmd by {dimension}" in {row["query_template"] for row in found}


async def test_an_export_that_is_refused_is_a_problem_and_no_file(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get(EXPORT, params={"user_id": "somebody"})
    assert is_problem(answer, 403, "PERMISSION_DENIED")
    assert "format" in errors_of(await client.get(EXPORT, params={"format": "xlsx"}))
    assert "hours" in errors_of(await client.get(f"{SUGGESTIONS}/cache", params={"hours": "0"}))


async def test_rates_of_people_are_not_for_analysts(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"{ACTIVITY}/click-through")
    assert is_problem(answer, 403, "PERMISSION_DENIED")
