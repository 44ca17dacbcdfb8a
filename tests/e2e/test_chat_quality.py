"""From a question in the chat to what people make of its answer, and what follows from that."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.waiting import until

CHAT = "/api/v1/analytics/chat"
QUALITY = f"{CHAT}/quality"
QUESTION = "Revenue by country"


@pytest.fixture
async def asking(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    """An analyst of an organization of the test's own, which measures revenue by country."""
    async with api.as_("ann", org=request.node.name[:60], job_role="analyst") as ann:
        sold = (("bob", 10, "France"), ("cleo", 30, "Spain"))
        told = [
            {"event": "purchase", "user_id": user, "properties": {"amount": amount, "country": at}}
            for user, amount, at in sold
        ]
        await post(ann, "/api/v1/events", told)
        amount = {"column": "properties", "path": ["amount"], "cast": "numeric"}
        revenue = {"name": "revenue", "type": "simple", "aggregate": "sum", "field": amount}
        metric = revenue | {"source": {"event": "purchase"}}
        await post(ann, "/api/v1/knowledge/business-metrics", metric)
        country = {"column": "properties", "path": ["country"]}
        dimension = {"name": "country", "relation": "events", "field": country}
        await post(ann, "/api/v1/connections/events/dimensions", dimension)
        yield ann


async def post(client: httpx2.AsyncClient, path: str, body: Any, status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def ask(client: httpx2.AsyncClient, text: str, conversation_id: str = "") -> Any:
    return await post(client, CHAT, {"message": text, "conversation_id": conversation_id})


async def vote(client: httpx2.AsyncClient, answer: Any, score: int) -> None:
    body = {"score": score, "message_id": answer["message_id"]}
    await post(client, f"/api/v1/feedback/{answer['conversation_id']}", body)


async def quality(client: httpx2.AsyncClient, **params: str) -> Any:
    answer = await client.get(QUALITY, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def days(client: httpx2.AsyncClient, way: str = "metric") -> Any:
    """The figures of the one day of this way."""
    [day] = [one for one in (await quality(client))["days"] if one["way"] == way]
    return day


def action(answer: Any, kind: str) -> Any:
    found = [one for message in answer["messages"] for one in message["actions"]]
    return next(one["data"] for one in found if one["type"] == kind)


def rows_in(answer: Any) -> Any:
    return next(one["data"]["rows"] for one in answer["messages"] if one["type"] == "query_results")


async def test_every_question_is_on_record_by_how_it_ended(asking: httpx2.AsyncClient) -> None:
    await ask(asking, QUESTION)
    await ask(asking, "Revenue by sunshine")
    await ask(asking, "How is the weather?")
    await post(asking, "/api/v1/query", {"question": QUESTION})
    await post(asking, "/api/v1/query", {"question": "How is the weather?"}, 422)
    answered, told = await days(asking), await days(asking, "abstain")
    assert (answered["answers"], answered["errors"], answered["unfinished"]) == (2, 0, 0)
    assert 0 < answered["p50_ms"] <= answered["p95_ms"]
    assert told["answers"] == 3
    assert told["abstained"] + told["asked_back"] == 3
    assert (await quality(asking, connection_id="another"))["days"] == []


async def test_asking_nearly_the_same_again_is_a_rephrase_and_a_follow_up_is_none(
    asking: httpx2.AsyncClient,
) -> None:
    talk = (await ask(asking, "Total revenue"))["conversation_id"]
    await ask(asking, "now by country", talk)
    assert (await days(asking))["rephrased"] == 0
    await ask(asking, "show me the revenue by country", talk)
    assert (await days(asking))["rephrased"] == 1


async def test_a_good_vote_accepts_and_taking_it_back_does_not_any_more(
    asking: httpx2.AsyncClient,
) -> None:
    answer = await ask(asking, QUESTION)

    async def counted(**wanted: int) -> None:
        async def told() -> bool:
            day = await days(asking)
            return {name: day[name] for name in wanted} == wanted

        await until(told)

    await vote(asking, answer, 5)
    await counted(thumbs_up=1, thumbs_down=0, accepted=1)
    await vote(asking, answer, 1)
    await counted(thumbs_up=0, thumbs_down=1, accepted=0)
    await vote(asking, answer, 4)
    await counted(thumbs_up=1, thumbs_down=0, accepted=1)
    path = f"/api/v1/feedback/{answer['conversation_id']}"
    taken = await asking.delete(path, params={"message_id": answer["message_id"]})
    assert taken.status_code == 200, taken.text
    await counted(thumbs_up=0, thumbs_down=0, accepted=0)


async def test_saving_an_answer_accepts_it_and_one_of_others_cannot_be_named(
    api: Api, asking: httpx2.AsyncClient, request: pytest.FixtureRequest
) -> None:
    answer = await ask(asking, QUESTION)
    save = action(answer, "save")
    await post(asking, save["path"], save["body"])
    assert (await days(asking))["accepted"] == 1
    await post(asking, save["path"], save["body"] | {"message_id": str(uuid4())}, 422)
    await post(asking, save["path"], save["body"] | {"message_id": "x"}, 422)
    async with api.as_("bob", org=request.node.name[:60]) as bob:
        refused = await post(bob, save["path"], save["body"], 422)
        assert "message_id" in str(refused)


async def test_an_accepted_answer_makes_a_better_suggestion(asking: httpx2.AsyncClient) -> None:
    texts = ("Revenue by country", "Total revenue")
    for text in texts:
        await ask(asking, text)
    answer = await ask(asking, texts[0])

    async def signals() -> dict[str, dict[str, float]]:
        """What counts for each of the questions as a suggestion."""
        told = (await asking.post("/api/v1/connections/events/suggestions:explain")).json()
        return {
            one["text"]: {each["name"]: each["value"] for each in one["signals"]}
            for one in told["candidates"]
            if one["text"] in texts
        }

    async def acceptance() -> list[float]:
        told = await signals()
        return [told.get(text, {}).get("acceptance", 0.0) for text in texts]

    async def learned() -> bool:
        return len(await signals()) == 2

    async def better() -> bool:
        return (await acceptance())[0] > 0

    async def worse() -> bool:
        return await acceptance() == [0, 0]

    await until(learned)
    assert await acceptance() == [0, 0]
    await vote(asking, answer, 5)
    await until(better)
    assert (await acceptance())[1] == 0
    await vote(asking, answer, 2)
    await until(worse)


async def test_a_proposed_answer_that_another_approves_answers_the_very_question(
    api: Api, asking: httpx2.AsyncClient, request: pytest.FixtureRequest
) -> None:
    answer = await ask(asking, QUESTION)
    certify = action(answer, "certify")
    made = await post(asking, certify["path"], certify["body"])
    assert (made["status"], made["question"]) == ("draft", QUESTION)
    assert made["answer_id"] == answer["message_id"]
    assert made["sql"] == answer["receipt"]["sql"]
    assert (await ask(asking, QUESTION))["way"] == "metric"
    path = f"/api/v1/knowledge/questions/{made['id']}:approve"
    await post(asking, path, {"version": 1}, 409)
    async with api.as_("root", org=request.node.name[:60], role="admin") as root:
        await post(root, path, {"version": 1})
    again = await ask(asking, QUESTION)
    assert again["way"] == "certified"
    assert rows_in(again) == rows_in(answer)
    await vote(asking, again, 1)

    async def disputed() -> bool:
        return bool((await quality(asking))["disputed"])

    await until(disputed)
    [told] = (await quality(asking))["disputed"]
    assert (told["question"], told["question_id"]) == (QUESTION, made["id"])
    assert (told["thumbs_down"], told["thumbs_up"]) == (1, 0)


async def test_what_would_answer_something_else_later_is_not_certified_as_it_is(
    api: Api, asking: httpx2.AsyncClient, request: pytest.FixtureRequest
) -> None:
    answer = await ask(asking, "Revenue last week")
    path = f"{CHAT}/answers/{answer['message_id']}:certify"
    assert "certify" not in str(answer["messages"][0]["actions"])
    refused = await post(asking, path, {}, 422)
    assert "sql" in str(refused)
    own = "SELECT count(*) FROM events WHERE timestamp > now() - interval '7 days'"
    await post(asking, path, {"sql": own})
    followed = await ask(asking, "now by country", answer["conversation_id"])
    path = f"{CHAT}/answers/{followed['message_id']}:certify"
    assert "question" in str(await post(asking, path, {"sql": own}, 422))
    unclear = await ask(asking, "How is the weather?")
    await post(asking, f"{CHAT}/answers/{unclear['message_id']}:certify", {}, 409)
    for org, user in ((request.node.name[:60], "bob"), ("another", "ann")):
        async with api.as_(user, org=org) as other:
            await post(other, path, {"question": "Mine"}, 404)


async def test_only_analysts_of_the_organization_see_the_figures(
    api: Api, asking: httpx2.AsyncClient, request: pytest.FixtureRequest
) -> None:
    await ask(asking, QUESTION)
    async with api.as_("vic", org=request.node.name[:60], role="viewer") as viewer:
        assert (await viewer.get(QUALITY)).status_code == 403
    async with api.as_("ann", org="another") as other:
        assert (await quality(other))["days"] == []
    for window in (
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2025-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"to": "0001-01-01T00:00:00Z"},
        {"from": "yesterday"},
    ):
        assert (await asking.get(QUALITY, params=window)).status_code in (400, 422), window
    last = {"from": "9999-12-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}
    assert (await quality(asking, **last))["days"] == []
