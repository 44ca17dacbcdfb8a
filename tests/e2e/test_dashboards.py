"""Dashboards over REST: tiles in a grid, refreshed tile by tile, shared with what is on them."""

import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx2
import pytest

from services.analytics.dashboards import remembering
from tests.e2e.conftest import Api

PATH = "/api/v1/dashboards"
INLINE = {
    "inline": {"columns": [{"name": "plan"}, {"name": "users"}], "rows": [["a", 1], ["b", 2]]}
}


@pytest.fixture
async def bob(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    async with api.as_(f"bob {request.node.name}"[:100]) as client:
        yield client


async def chart(client: httpx2.AsyncClient, **source: Any) -> str:
    answer = await client.post("/api/v1/charts", json={"source": source or INLINE})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def made(client: httpx2.AsyncClient, tiles: list[Any], **fields: Any) -> Any:
    told = {"name": "Growth", "tiles": tiles, **fields}
    answer = await client.post(PATH, json=told)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refreshed(client: httpx2.AsyncClient, dashboard: Any, **told: Any) -> list[Any]:
    answer = await client.post(f"{PATH}/{dashboard['id']}:refresh", json=told)
    assert answer.status_code == 200, answer.text
    lines = [line for line in answer.text.splitlines() if line.startswith("data:")]
    return [json.loads(line.removeprefix("data:")) for line in lines]


def places(dashboard: Any) -> list[tuple[int, int, int, int]]:
    return [(t["x"], t["y"], t["width"], t["height"]) for t in dashboard["tiles"]]


async def test_tiles_without_a_place_get_the_first_that_is_free(client: httpx2.AsyncClient) -> None:
    one = await chart(client)
    fixed = {"chart_id": one, "x": 0, "y": 0, "width": 4, "height": 2}
    tiles: list[Any] = [fixed, {"chart_id": one}, {"chart_id": one, "width": 12, "height": 1}]
    dashboard = await made(client, tiles, refresh_seconds=300)
    assert places(dashboard) == [(0, 0, 4, 2), (4, 0, 6, 4), (0, 4, 12, 1)]
    assert (dashboard["refresh_seconds"], dashboard["version"]) == (300, 1)
    assert (await client.get(f"{PATH}/{dashboard['id']}")).json() == dashboard
    path = f"{PATH}/{dashboard['id']}:addTile"
    tile = {"chart_id": one, "width": 2, "height": 2}
    more = (await client.post(path, json={"tile": tile})).json()
    assert places(more)[3] == (10, 0, 2, 2)
    assert more["version"] == 2


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ({"x": 3, "y": 1}, "overlaps tiles[0]"),
        ({"x": 8, "y": 0}, "ends in column 14"),
        ({"x": 8}, "x and y belong together"),
        ({"x": 12, "y": 0}, "11"),
    ],
)
async def test_a_layout_that_cannot_be_is_refused(
    client: httpx2.AsyncClient, second: dict[str, int], problem: str
) -> None:
    one = await chart(client)
    tiles = [{"chart_id": one, "x": 0, "y": 0}, {"chart_id": one, **second}]
    answer = await client.post(PATH, json={"name": "x", "tiles": tiles})
    assert answer.status_code == 422
    assert problem in answer.json()["errors"][0]["message"]


async def test_only_charts_that_one_sees_go_on_a_dashboard(
    client: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    one = await chart(client)
    for tiles in ([{"chart_id": one}], [{"chart_id": "nonesuch"}]):
        answer = await bob.post(PATH, json={"name": "x", "tiles": tiles})
        assert answer.json()["errors"][0]["field"] == "tiles[0].chart_id"


async def test_each_tile_is_read_and_one_that_fails_stops_no_other(
    client: httpx2.AsyncClient,
) -> None:
    told = {"name": "One", "query": "SELECT 1 AS one"}
    saved = (await client.post("/api/v1/saved-queries", json=told)).json()
    charts = [await chart(client, saved_query_id=saved["id"]), await chart(client)]
    dashboard = await made(client, [{"chart_id": one} for one in charts])
    await client.delete(f"/api/v1/saved-queries/{saved['id']}")
    broken, fine = await refreshed(client, dashboard)
    assert (broken["tile"], broken["reason"]) == (0, "FAILED_PRECONDITION")
    assert "no saved query" in broken["problem"]
    assert (fine["tile"], fine["chart"]["type"], fine["chart_id"]) == (1, "bar", charts[1])


async def test_what_was_shown_last_is_seen_at_once(
    client: httpx2.AsyncClient, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await chart(client, sql="SELECT clock_timestamp()::text AS at")
    dashboard = await made(client, [{"chart_id": one}, {"chart_id": await chart(client)}])
    first, inline = await refreshed(client, dashboard)
    assert [first["stale"], inline["stale"]] == [False, False]
    minutes = count()
    monkeypatch.setattr(remembering, "version_at", lambda _: next(minutes))
    before, now, _ = await refreshed(client, dashboard)
    assert (before["tile"], before["stale"], now["stale"]) == (0, True, False)
    assert before["chart"]["rows"] == first["chart"]["rows"]
    assert before["chart"]["metadata"]["as_of"] == first["chart"]["metadata"]["as_of"]
    anew = {"no_cache": True}
    assert not any(tile["stale"] for tile in await refreshed(client, dashboard, **anew))
    async with api.as_("boss", role="admin") as boss:
        seen = await refreshed(boss, dashboard)
        assert not any(tile["stale"] for tile in seen), "others' roles are masked otherwise"
    source = {"sql": "SELECT 1 AS one"}
    assert (await client.patch(f"/api/v1/charts/{one}", json={"source": source})).status_code == 200
    assert not any(tile["stale"] for tile in await refreshed(client, dashboard)), "it is another"


async def test_what_rests_on_nothing_any_more_is_not_shown_again(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"name": "One", "query": "SELECT 1 AS one"}
    saved = (await client.post("/api/v1/saved-queries", json=told)).json()
    one = await chart(client, saved_query_id=saved["id"])
    dashboard = await made(client, [{"chart_id": one}])
    [first] = await refreshed(client, dashboard)
    assert first["chart"]["rows"] == [[1]]
    await client.delete(f"/api/v1/saved-queries/{saved['id']}")
    minutes = count()
    monkeypatch.setattr(remembering, "version_at", lambda _: next(minutes))
    assert [tile["stale"] for tile in await refreshed(client, dashboard)] == [True, False]
    [left] = await refreshed(client, dashboard)
    assert left["reason"] == "FAILED_PRECONDITION"


async def test_what_is_on_a_shared_dashboard_is_seen_until_it_is_not(
    client: httpx2.AsyncClient, bob: httpx2.AsyncClient, api: Api
) -> None:
    one = await chart(client)
    dashboard = await made(client, [{"chart_id": one}])
    path = f"{PATH}/{dashboard['id']}"
    assert (await bob.get(path)).status_code == 404
    link = (await client.post(f"{path}:share", json={})).json()["link"]
    assert (await bob.get(link)).json()["id"] == dashboard["id"]
    [tile] = await refreshed(bob, dashboard)
    assert tile["chart"]["type"] == "bar"
    assert (await bob.get(f"/api/v1/charts/{one}:draw")).status_code == 200
    for verb, where in (("PATCH", path), ("DELETE", path), ("POST", f"{path}:share")):
        body: dict[str, str] | None = None if verb == "DELETE" else {}
        assert (await bob.request(verb, where, json=body)).status_code == 403
    copy = await made(bob, [{"chart_id": one}])
    assert (await bob.post(f"{PATH}/{copy['id']}:share", json={})).status_code == 200
    async with api.as_("bob", org="other", role="admin") as stranger:
        assert (await stranger.get(link)).status_code == 404
    await client.post(f"{path}:share", json={"shared": False})
    assert (await bob.get(link)).status_code == 404
    assert (await bob.get(f"/api/v1/charts/{one}")).status_code == 404
    [tile] = await refreshed(bob, copy)
    assert tile["reason"] == "NOT_FOUND"


async def test_a_chart_that_goes_leaves_its_dashboards(client: httpx2.AsyncClient) -> None:
    one, other = await chart(client), await chart(client)
    dashboard = await made(client, [{"chart_id": one}, {"chart_id": other}])
    assert (await client.delete(f"/api/v1/charts/{one}")).status_code == 200
    left = (await client.get(f"{PATH}/{dashboard['id']}")).json()["tiles"]
    assert [tile["chart_id"] for tile in left] == [other]
    assert (await client.delete(f"{PATH}/{dashboard['id']}")).status_code == 200
    assert (await client.get(f"/api/v1/charts/{other}")).status_code == 200


async def test_changes_have_versions(client: httpx2.AsyncClient) -> None:
    one = await chart(client)
    dashboard = await made(client, [{"chart_id": one}], description="d")
    path = f"{PATH}/{dashboard['id']}"
    changed = (await client.patch(path, json={"tiles": []}, params={"version": 1})).json()
    assert (changed["tiles"], changed["version"], changed["description"]) == ([], 2, "d")
    late = await client.patch(path, json={"name": "x"}, params={"version": 1})
    assert (late.status_code, late.json()["reason"]) == (409, "VERSION_CONFLICT")
    assert (await client.patch(path, json={"name": ""})).status_code == 422
    assert (await client.patch(path, json={"refresh_seconds": 59})).status_code == 422
    assert (await client.patch(path, json=changed)).json() == changed


async def test_a_repetition_makes_no_second_one(client: httpx2.AsyncClient) -> None:
    again = {"Idempotency-Key": "dashboard"}
    told = {"name": "Once"}
    first = await client.post(PATH, json=told, headers=again)
    second = await client.post(PATH, json=told, headers=again)
    assert first.json()["id"] == second.json()["id"]


async def test_they_are_listed_in_pages(client: httpx2.AsyncClient) -> None:
    for number in range(3):
        await made(client, [], name=f"Periwinkle {number}")
    wanted: dict[str, Any] = {"text": "periwinkle", "page_size": 2}
    page = (await client.get(PATH, params=wanted)).json()
    rest = (await client.get(PATH, params={**wanted, "page_token": page["next_page_token"]})).json()
    names = [one["name"] for one in page["dashboards"] + rest["dashboards"]]
    assert names == [f"Periwinkle {number}" for number in range(3)]
