"""Actions of the chat: each is a whole request, and succeeds as it is for whom it is offered."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.waiting import until

CHAT = "/api/v1/analytics/chat"
QUESTIONS = (
    "How many purchases were there?",
    "Revenue by country",
    "Revenue by country and plan this year",
    "monthly revenue in this year",
    "Revenue",
    "purchases by country",
    "users who purchase by day",
    "from signup to purchase within 7 days",
    "weekly retention from signup to purchase",
    "users who signup but not purchase",
    "average revenue by country",
    "Revenue by coupon",
    "Revenue by sunshine",
    "How many rides were there",
    "How is the weather?",
)
SOLD = (
    ("bob", 10, "France", "pro"),
    ("cleo", 30, "Spain", "free"),
    ("cleo", 5, "Spain", "pro"),
    ("dan", 7, 'O\'Land "x"', "pro"),
)


@pytest.fixture
async def asking(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    """An analyst of an organization of the test's own, with events and definitions."""
    org = request.node.name[:60]
    async with api.as_("ann", org=org) as ann, api.as_("root", org=org, role="admin") as root:
        await told_of(ann)
        await certified(ann, root)
        yield ann


async def told_of(ann: httpx2.AsyncClient) -> None:
    events: list[dict[str, Any]] = [
        {"event": "signup", "user_id": user} for user in ("bob", "cleo", "eve")
    ]
    events += [
        {
            "event": "purchase",
            "user_id": user,
            "properties": {"amount": amount, "country": where, "plan": plan, "coupon": "SUMMER"},
        }
        for user, amount, where, plan in SOLD
    ]
    await post(ann, "/api/v1/events", events)
    revenue = {
        "name": "revenue",
        "type": "simple",
        "aggregate": "sum",
        "source": {"event": "purchase"},
        "field": {"column": "properties", "path": ["amount"], "cast": "numeric"},
    }
    await post(ann, "/api/v1/knowledge/business-metrics", revenue)
    for name in ("country", "plan"):
        body = {
            "name": name,
            "relation": "events",
            "field": {"column": "properties", "path": [name]},
        }
        await post(ann, "/api/v1/connections/events/dimensions", body)

    async def learned() -> bool:
        found = (await ann.get("/api/v1/events/schema")).json()["event_schemas"]
        return {"signup", "purchase"} <= {one["event"] for one in found}

    await until(learned)


async def certified(ann: httpx2.AsyncClient, root: httpx2.AsyncClient) -> None:
    body = {"question": QUESTIONS[0], "sql": "SELECT count(*) AS purchases FROM events"}
    made = await post(ann, "/api/v1/knowledge/questions", body)
    path = f"/api/v1/knowledge/questions/{made['id']}:approve"
    await post(root, path, {"version": made["version"]})


async def post(client: httpx2.AsyncClient, path: str, body: Any) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def actions_in(answer: Mapping[str, Any]) -> Iterable[tuple[str, str, dict[str, Any]]]:
    for message in answer["messages"]:
        for action in message["actions"]:
            yield action["type"], action["label"], action["data"]


async def test_every_action_of_a_conversation_succeeds_as_it_is(
    asking: httpx2.AsyncClient,
) -> None:
    offered: set[str] = set()
    for question in QUESTIONS:
        told = await post(asking, CHAT, {"message": question})
        for kind, label, request in actions_in(told):
            answer = await asking.request(request["method"], request["path"], json=request["body"])
            assert answer.is_success, (question, kind, label, request, answer.text)
            offered.add(kind)
    assert offered == {"save", "certify", "export", "chart", "drill_down", "define"}


async def done(client: httpx2.AsyncClient, told: Mapping[str, Any], label: str) -> Any:
    """The answer of the action that is called so."""
    [request] = [data for _, name, data in actions_in(told) if name == label]
    return await post(client, request["path"], request["body"])


async def test_what_is_behind_a_row_adds_up_to_it(asking: httpx2.AsyncClient) -> None:
    told = await post(asking, CHAT, {"message": "Revenue by country"})
    behind = await done(asking, told, "Spain by plan")
    assert sorted(behind["rows"]) == [["free", 30], ["pro", 5]]
    quoted = await done(asking, told, 'O\'Land "x" by plan')
    assert quoted["rows"] == [["pro", 7]]


async def test_what_is_behind_the_best_month_is_of_that_month(asking: httpx2.AsyncClient) -> None:
    told = await post(asking, CHAT, {"message": "revenue per day in the last 7 days"})
    [label] = [name for _, name, _ in actions_in(told) if name.endswith("by country")]
    behind = await done(asking, told, label)
    assert sum(row[1] for row in behind["rows"]) == 52


async def test_who_fell_out_of_a_funnel_is_listed(asking: httpx2.AsyncClient) -> None:
    told = await post(asking, CHAT, {"message": "from signup to purchase within 7 days"})
    behind = await done(asking, told, "Who did signup and not purchase")
    assert (behind["people"], behind["rows"][0][0]) == (1, "eve")


async def test_a_chart_is_kept_as_the_question_which_goes_on_with_the_time(
    asking: httpx2.AsyncClient,
) -> None:
    told = await post(asking, CHAT, {"message": "Revenue by country in the last 7 days"})
    kept = await done(asking, told, "Keep this chart")
    assert kept["source"]["metric_query"]["time_range"]["period"] == "last 7 days"
    drawn = (await asking.get(f"/api/v1/charts/{kept['id']}:draw")).json()
    shown = [one["data"] for one in told["messages"] if one["type"] == "chart"]
    assert [drawn["spec"]] == shown
    pie = await done(asking, told, "Keep it as a pie chart")
    assert (pie["type"], pie["name"]) == ("pie", kept["name"])


async def test_a_definition_that_is_posted_answers_the_question(
    asking: httpx2.AsyncClient,
) -> None:
    question = {"message": "average revenue by country"}
    told = await post(asking, CHAT, question)
    assert told["way"] == "abstain"
    await done(asking, told, 'Define "average revenue"')
    again = await post(asking, CHAT, question)
    assert ["Spain", 17.5] in again["messages"][0]["data"]["rows"]
    question = {"message": "revenue by coupon"}
    await done(asking, await post(asking, CHAT, question), 'Define the dimension "coupon"')
    again = await post(asking, CHAT, question)
    assert again["messages"][0]["data"]["rows"] == [["SUMMER", 52]]


async def test_what_a_key_may_not_do_it_is_not_offered(
    api: Api, asking: httpx2.AsyncClient
) -> None:
    asked = {"name": "asks", "scopes": ["queries:run"], "role": "analyst"}
    key = (await asking.post("/api/v1/api-keys", json=asked)).json()["secret"]
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(base_url=api.base_url, headers=headers, timeout=30) as client:
        told = await post(client, CHAT, {"message": "average revenue by country"})
        assert list(actions_in(told)) == []
        told = await post(client, CHAT, {"message": "Revenue by country"})
        assert {kind for kind, _, _ in actions_in(told)} >= {"save", "export", "chart"}


async def test_events_are_asked_for_by_the_synonyms_of_their_definitions(
    asking: httpx2.AsyncClient,
) -> None:
    question = {"message": "How many registrations were there?"}
    told = await post(asking, CHAT, question)
    assert told["way"] == "abstain"
    body = {"name": "signup", "synonyms": ["registration", "join"]}
    made = await post(asking, "/api/v1/knowledge/event-definitions", body)
    assert made["synonyms"] == ["registration", "join"]
    for message in (question["message"], "how many users joined"):
        told = await post(asking, CHAT, {"message": message})
        assert told["messages"][0]["data"]["rows"] == [[3]], told
