"""Charts over REST: made of each source, drawn, rendered, shared, and refused with a reason."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api

PATH = "/api/v1/charts"
ROWS: list[list[Any]] = [["free", 120], ["pro", 30], ["team", 12]]
INLINE = {"inline": {"columns": [{"name": "plan"}, {"name": "users"}], "rows": ROWS}}
SQL = "SELECT * FROM (VALUES ('free', 120), ('pro', 30)) AS t (plan, users)"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def bob(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    async with api.as_(f"bob {request.node.name}"[:100]) as client:
        yield client


async def made(client: httpx2.AsyncClient, **fields: Any) -> Any:
    answer = await client.post(PATH, json={"source": INLINE, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def drawn(client: httpx2.AsyncClient, chart: Any) -> Any:
    answer = await client.get(f"{PATH}/{chart['id']}:draw")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_chart_is_chosen_kept_and_drawn(client: httpx2.AsyncClient) -> None:
    chart = await made(client)
    assert (chart["type"], chart["name"], chart["version"]) == ("bar", "Users by plan", 1)
    assert (await client.get(f"{PATH}/{chart['id']}")).json() == chart
    shown = await drawn(client, chart)
    assert (shown["type"], shown["title"], shown["rows"]) == ("bar", "Users by plan", ROWS)
    values = [(row["x"], row["y"]) for row in shown["spec"]["data"]["values"]]
    assert values == [("free", 120), ("pro", 30), ("team", 12)]
    assert "metadata" not in shown


async def test_a_statement_is_run_as_who_looks_and_cached(
    client: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    chart = await made(client, source={"sql": SQL}, name="Plans")
    shown = await drawn(client, chart)
    assert (shown["title"], shown["rows"]) == ("Plans", [["free", 120], ["pro", 30]])
    assert [column["type"] for column in shown["columns"]] == ["text", "integer"]
    assert shown["metadata"]["cached"]
    assert (await client.post(f"{PATH}/{chart['id']}:share", json={})).status_code == 200
    seen = (await bob.get(f"{PATH}/{chart['id']}:draw", params={"no_cache": "true"})).json()
    assert not seen["metadata"]["cached"]
    mine = (await bob.get("/api/v1/queries")).json()["queries"]
    assert [query["id"] for query in mine] == [seen["metadata"]["query_id"]]


async def test_a_saved_query_is_drawn_as_it_is_by_now(client: httpx2.AsyncClient) -> None:
    told = {"name": "Plans", "query": SQL}
    saved = (await client.post("/api/v1/saved-queries", json=told)).json()
    chart = await made(client, source={"saved_query_id": saved["id"]})
    path = f"/api/v1/saved-queries/{saved['id']}"
    changed = {"query": SQL.replace("120", "121")}
    assert (await client.patch(path, json=changed)).status_code == 200
    assert (await drawn(client, chart))["rows"][0] == ["free", 121]
    assert (await client.delete(path)).status_code == 200
    gone = await client.get(f"{PATH}/{chart['id']}:draw")
    assert (gone.status_code, gone.json()["reason"]) == (409, "FAILED_PRECONDITION")


async def test_another_persons_saved_query_is_no_source(
    client: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    told = {"name": "Plans", "query": SQL}
    saved = (await client.post("/api/v1/saved-queries", json=told)).json()
    source = {"saved_query_id": saved["id"]}
    answer = await bob.post(PATH, json={"source": source})
    assert answer.status_code == 404
    chart = await made(client, source=source)
    await client.post(f"{PATH}/{chart['id']}:share", json={})
    assert (await drawn(bob, chart))["rows"][0] == ["free", 120]


async def test_metrics_bring_their_kinds_and_units(client: httpx2.AsyncClient) -> None:
    told = {"name": "visits_of_charts", "type": "simple", "aggregate": "count", "unit": "visits"}
    answer = await client.post("/api/v1/knowledge/business-metrics", json=told)
    assert answer.status_code == 200, answer.text
    query: dict[str, Any] = {
        "metrics": ["visits_of_charts"],
        "time_range": {"period": "last 7 days"},
    }
    figure = await made(client, source={"metric_query": query})
    assert (figure["type"], figure["name"]) == ("figure", "Visits of charts")
    query |= {"grain": "day", "fill": True}
    line = await made(client, source={"metric_query": query})
    assert line["type"] == "line"
    shown = await drawn(client, line)
    assert [column["kind"] for column in shown["columns"]] == ["time", "metric"]
    assert shown["spec"]["encoding"]["y"]["title"] == "Visits of charts (visits)"
    assert len(shown["rows"]) == 7


async def test_insights_have_charts(client: httpx2.AsyncClient) -> None:
    week = {"period": "last 7 days"}
    steps = [{"event": "charted.visit"}, {"event": "charted.buy"}]
    for person, events in (("p", ["charted.visit", "charted.buy"]), ("q", ["charted.visit"])):
        for event in events:
            told = {"user_id": person, "event": event}
            assert (await client.post("/api/v1/events", json=told)).status_code == 200
    trend = {"step": steps[0], "time_range": week, "grain": "day"}
    line = await made(client, source={"trend": trend})
    assert line["type"] == "line"
    assert sum(row[1] for row in (await drawn(client, line))["rows"]) == 2
    funnel = {"steps": steps, "within_seconds": 3600, "time_range": week}
    bars = await made(client, source={"funnel": funnel})
    values = (await drawn(client, bars))["spec"]["data"]["values"]
    assert [value["x"] for value in values] == ["charted.visit", "charted.buy"]
    back = {"first": steps[0], "again": steps[0], "grain": "day", "periods": 3, "time_range": week}
    answer = await client.post(f"{PATH}:preview", json={"source": {"retention": back}})
    assert answer.status_code == 200, answer.text
    wrong = {"source": {"trend": {**trend, "time_range": {"period": "sometimes"}}}}
    assert (await client.post(PATH, json=wrong)).status_code == 422


@pytest.mark.parametrize("kind", ["png", "svg"])
async def test_pictures_are_rendered(client: httpx2.AsyncClient, kind: str) -> None:
    chart = await made(client, name="<script>alert(1)</script>")
    picture = await client.get(f"{PATH}/{chart['id']}:render", params={"format": kind})
    assert picture.status_code == 200, picture.text
    if kind == "png":
        assert picture.headers["content-type"] == "image/png"
        assert picture.content.startswith(PNG)
        return
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert picture.text.startswith("<svg")
    assert "<script" not in picture.text
    assert "team" in picture.text


async def test_a_chart_without_rows_has_a_picture_and_a_table_none(
    client: httpx2.AsyncClient,
) -> None:
    empty = await made(client, source={"sql": f"{SQL} WHERE users < 0"}, name="Nothing")
    picture = await client.get(f"{PATH}/{empty['id']}:render?format=svg")
    assert "No rows" in picture.text
    table = await made(client, design={"type": "table"})
    assert (table["type"], "spec" in await drawn(client, table)) == ("table", False)
    answer = await client.get(f"{PATH}/{table['id']}:render")
    assert (answer.status_code, answer.json()["reason"]) == (409, "FAILED_PRECONDITION")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"source": {}}, "source"),
        ({"source": {**INLINE, "sql": SQL}}, "source"),
        ({"source": {**INLINE, "connection_id": "events"}}, "source.connection_id"),
        ({"source": {"sql": "DROP TABLE events"}}, "sql"),
        (
            {"source": {"inline": {"columns": [{"name": "a"}], "rows": [[1, 2]]}}},
            "source.inline.rows",
        ),
        ({"source": {"inline": {"columns": [{"name": "a"}], "rows": {}}}}, "source.inline.rows"),
        ({"source": {"inline": {"columns": [{"name": "a"}]}}}, "source.inline.rows"),
        ({"source": {"metric_query": {"metrics": ["nonesuch"]}}}, "metrics"),
        ({"source": INLINE, "design": {"type": "line"}}, "design.type"),
        ({"source": INLINE, "design": {"type": "donut"}}, "design.type"),
        ({"source": INLINE, "design": {"x": "nonesuch"}}, "design.x"),
    ],
)
async def test_what_cannot_be_drawn_is_refused_with_the_field(
    client: httpx2.AsyncClient, body: Any, field: str
) -> None:
    for path in (PATH, f"{PATH}:preview"):
        answer = await client.post(path, json=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"].startswith(field), answer.text


async def test_a_preview_keeps_nothing(client: httpx2.AsyncClient) -> None:
    before = (await client.get(PATH, params={"page_size": 1000})).json()
    answer = await client.post(
        f"{PATH}:preview", json={"source": INLINE, "design": {"type": "pie"}}
    )
    assert answer.json()["type"] == "pie"
    assert (await client.get(PATH, params={"page_size": 1000})).json() == before


async def test_a_change_is_drawn_before_it_is_kept(client: httpx2.AsyncClient) -> None:
    chart = await made(client, description="Plans")
    path = f"{PATH}/{chart['id']}"
    pie = (await client.patch(path, json={"design": {"type": "pie"}}, params={"version": 1})).json()
    assert (pie["type"], pie["version"], pie["description"]) == ("pie", 2, "Plans")
    late = await client.patch(path, json={"name": "x"}, params={"version": 1})
    assert (late.status_code, late.json()["reason"]) == (409, "VERSION_CONFLICT")
    wrong = await client.patch(path, json={"design": {"type": "line"}})
    assert wrong.json()["errors"][0]["field"] == "design.type"
    assert (await client.patch(path, json={"name": ""})).status_code == 422
    assert (await client.get(path)).json() == pie
    back = (await client.patch(path, json={"design": None})).json()
    assert back["type"] == "bar"


async def test_a_repetition_keeps_no_second_one(client: httpx2.AsyncClient) -> None:
    again = {"Idempotency-Key": "chart"}
    first = await client.post(PATH, json={"source": INLINE}, headers=again)
    second = await client.post(PATH, json={"source": INLINE}, headers=again)
    assert first.json()["id"] == second.json()["id"]
    other = await client.post(PATH, json={"source": INLINE, "name": "x"}, headers=again)
    assert other.json()["reason"] == "IDEMPOTENCY_KEY_REUSED"


async def test_a_repetition_is_answered_when_its_source_is_no_more(
    client: httpx2.AsyncClient,
) -> None:
    told = {"name": "Plans", "query": SQL}
    saved = (await client.post("/api/v1/saved-queries", json=told)).json()
    body, again = {"source": {"saved_query_id": saved["id"]}}, {"Idempotency-Key": "gone"}
    first = await client.post(PATH, json=body, headers=again)
    assert (await client.delete(f"/api/v1/saved-queries/{saved['id']}")).status_code == 200
    second = await client.post(PATH, json=body, headers=again)
    assert (second.status_code, second.json()) == (200, first.json())
    assert (await client.post(PATH, json=body)).status_code == 404


async def test_ones_own_are_ones_own_until_they_are_shared(
    client: httpx2.AsyncClient, bob: httpx2.AsyncClient, api: Api
) -> None:
    chart = await made(client)
    path = f"{PATH}/{chart['id']}"
    for where in (path, f"{path}:draw", f"{path}:render"):
        assert (await bob.get(where)).status_code == 404
    link = (await client.post(f"{path}:share", json={})).json()["link"]
    assert (await bob.get(link)).json()["id"] == chart["id"]
    assert chart["id"] in {c["id"] for c in (await bob.get(PATH)).json()["charts"]}
    for verb, where in (("PATCH", path), ("DELETE", path), ("POST", f"{path}:share")):
        body: dict[str, str] | None = None if verb == "DELETE" else {}
        assert (await bob.request(verb, where, json=body)).status_code == 403
    async with api.as_("bob", org="other", role="admin") as stranger:
        assert (await stranger.get(link)).status_code == 404
        assert (await stranger.get(path)).status_code == 404
    assert not (await client.post(f"{path}:share", json={"shared": False})).json()["shared"]
    assert (await bob.get(link)).status_code == 404
    assert (await client.delete(path)).status_code == 200
    assert (await client.get(path)).status_code == 404


async def test_they_are_listed_in_pages_and_found_by_words(client: httpx2.AsyncClient) -> None:
    for number in range(3):
        await made(client, name=f"Page {number}", description="Heliotrope")
    wanted: dict[str, Any] = {"text": "heliotrope", "page_size": 2}
    page = (await client.get(PATH, params=wanted)).json()
    rest = (await client.get(PATH, params={**wanted, "page_token": page["next_page_token"]})).json()
    names = [chart["name"] for chart in page["charts"] + rest["charts"]]
    assert names == ["Page 0", "Page 1", "Page 2"]
