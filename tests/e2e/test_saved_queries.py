"""Saved queries over REST: versions, comments, favourites, links, and who may do what."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api

PATH = "/api/v1/saved-queries"
COUNT = {"name": "Signups", "query": "SELECT count(*) FROM events", "tags": ["growth"]}


@pytest.fixture
async def bob(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    async with api.as_(f"bob {request.node.name}"[:100]) as client:
        yield client


async def saved(client: httpx2.AsyncClient, **fields: Any) -> Any:
    answer = await client.post(PATH, json={**COUNT, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_is_as_it_was_saved(client: httpx2.AsyncClient) -> None:
    made = await saved(client, description="All of them")
    assert (made["name"], made["tags"], made["version"]) == ("Signups", ["growth"], 1)
    assert (made["connection_id"], made["shared"], made["favourite"]) == ("events", False, False)
    assert (await client.get(f"{PATH}/{made['id']}")).json() == made


async def test_a_repetition_saves_no_second_one(client: httpx2.AsyncClient) -> None:
    again = {"Idempotency-Key": "once"}
    first = await client.post(PATH, json=COUNT, headers=again)
    second = await client.post(PATH, json=COUNT, headers=again)
    assert first.json()["id"] == second.json()["id"]
    other = await client.post(PATH, json={**COUNT, "name": "x"}, headers=again)
    assert other.json()["reason"] == "IDEMPOTENCY_KEY_REUSED"


async def test_each_change_is_a_version_and_none_is_lost(client: httpx2.AsyncClient) -> None:
    made = await saved(client)
    path = f"{PATH}/{made['id']}"
    changed = (await client.patch(path, json={"query": "SELECT 1"}, params={"version": 1})).json()
    assert (changed["version"], changed["query"], changed["name"]) == (2, "SELECT 1", "Signups")
    late = await client.patch(path, json={"query": "SELECT 2"}, params={"version": 1})
    assert (late.status_code, late.json()["reason"]) == (409, "VERSION_CONFLICT")
    same = (await client.patch(path, json={"query": "SELECT 1"})).json()
    assert same["version"] == 2
    versions = (await client.get(f"{path}/versions")).json()["versions"]
    assert [(v["version"], v["query"]) for v in versions] == [
        (2, "SELECT 1"),
        (1, "SELECT count(*) FROM events"),
    ]
    page = (await client.get(f"{path}/versions", params={"page_size": 1})).json()
    more = {"page_size": 1, "page_token": page["next_page_token"]}
    rest = (await client.get(f"{path}/versions", params=more)).json()
    assert (page["versions"] + rest["versions"]) == versions


@pytest.mark.parametrize("field", ["name", "query"])
async def test_a_name_and_a_statement_stay(client: httpx2.AsyncClient, field: str) -> None:
    made = await saved(client)
    answer = await client.patch(f"{PATH}/{made['id']}", json={field: ""})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_ones_own_are_ones_own_until_they_are_shared(
    client: httpx2.AsyncClient, bob: httpx2.AsyncClient, api: Api
) -> None:
    made = await saved(client)
    path = f"{PATH}/{made['id']}"
    assert (await bob.get(path)).status_code == 404
    link = (await client.post(f"{path}:share", json={})).json()["link"]
    assert (await client.post(f"{path}:share", json={})).json()["link"] == link
    assert (await bob.get(path)).json()["id"] == made["id"]
    assert (await bob.get(link)).json()["query"] == COUNT["query"]
    for verb, where in (("PATCH", path), ("DELETE", path), ("POST", f"{path}:share")):
        body: dict[str, str] | None = None if verb == "DELETE" else {}
        assert (await bob.request(verb, where, json=body)).status_code == 403
    async with api.as_("bob", org="other", role="admin") as stranger:
        assert (await stranger.get(link)).status_code == 404
        assert (await stranger.get(path)).status_code == 404
    assert not (await client.post(f"{path}:share", json={"shared": False})).json()["shared"]
    assert (await bob.get(link)).status_code == 404
    assert (await client.post(f"{path}:share", json={})).json()["link"] != link


async def test_people_say_what_they_think_and_have_favourites_of_their_own(
    client: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    made = await saved(client)
    path = f"{PATH}/{made['id']}"
    await client.post(f"{path}:share", json={})
    for who, text in ((client, "Why?"), (bob, "Because.")):
        assert (await who.post(f"{path}/comments", json={"text": text})).status_code == 200
    comments = (await client.get(f"{path}/comments")).json()["comments"]
    assert {comment["text"] for comment in comments} == {"Why?", "Because."}
    assert (await bob.post(f"{path}:favourite", json={})).json()["favourite"]
    assert not (await client.get(path)).json()["favourite"]
    mine = (await bob.get(PATH, params={"favourites": True})).json()["saved_queries"]
    assert [query["id"] for query in mine] == [made["id"]]
    gone = await bob.post(f"{path}:favourite", json={"favourite": False})
    assert not gone.json()["favourite"]


async def test_they_are_listed_by_text_and_owner_and_paged(client: httpx2.AsyncClient) -> None:
    made = [await saved(client, name=f"Query {n}") for n in range(5)]
    owner = {"owner": made[0]["owner"]}
    found = (await client.get(PATH, params=owner)).json()["saved_queries"]
    assert [query["id"] for query in found] == [query["id"] for query in made]
    [one] = (await client.get(PATH, params={**owner, "text": "query 3"})).json()["saved_queries"]
    assert one["id"] == made[3]["id"]
    first = (await client.get(PATH, params={**owner, "page_size": 3})).json()
    token = {**owner, "page_size": 3, "page_token": first["next_page_token"]}
    second = (await client.get(PATH, params=token)).json()
    assert first["saved_queries"] + second["saved_queries"] == found


async def test_what_is_deleted_is_gone(client: httpx2.AsyncClient) -> None:
    made = await saved(client)
    path = f"{PATH}/{made['id']}"
    await client.post(f"{path}/comments", json={"text": "x"})
    assert (await client.delete(path)).status_code == 200
    for where in (path, f"{path}/versions", f"{path}/comments"):
        assert (await client.get(where)).status_code == 404
