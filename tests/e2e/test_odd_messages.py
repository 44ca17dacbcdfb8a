"""Messages that are no plain questions: none is answered wrongly, and each is told what to do."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.e2e.test_actions import CHAT, actions_in, post, told_of


@pytest.fixture
async def ann(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    async with api.as_("ann", org=request.node.originalname[:60]) as ann:
        yield ann


async def said(ann: httpx2.AsyncClient, message: str) -> tuple[dict[str, Any], str]:
    told = await post(ann, CHAT, {"message": message})
    return told, told["messages"][0]["content"]


@pytest.mark.parametrize("message", ["🎉🎉🎉", "?!", "12 34", "…"])
async def test_what_has_no_words_is_told_so(ann: httpx2.AsyncClient, message: str) -> None:
    told, content = await said(ann, message)
    assert told["way"] == "abstain"
    assert content.startswith("There is no question in this")


async def test_other_languages_are_answered_with_what_may_be_asked(
    ann: httpx2.AsyncClient,
) -> None:
    await told_of(ann)
    for message in (
        "Wie hoch war der Umsatz im Dezember 2025?",
        "¿Cuántos pedidos hubo en 2025?",
        "売上はいくらですか",
        "Каков доход по странам?",
    ):
        told, content = await said(ann, message)
        assert told["way"] == "abstain"
        assert content.startswith("I understand questions in English")
        assert "the metric revenue;" in content
        assert list(actions_in(told)) == []


@pytest.mark.parametrize("message", ["x" * 4000, "revenue " * 499, "🙂" * 4000, "((" * 2000])
async def test_a_message_of_any_length_is_answered(ann: httpx2.AsyncClient, message: str) -> None:
    told, content = await said(ann, message)
    assert told["way"] == "abstain"
    assert content


async def test_sql_is_offered_to_be_run_and_not_run_unasked(ann: httpx2.AsyncClient) -> None:
    await told_of(ann)
    told, content = await said(ann, "SELECT count(*) FROM events WHERE event = 'signup'")
    assert (told["way"], told["receipt"]["sql"]) == ("abstain", "")
    [(kind, _, request)] = actions_in(told)
    ran = await post(ann, request["path"], request["body"])
    assert (kind, ran["rows"]) == ("run", [[3]])
    told, content = await said(ann, "DROP TABLE events")
    assert (list(actions_in(told)), "may not run here" in content) == ([], True)
    told, content = await said(ann, "select revenue by country")
    assert "SQL" not in content


async def test_where_nothing_came_yet_it_is_told_how_to_send(ann: httpx2.AsyncClient) -> None:
    told, content = await said(ann, "How many purchases were there?")
    assert told["way"] == "abstain"
    assert "send some to POST /api/v1/events" in content


async def test_a_chart_is_as_the_question_wants_it(ann: httpx2.AsyncClient) -> None:
    await told_of(ann)
    told = await post(
        ann, CHAT, {"message": "Revenue by country and plan as a stacked bar chart, title Who pays"}
    )
    [chart] = [one for one in told["messages"] if one["type"] == "chart"]
    assert chart["content"] == "Who pays"
    request = chart["actions"][0]["data"]
    assert request["body"]["design"] == {"title": "Who pays", "type": "bar", "stacked": True}
    kept = await post(ann, request["path"], request["body"])
    assert (kept["name"], kept["type"], kept["design"]["stacked"]) == ("Who pays", "bar", True)
    again = {"message": "now as a bar chart", "conversation_id": told["conversation_id"]}
    assert (await post(ann, CHAT, again))["way"] == "metric"
