"""Chats as conversations, over REST: titled, branched, exported, deleted while they go on."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.e2e.test_chat import CHAT, defined, post
from tests.waiting import until

PATH = "/api/v1/conversations"


@pytest.fixture
async def asking(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    """An analyst of an organization of the test's own, where revenue is defined."""
    async with api.as_("ann", org=request.node.name[:60], role="analyst") as ann:
        await defined(ann)
        yield ann


async def test_a_follow_up_in_a_thread_changes_what_was_asked_up_to_there(
    asking: httpx2.AsyncClient,
) -> None:
    first = await post(asking, CHAT, {"message": "Revenue by country"})
    talk, answer = first["conversation_id"], first["message_id"]
    await post(asking, CHAT, {"message": "only in France", "conversation_id": talk})
    thread = await post(asking, f"{PATH}/{talk}:branch", {"message_id": answer})
    assert thread["parent_conversation_id"] == talk
    body = {"message": "only in Spain", "conversation_id": thread["id"]}
    changed = await post(asking, CHAT, body)
    assert changed["way"] == "metric", changed["messages"]
    assert changed["messages"][0]["data"]["rows"] == [["Spain", 35]]
    listed = (await asking.get(PATH, params={"parent_conversation_id": talk})).json()
    [found] = listed["conversations"]
    assert (found["id"], found["title"], found["message_count"]) == (
        *(thread["id"], "only in Spain"),
        2,
    )
    again = await post(asking, CHAT, {"message": "now by day", "conversation_id": thread["id"]})
    assert again["way"] == "metric", again["messages"]


async def test_a_conversation_is_the_same_in_whichever_letters_its_id_is_written(
    asking: httpx2.AsyncClient,
) -> None:
    talk = (await post(asking, CHAT, {"message": "Revenue by country"}))["conversation_id"]
    body = {"message": "only in Spain", "conversation_id": talk.upper()}
    followed = await post(asking, CHAT, body)
    assert followed["conversation_id"] == talk  # by which its record goes with it
    assert followed["messages"][0]["data"]["rows"] == [["Spain", 35]]


async def test_an_export_shows_what_answers_rest_on_and_their_rows(
    asking: httpx2.AsyncClient,
) -> None:
    answer = await post(asking, CHAT, {"message": "Revenue by country"})
    talk, receipt = answer["conversation_id"], answer["receipt"]
    exported = (await asking.get(f"{PATH}/{talk}:export")).json()
    assert exported["conversation"]["title"] == "Revenue by country"
    kept = exported["events"][1]["content"]
    assert (kept["way"], kept["sql"], kept["query_id"]) == (
        *("metric", receipt["sql"]),
        receipt["query_id"],
    )
    data = answer["messages"][0]["data"]
    assert kept["results"]["rows"] == data["rows"]
    assert kept["results"]["columns"] == data["columns"]
    page = (await asking.get(f"{PATH}/{talk}:export", params={"format": "markdown"})).text
    assert "| Title | Revenue by country |" in page
    assert "- Way: metric" in page
    assert f"```sql\n{receipt['sql']}\n```" in page
    assert "| Spain | 35 |" in page


async def test_what_an_answer_writes_after_the_deletion_finds_no_conversation(
    asking: httpx2.AsyncClient,
) -> None:
    started = await post(asking, PATH, {})
    talk = started["id"]
    question = {"message": "Revenue by country", "conversation_id": talk}
    running = [asyncio.create_task(asking.post(CHAT, json=question)) for _ in range(2)]

    async def asked() -> bool:
        found = (await asking.get(f"{PATH}/{talk}")).json()
        return bool(found["conversation"]["message_count"])

    await until(asked)
    for _ in range(2):
        gone = await asking.delete(f"{PATH}/{talk}")
        assert (gone.status_code, gone.json()) == (200, {})
    for answer in await asyncio.gather(*running):
        assert answer.status_code in (200, 404)
    assert (await asking.get(f"{PATH}/{talk}")).status_code == 404
    assert (await asking.get(PATH)).json()["conversations"] == []
    assert (await asking.post(CHAT, json=question)).status_code == 404


async def test_a_chat_is_renamed_and_found_by_its_words(asking: httpx2.AsyncClient) -> None:
    answer = await post(asking, CHAT, {"message": "Revenue by country"})
    talk = answer["conversation_id"]
    renamed = await asking.patch(f"{PATH}/{talk}", json={"title": "Geography"})
    assert renamed.json()["title"] == "Geography"
    for wrong in ({"title": "x" * 201}, {"nonsense": 1}, {"title": 7}):
        assert (await asking.patch(f"{PATH}/{talk}", json=wrong)).status_code == 422

    async def found() -> bool:
        page = await asking.get(PATH, params={"q": "geography countr"})
        return [one["id"] for one in page.json()["conversations"]] == [talk]

    await until(found)
    none = (await asking.get(PATH, params={"q": "geography nonesuch"})).json()
    assert none["conversations"] == []
