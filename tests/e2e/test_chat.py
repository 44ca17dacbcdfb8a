"""Asking in plain language, over REST: as one answer, as events, resumed, and written down."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from services.analytics.chat.domain import MOST_ROWS
from tests.e2e.conftest import Api
from tests.waiting import until

CHAT = "/api/v1/analytics/chat"
EVENTS = {"accept": "text/event-stream"}
QUESTION = "How many purchases were there?"
SQL = "SELECT count(*) AS purchases FROM events WHERE event = 'purchase'"


@pytest.fixture
async def asking(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    """An analyst of an organization of the test's own, where one question is certified."""
    org = request.node.name[:60]
    async with api.as_("ann", org=org) as ann, api.as_("root", org=org, role="admin") as root:
        body = {"question": QUESTION, "sql": SQL}
        made = await post(ann, "/api/v1/knowledge/questions", body)
        path = f"/api/v1/knowledge/questions/{made['id']}:approve"
        await post(root, path, {"version": made["version"]})
        sent = [{"event": "purchase", "user_id": user} for user in ("bob", "cleo")]
        await post(ann, "/api/v1/events", sent)
        yield ann


async def post(client: httpx2.AsyncClient, path: str, body: Any, status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def frames(text: str) -> list[dict[str, str]]:
    """Each event's id, name and data."""
    return [
        dict(line.split(": ", 1) for line in frame.split("\n"))
        for frame in text.split("\n\n")
        if frame and not frame.startswith(":")  # a sign of life, where answering takes long
    ]


async def said(client: httpx2.AsyncClient, conversation_id: str) -> list[tuple[str, str]]:
    answer = await client.get(f"/api/v1/conversations/{conversation_id}")
    events = answer.json()["events"]
    return [(one["content"]["role"], one["content"]["message"]) for one in events]


async def test_a_certified_question_is_answered_with_its_receipt(
    asking: httpx2.AsyncClient,
) -> None:
    answer = await post(asking, CHAT, {"message": "how many  purchases were there"})
    assert answer["way"] == "certified"
    message, text, chart = answer["messages"]
    assert (message["type"], message["content"]) == ("query_results", QUESTION)
    assert (text["type"], text["content"]) == ("text", "Purchases: 2.")
    assert answer["receipt"]["dropped_sentences"] == 0
    assert (chart["type"], "vega-lite" in chart["data"]["$schema"]) == ("chart", True)
    assert message["data"]["rows"] == [[2]]
    assert [one["type"] for one in message["actions"]] == ["save", "export"]
    receipt = answer["receipt"]
    assert (receipt["sql"], receipt["row_count"], receipt["cached"]) == (SQL, 1, False)
    assert receipt["definitions"] == [{"kind": "question", "name": QUESTION, "version": 2}]
    ran = (await asking.get(f"/api/v1/queries/{receipt['query_id']}")).json()
    assert ran["status"] == "completed"


async def test_a_question_with_another_sign_is_another_question(
    asking: httpx2.AsyncClient,
) -> None:
    answer = await post(asking, CHAT, {"message": "How many purchases were there > 5?"})
    assert answer["way"] != "certified"


async def test_what_is_asked_and_answered_is_a_conversation_and_an_activity(
    asking: httpx2.AsyncClient,
) -> None:
    first = await post(asking, CHAT, {"message": QUESTION})
    conversation_id = first["conversation_id"]
    await post(asking, CHAT, {"message": "And why?", "conversation_id": conversation_id})
    told = await said(asking, conversation_id)
    assert [role for role, _ in told] == ["user", "assistant"] * 2
    assert (told[0][1], told[2][1]) == (QUESTION, "And why?")
    assert QUESTION in told[1][1]
    history = (await asking.get("/api/v1/activity/history")).json()["activities"]
    [logged] = [one for one in history if one["activity_type"] == "query"]
    assert logged["query_text"] == QUESTION
    assert logged["metadata"]["connection_id"] == "events"


async def defined(asking: httpx2.AsyncClient) -> None:
    """Events of two countries, and what people measure of them."""
    sold = (("bob", 10, "France"), ("cleo", 30, "Spain"), ("cleo", 5, "Spain"))
    told = [
        {"event": "purchase", "user_id": user, "properties": {"amount": amount, "country": where}}
        for user, amount, where in sold
    ]
    await post(asking, "/api/v1/events", told)
    revenue = {
        "name": "revenue",
        "type": "simple",
        "aggregate": "sum",
        "source": {"event": "purchase"},
        "field": {"column": "properties", "path": ["amount"], "cast": "numeric"},
    }
    await post(asking, "/api/v1/knowledge/business-metrics", revenue)
    country = {
        "name": "country",
        "relation": "events",
        "field": {"column": "properties", "path": ["country"]},
        "values": ["France", "Spain"],
    }
    await post(asking, "/api/v1/connections/events/dimensions", country)


async def test_a_metric_is_asked_for_in_plain_words_and_then_changed(
    asking: httpx2.AsyncClient,
) -> None:
    await defined(asking)
    answer = await post(asking, CHAT, {"message": "Revenue by country"})
    assert answer["way"] == "metric"
    rows = answer["messages"][0]["data"]["rows"]
    assert [row for row in rows if row[0]] == [["Spain", 35], ["France", 10]]
    assert answer["receipt"]["sql"].endswith(f"LIMIT {MOST_ROWS + 1}")  # so that a cut is seen
    told = [(one["kind"], one["name"]) for one in answer["receipt"]["definitions"]]
    assert told == [("metric", "revenue"), ("dimension", "country")]
    prose = [one["content"] for one in answer["messages"] if one["type"] == "text"]
    assert prose == ["Spain has the highest revenue: 35, 77.8 % of the total. In total it is 45."]
    more = {"message": "only in Spain", "conversation_id": answer["conversation_id"]}
    again = await post(asking, CHAT, more)
    assert again["messages"][0]["data"]["rows"] == [["Spain", 35]]


async def test_a_chart_is_drawn_as_it_is_asked_for(asking: httpx2.AsyncClient) -> None:
    await defined(asking)
    body = {"message": "Revenue by country as a pie chart"}
    *_, chart = (await post(asking, CHAT, body))["messages"]
    assert (chart["type"], "arc" in json.dumps(chart["data"])) == ("chart", True)
    body = {"message": "Revenue by country"}
    *_, chart = (await post(asking, CHAT, body))["messages"]
    assert "bar" in json.dumps(chart["data"])


async def test_an_insight_is_asked_for_by_the_names_of_events(asking: httpx2.AsyncClient) -> None:
    await post(asking, "/api/v1/events", [{"event": "signup", "user_id": "bob"}])

    async def learned() -> bool:
        found = (await asking.get("/api/v1/events/schema")).json()["event_schemas"]
        return {"signup", "purchase"} <= {one["event"] for one in found}

    await until(learned)
    answer = await post(asking, CHAT, {"message": "How many users did purchase but not signup?"})
    assert answer["way"] == "insight", answer
    assert answer["messages"][0]["data"]["rows"]


async def test_a_word_that_is_not_defined_is_named(asking: httpx2.AsyncClient) -> None:
    await defined(asking)
    answer = await post(asking, CHAT, {"message": "Revenue by sunshine"})
    assert answer["way"] == "abstain"
    [message] = answer["messages"]
    assert message["type"] in ("text", "clarification")
    assert "sunshine" in message["content"]


async def test_an_answer_is_rated_by_its_message(asking: httpx2.AsyncClient) -> None:
    answer = await post(asking, CHAT, {"message": QUESTION})
    vote = {"score": 5, "message_id": answer["message_id"]}
    await post(asking, f"/api/v1/feedback/{answer['conversation_id']}", vote)


async def test_what_cannot_be_answered_says_so(asking: httpx2.AsyncClient) -> None:
    answer = await post(asking, CHAT, {"message": "How is the weather?"})
    assert answer["way"] == "abstain"
    assert [one["type"] for one in answer["messages"]] == ["text"]
    await post(asking, "/api/v1/query", {"question": "How is the weather?"}, 422)


async def test_as_events_the_same_answer_comes_in_parts(asking: httpx2.AsyncClient) -> None:
    answer = await asking.post(CHAT, json={"message": QUESTION}, headers=EVENTS)
    assert answer.headers["content-type"] == "text/event-stream"
    told = frames(answer.text)
    kinds = [one["event"] for one in told]
    assert kinds == ["run", "status", "status", "sql", "query_results", "text", "chart", "receipt"]
    assert [one["id"] for one in told] == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert json.loads(told[4]["data"])["message"]["data"]["rows"] == [[2]]


async def test_a_reader_goes_on_where_it_was(asking: httpx2.AsyncClient) -> None:
    answer = await asking.post(CHAT, json={"message": QUESTION}, headers=EVENTS)
    run_id = json.loads(frames(answer.text)[0]["data"])["run"]["run_id"]
    path = f"{CHAT}/runs/{run_id}/events"
    again = await asking.get(path, headers=EVENTS | {"last-event-id": "4"})
    kinds = [one["event"] for one in frames(again.text)]
    assert kinds == ["query_results", "text", "chart", "receipt"]
    bad = await asking.get(path, headers=EVENTS | {"last-event-id": "x"})
    assert bad.status_code == 422


async def test_runs_and_conversations_of_others_are_not_found(
    api: Api, asking: httpx2.AsyncClient, request: pytest.FixtureRequest
) -> None:
    answer = await post(asking, CHAT, {"message": QUESTION})
    for org, user in ((request.node.name[:60], "bob"), ("another", "ann")):
        async with api.as_(user, org=org) as other:
            path = f"{CHAT}/runs/{answer['run_id']}"
            assert (await other.get(f"{path}/events")).status_code == 404
            await post(other, f"{path}:cancel", {}, 404)
            body = {"message": QUESTION, "conversation_id": answer["conversation_id"]}
            await post(other, CHAT, body, 404)


async def test_a_question_by_itself_is_answered_with_objects(asking: httpx2.AsyncClient) -> None:
    answer = await post(asking, "/api/v1/query", {"question": QUESTION, "connection_id": "events"})
    assert answer["data"] == [{"purchases": 2}]
    assert answer["metadata"]["generated_sql"] == SQL
    assert answer["metadata"]["row_count"] == 1
    assert answer["metadata"]["execution_time_ms"] >= 0


async def test_the_error_of_a_statement_comes_with_the_statement(
    api: Api, asking: httpx2.AsyncClient, request: pytest.FixtureRequest
) -> None:
    broken = {"question": "What breaks?", "sql": "SELECT 1 / (count(*) - count(*)) FROM events"}
    made = await post(asking, "/api/v1/knowledge/questions", broken)
    async with api.as_("root", org=request.node.name[:60], role="admin") as root:
        path = f"/api/v1/knowledge/questions/{made['id']}:approve"
        await post(root, path, {"version": made["version"]})
    answer = await post(asking, CHAT, {"message": "What breaks?"})
    [message] = answer["messages"]
    assert (message["type"], "division by zero" in message["content"]) == ("error", True)
    assert message["data"]["sql"] == broken["sql"]


async def test_an_empty_question_and_an_unknown_conversation_are_refused(
    asking: httpx2.AsyncClient,
) -> None:
    await post(asking, CHAT, {"message": "  "}, 422)
    await post(asking, CHAT, {"message": QUESTION, "conversation_id": "nowhere"}, 404)
    await post(asking, CHAT, {"message": QUESTION, "connection_id": "nowhere"}, 404)
