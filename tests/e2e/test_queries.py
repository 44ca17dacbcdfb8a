"""Queries over REST, on the event store and through both walls."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.waiting import until

RUN = "/api/v1/queries:run"
COUNTS = "SELECT event, count(*) AS number FROM events WHERE type = 'track' GROUP BY event"


async def tracked(client: httpx2.AsyncClient, *events: str) -> None:
    """Events of the caller's organization, once they can be queried."""
    told = [{"event": event, "user_id": "u", "properties": {"amount": 12.50}} for event in events]
    answer = await client.post("/api/v1/events", json={"events": told})
    assert answer.status_code == 200, answer.text


async def run(client: httpx2.AsyncClient, sql: str, **more: Any) -> Any:
    answer = await client.post(RUN, json={"sql": sql, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_organization_sees_its_own_events_and_no_others(api: Api) -> None:
    async with api.as_("ann", org="one") as one, api.as_("ann", org="two") as two:
        await tracked(one, "purchase", "purchase", "signup")
        await tracked(two, "secret")
        mine = await run(one, f"{COUNTS} ORDER BY number DESC")
        assert mine["rows"] == [["purchase", 2], ["signup", 1]]
        assert mine["columns"][1] == {"name": "number", "type": "bigint"}
        assert (await run(two, COUNTS))["rows"] == [["secret", 1]]


@pytest.mark.parametrize(
    ("sql", "verdict", "position"),
    [
        ("DELETE FROM events", "statement", 0),
        ("SELECT 1; SELECT 2", "several_statements", 10),
        ("SELECT * FROM pg_shadow", "relation", 14),
        ("SELECT pg_sleep(1)", "function", 7),
        ("SELECT organization_id FROM events", None, None),
    ],
)
async def test_what_is_not_allowed_is_refused_with_its_place(
    client: httpx2.AsyncClient, sql: str, verdict: str | None, position: int | None
) -> None:
    answer = await client.post(RUN, json={"sql": sql})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "sql"
    checked = (await client.post("/api/v1/queries:validate", json={"sql": sql})).json()
    assert not checked["valid"]
    if verdict:
        assert (checked["verdict"], checked["position"]) == (verdict, position)
        [record] = (await client.get("/api/v1/queries")).json()["queries"]
        assert (record["status"], record["verdict"]) == ("refused", verdict)


@pytest.mark.parametrize(
    "sql",
    ["SELECT 1 / 0", "SELECT nothing", "SELECT 'x'::int", "SELECT $1", "\ufeff", "'"],
)
async def test_what_postgresql_cannot_do_is_never_a_fault_of_ours(
    client: httpx2.AsyncClient, sql: str
) -> None:
    for path in (RUN, "/api/v1/queries:explain", "/api/v1/queries:stream"):
        assert (await client.post(path, json={"sql": sql})).status_code == 422
    assert (await client.post("/api/v1/queries:validate", json={"sql": sql})).status_code == 200
    assert (await client.post("/api/v1/queries:improve", json={"sql": sql})).status_code == 200
    assert (await client.post("/api/v1/queries:complete", json={"sql": sql})).status_code == 200


async def test_an_unknown_connection_is_not_found(client: httpx2.AsyncClient) -> None:
    body = {"sql": "SELECT 1", "connection_id": "nowhere"}
    for verb in ("run", "stream", "validate", "explain", "improve", "complete", "export"):
        answer = await client.post(f"/api/v1/queries:{verb}", json=body)
        assert answer.status_code == 404, (verb, answer.text)


async def test_a_stream_is_server_sent_events(client: httpx2.AsyncClient) -> None:
    body = {"sql": "SELECT i FROM generate_series(1, 3000) i"}
    async with client.stream("POST", "/api/v1/queries:stream", json=body) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line async for line in answer.aiter_lines()]
    first, *parts, last = [json.loads(line[5:]) for line in lines if line.startswith("data:")]
    assert first["columns"] == [{"name": "i", "type": "integer"}]
    rows = [row for part in parts for row in part["rows"]]
    assert rows == [[i] for i in range(1, 3001)]
    assert last["metadata"]["row_count"] == 3000


async def test_a_file_comes_with_its_name(client: httpx2.AsyncClient) -> None:
    body = {"sql": "SELECT 1 AS one", "format": "csv", "name": "ones"}
    answer = await client.post("/api/v1/queries:export", json=body)
    assert answer.headers["content-disposition"] == 'attachment; filename="ones.csv"'
    assert answer.text == "one\r\n1\r\n"


async def test_results_are_paged_and_figures_told(client: httpx2.AsyncClient) -> None:
    ran = await run(client, "SELECT i FROM generate_series(1, 150) i")
    path = f"/api/v1/queries/{ran['metadata']['query_id']}"
    first = (await client.get(f"{path}/results")).json()
    token = {"page_token": first["next_page_token"]}
    second = (await client.get(f"{path}/results", params=token)).json()
    assert first["rows"] + second["rows"] == ran["rows"]
    assert (await client.get(path)).json()["result"]["rows"] == ran["rows"][:10]
    stats = (await client.get("/api/v1/queries/stats")).json()
    assert stats["total"]["count"] == 1


async def test_results_are_sorted_and_filtered_as_a_table_is(client: httpx2.AsyncClient) -> None:
    told = "('Berlin', 9.5), ('Paris', 100), ('Ärhus', NULL), ('berlin-ost', 20), ('NYC', 100)"
    ran = await run(client, f"SELECT * FROM (VALUES {told}) AS t (city, amount)")
    path = f"/api/v1/queries/{ran['metadata']['query_id']}/results"

    async def cities(**asked: Any) -> list[str]:
        answer = (await client.get(path, params=asked)).json()
        assert answer["row_count"] == len(answer["rows"]) or "page_size" in asked
        return [row[0] for row in answer["rows"]]

    assert await cities(order_by="amount") == ["Berlin", "berlin-ost", "Paris", "NYC", "Ärhus"]
    assert await cities(order_by="-amount") == ["Paris", "NYC", "berlin-ost", "Berlin", "Ärhus"]
    assert await cities(text="BERLIN") == ["Berlin", "berlin-ost"]
    assert await cities(text="100", order_by="city") == ["NYC", "Paris"]
    first = (await client.get(path, params={"order_by": "city", "page_size": 2})).json()
    assert [row[0] for row in first["rows"]] == ["Berlin", "berlin-ost"]
    token = {"page_token": first["next_page_token"]}
    assert await cities(order_by="city", page_size=2, **token) == ["NYC", "Paris"]
    assert (await client.get(path, params={"order_by": "-city", **token})).status_code == 422
    unknown = await client.get(path, params={"order_by": "country"})
    assert unknown.json()["errors"][0]["field"] == "order_by"
    assert "city, amount" in unknown.json()["errors"][0]["message"]


async def test_a_client_that_leaves_ends_its_statement(api: Api) -> None:
    many = "generate_series(1, (SELECT 1000000))"  # which the planner cannot know
    heavy = f"SELECT count(*) FROM {many} a, {many} b"
    async with api.as_("leaver") as client:
        call = asyncio.ensure_future(client.post(RUN, json={"sql": heavy}))
        await until_status(client, "pending")
        call.cancel()
        await until_status(client, "cancelled")


async def until_status(client: httpx2.AsyncClient, status: str) -> None:
    async def there() -> bool:
        found = (await client.get("/api/v1/queries")).json()["queries"]
        return [query["status"] for query in found] == [status]

    await until(there)


async def test_statements_are_in_the_audit_log_with_their_end(api: Api) -> None:
    async with api.as_("auditor", org="audited", role="admin") as client:
        await run(client, "SELECT 42 AS answer")
        await client.post(RUN, json={"sql": "DELETE FROM events"})
        entries = (await client.get("/api/v1/audit")).json()["entries"]
    told = [(entry["action"], entry["detail"]) for entry in entries]
    assert {action for action, _ in told} == {"query.run", "query.ended"}
    asked = {detail["sql"]: detail["verdict"] for action, detail in told if "sql" in detail}
    assert asked == {"SELECT 42 AS answer": "allowed", "DELETE FROM events": "statement"}
    assert sorted(d["status"] for _, d in told if "status" in d) == ["completed", "refused"]


async def test_what_the_knowledge_base_measures_is_proposed(api: Api) -> None:
    metric = {"name": "purchases", "formula": "count(*)"}
    async with api.as_("measurer", org="measured", role="admin") as client:
        made = await client.post("/api/v1/knowledge/business-metrics", json=metric)
        assert made.status_code == 200, made.text
        asked = {"sql": "SELECT purch"}
        found = (await client.post("/api/v1/queries:complete", json=asked)).json()["items"]
    assert found[0] == {"text": "purchases", "kind": "metric", "detail": ""}
