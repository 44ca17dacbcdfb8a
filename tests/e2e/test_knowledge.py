"""What an organization knows of its data, over REST: from the first event to an answer."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.waiting import until

KNOWLEDGE = "/api/v1/knowledge"
RETENTION = "A user is **retained** in a week when they send an event in it."


@pytest.fixture
async def analyst(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an organization of the test's own."""
    async with api.as_("ann", org=request.node.name[:60], role="admin") as client:
        yield client


async def post(client: httpx2.AsyncClient, path: str, body: Any, status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def send(client: httpx2.AsyncClient, event: str, *users: str) -> None:
    properties = {"amount": 49.9, "currency": "EUR"} if event == "purchase" else {}
    events = [{"event": event, "user_id": user, "properties": properties} for user in users]
    answer = await post(client, "/api/v1/events", events)
    assert answer["accepted"] == len(users)


async def proposed(client: httpx2.AsyncClient) -> Any:
    """What the registry proposes for the event `purchase`, once it has learned of it."""

    async def learned() -> Any:
        path = "/api/v1/events/schema/proposed-definitions"
        found = (await client.get(path)).json()["event_definitions"]
        return next((one for one in found if one["name"] == "purchase"), None)

    await until(learned)
    return await learned()


async def relevant(client: httpx2.AsyncClient, question: str) -> list[tuple[str, str]]:
    answer = await client.get(f"{KNOWLEDGE}/query", params={"question": question})
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["name"]) for one in answer.json()["results"]]


async def test_what_arrives_is_proposed_defined_and_found(analyst: httpx2.AsyncClient) -> None:
    await send(analyst, "purchase", "a", "b")
    proposal = await proposed(analyst)
    taken = {k: v for k, v in proposal.items() if k in ("name", "properties", "examples", "tags")}
    told = taken | {"description": "A customer has paid an order.", "category": "commerce"}
    made = await post(analyst, f"{KNOWLEDGE}/event-definitions", told)
    assert {p["name"]: p["type"] for p in made["properties"]} == {
        "amount": "number",
        "currency": "string",
    }
    found = (await analyst.get(f"{KNOWLEDGE}/event-definitions?category=commerce")).json()
    assert [one["name"] for one in found["event_definitions"]] == ["purchase"]
    assert await relevant(analyst, "who bought something?") == [("event_definition", "purchase")]
    assert (await analyst.get(f"{KNOWLEDGE}:lint")).json() == {"findings": [], "checked": 1}


async def test_a_stale_change_is_told_the_newest_version(analyst: httpx2.AsyncClient) -> None:
    body = {"title": "How we count retention", "content": RETENTION}
    made = await post(analyst, f"{KNOWLEDGE}/entries", body)
    path = f"{KNOWLEDGE}/entries/{made['id']}"
    await analyst.patch(path, json={"content": "first", "version": 1})
    answer = await analyst.patch(path, json={"content": "second", "version": 1})
    assert (answer.status_code, answer.json()["reason"]) == (409, "VERSION_CONFLICT")
    assert "that is 2, by ann" in answer.json()["detail"]
    restore = f"{KNOWLEDGE}/items/{made['id']}:restore"
    assert (await post(analyst, restore, {"version": 1}))["version"] == 3
    assert (await analyst.get(path)).json()["content"] == RETENTION


async def test_a_question_is_certified_by_somebody_else(
    api: Api, analyst: httpx2.AsyncClient, request: pytest.FixtureRequest
) -> None:
    sql = "SELECT count(DISTINCT user_id) AS buyers FROM events WHERE event = 'purchase'"
    body = {"question": "How many people bought?", "sql": sql}
    made = await post(analyst, f"{KNOWLEDGE}/questions", body)
    path = f"{KNOWLEDGE}/questions/{made['id']}"
    await post(analyst, f"{path}:approve", {"version": 1}, status=409)
    async with api.as_("bob", org=request.node.name[:60], role="analyst") as bob:
        assert (await post(bob, f"{path}:approve", {"version": 1}))["status"] == "approved"
    await analyst.patch(path, json={"sql": sql + " AND false"})
    assert (await analyst.get(path)).json()["status"] == "draft"
