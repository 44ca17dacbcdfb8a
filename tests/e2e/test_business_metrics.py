"""The knowledge base's example over REST: an event, a metric, an entry, and the figures."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api

METRICS = "/api/v1/knowledge/business-metrics"
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
PURCHASE = {
    "name": "purchase",
    "description": "A customer has paid an order.",
    "properties": [
        {"name": "amount", "type": "number", "description": "What was paid.", "required": True},
        {"name": "currency", "type": "string", "description": "ISO 4217.", "required": True},
    ],
    "examples": [{"amount": 49.9, "currency": "EUR"}],
    "category": "commerce",
}
CONVERSION_RATE = {
    "name": "conversion_rate",
    "description": "How many of those who come buy something, in percent.",
    "formula": "count(DISTINCT CASE WHEN event = 'purchase' THEN user_id END) * 100.0"
    " / count(DISTINCT user_id)",
    "unit": "%",
    "category": "commerce",
    "tags": ["growth"],
}
RETENTION = {
    "title": "How retention is calculated",
    "content": "A user is **retained** in week N where they were active in week N after signup.",
    "category": "retention",
    "tags": ["retention"],
}


async def made(client: httpx2.AsyncClient, path: str, body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def event(user: str, name: str, when: datetime = NOON, **properties: Any) -> dict[str, Any]:
    return {
        "event": name,
        "user_id": user,
        "timestamp": when.isoformat(),
        "properties": properties,
    }


async def test_the_documents_example_is_defined_found_and_calculated(
    client: httpx2.AsyncClient,
) -> None:
    await made(client, "/api/v1/knowledge/event-definitions", PURCHASE)
    metric = await made(client, METRICS, CONVERSION_RATE)
    await made(client, "/api/v1/knowledge/entries", RETENTION)
    assert {name: metric[name] for name in CONVERSION_RATE} == CONVERSION_RATE

    asked = {"question": "Calculate conversion rate"}
    found = (await client.get("/api/v1/knowledge/query", params=asked)).json()
    assert found["results"][0]["name"] == "conversion_rate"

    events = [event(user, "visit") for user in ("a", "b", "c", "d")]
    await made(client, "/api/v1/events", [*events, event("a", "purchase", amount=49.9)])
    answer = await made(client, "/api/v1/metrics:query", {"metrics": ["conversion_rate"]})
    assert answer["rows"] == [[25]]
    assert [column["unit"] for column in answer["columns"]] == ["%"]
    assert answer["definitions"] == [{"kind": "metric", "name": "conversion_rate", "version": 1}]
    # What it rests on runs by itself.
    again = await made(client, "/api/v1/queries:run", {"sql": answer["sql"]})
    assert again["rows"] == answer["rows"]


async def test_a_metric_query_runs_streams_and_leaves_as_a_file_as_sql_does(
    client: httpx2.AsyncClient,
) -> None:
    source = {"relation": "events", "time": "timestamp", "event": "shipped"}
    parcels = {"name": "parcels", "type": "simple", "source": source, "aggregate": "count"}
    await made(client, METRICS, parcels)
    await made(client, "/api/v1/events", [event("a", "shipped"), event("b", "shipped")])
    asked = {"metric_query": {"metrics": ["parcels"]}}
    ran = await made(client, "/api/v1/queries:run", asked)
    assert ran["rows"] == [[2]]
    assert [column["name"] for column in ran["columns"]] == ["parcels"]
    streamed = await client.post("/api/v1/queries:stream", json=asked)
    assert '"rows":[[2]]' in streamed.text
    exported = await client.post("/api/v1/queries:export", json=asked)
    assert exported.text.split() == ["parcels", "2"]
    by_day = {"time_range": {"period": "last 3 days"}, "grain": "day", "fill": True, "limit": 2}
    cut = {"metric_query": {"metrics": ["parcels"], **by_day}}
    ran = await made(client, "/api/v1/queries:run", cut)
    assert (len(ran["rows"]), ran["metadata"]["truncated"]) == (2, True)
    exported = await client.post("/api/v1/queries:export", json=cut)
    assert len(exported.text.splitlines()) == 3
    chart = await made(client, "/api/v1/charts", {"source": cut})
    shown = (await client.get(f"/api/v1/charts/{chart['id']}:draw")).json()
    assert (len(shown["rows"]), shown["metadata"]["truncated"]) == (2, True)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "sql"),
        ({"sql": "SELECT 1", "metric_query": {"metrics": ["x"]}}, "metric_query"),
        ({"connection_id": "events", "metric_query": {"metrics": ["x"]}}, "metric_query"),
    ],
)
async def test_a_query_is_sql_or_a_metric_query(
    client: httpx2.AsyncClient, asked: dict[str, Any], field: str
) -> None:
    for path in ("run", "stream", "export"):
        answer = await client.post(f"/api/v1/queries:{path}", json=asked)
        assert answer.status_code == 422, answer.text
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_days_are_those_of_the_organization(api: Api) -> None:
    async with api.as_("root", org="kolkata", role="admin") as client:
        late = NOON.replace(hour=20)  # the next day in Kolkata, at 01:30
        changed = await client.patch("/api/v1/organization", json={"time_zone": "Asia/Kolkata"})
        assert changed.status_code == 200, changed.text
        await made(client, "/api/v1/events", [event("a", "visit", late)])
        await made(client, METRICS, {"name": "visits", "type": "simple", "aggregate": "count"})
        answer = await made(
            client, "/api/v1/metrics:query", {"metrics": ["visits"], "grain": "day"}
        )
        assert answer["rows"] == [[(NOON + timedelta(days=1)).date().isoformat(), 1]]
        assert answer["time_zone"] == "Asia/Kolkata"


async def test_filters_and_values_are_plain_json(client: httpx2.AsyncClient) -> None:
    country = {"column": "properties", "path": ["country"]}
    dimension = {"name": "land", "relation": "events", "field": country, "values": ["DE"]}
    read = await made(client, "/api/v1/connections/events/dimensions", dimension)
    assert {name: read[name] for name in dimension} == dimension | {"field": read["field"]}
    where = [{"dimension": "land", "operator": "in", "values": ["DE", 7, True, 1.5]}]
    body = {"name": "german", "type": "simple", "aggregate": "count", "filters": where}
    metric = await made(client, METRICS, body)
    assert metric["filters"][0]["values"] == ["DE", 7, True, 1.5]
    path = f"{METRICS}/{metric['id']}"
    changed = await client.patch(path, json={"owner": "ann", "version": 1})
    assert (changed.json()["owner"], changed.json()["filters"]) == ("ann", metric["filters"])
    gone = await client.delete(f"/api/v1/connections/events/dimensions/{read['id']}")
    assert gone.status_code == 409, gone.text
    assert "german" in gone.json()["detail"]


async def test_what_is_wrong_is_named_by_its_field(client: httpx2.AsyncClient) -> None:
    answer = await client.post(METRICS, json=CONVERSION_RATE | {"name": "x", "formula": "count("})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["formula"]
    answer = await client.post("/api/v1/metrics:query", json={"metrics": ["nothing"]})
    assert answer.status_code == 422, answer.text
