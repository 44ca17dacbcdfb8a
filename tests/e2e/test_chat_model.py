"""Questions that no definition answers, over REST, with a model's server over the real protocol."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.databases import cloned
from tests.e2e.conftest import Api, gateway
from tests.model_stub import KEY, ModelStub, calling, model_stub, saying
from tests.suite import Servers, running_suite

CHAT = "/api/v1/analytics/chat"
QUESTION = "Which plumbus was gromped most?"
SQL = (
    "SELECT properties->>'country' AS country, count(*) AS purchases FROM events"
    " WHERE event = 'purchase' GROUP BY 1 ORDER BY 2 DESC, 1"
)


@dataclass
class Asking:
    api: Api
    stub: ModelStub


@pytest.fixture(scope="module")
async def suite_with_a_model(servers: Servers, template_db: str) -> AsyncIterator[Asking]:
    """The whole suite as it comes, with a model's server that does as it is told."""
    async with (
        model_stub() as stub,
        cloned(servers, template_db) as database,
        running_suite(
            servers,
            database,
            of_analytics={
                "openai_api_key": KEY,
                "openai_base_url": stub.url,
                "llm_breaker_failures": 1000,
                "llm_ledger_seconds": 20,
                "llm_tries": 1,
                "chat_model_questions_per_hour": 0,
            },
        ) as suite,
        suite.worker(),
        gateway(suite) as address,
    ):
        yield Asking(Api(address, suite), stub)


@pytest.fixture
def stub(suite_with_a_model: Asking) -> ModelStub:
    suite_with_a_model.stub.asked.clear()
    return suite_with_a_model.stub


@pytest.fixture
async def ann(
    suite_with_a_model: Asking, request: pytest.FixtureRequest
) -> AsyncIterator[httpx2.AsyncClient]:
    """An analyst of an organization of the test's own, with purchases in three countries."""
    async with suite_with_a_model.api.as_("ann", org=request.node.name[:60]) as ann:
        sold = (("bob", "France"), ("cleo", "Spain"), ("dora", "Spain"))
        events = [
            {"event": "purchase", "user_id": user, "properties": {"country": country}}
            for user, country in sold
        ]
        await post(ann, "/api/v1/events", events)
        yield ann


async def post(client: httpx2.AsyncClient, path: str, body: Any, status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def running(sql: str, **more: Any) -> Any:
    asked = {"sql_query": sql, "description": "Purchases by country", **more}
    return calling(("execute_analytics_query", asked))


def told(stub: ModelStub) -> Any:
    """What the last request has of a tool."""
    return json.loads(stub.asked[-1].body["messages"][-1]["content"])


async def test_a_question_becomes_a_statement_rows_and_words_with_a_receipt(
    stub: ModelStub, ann: httpx2.AsyncClient
) -> None:
    stub.will(running(SQL), saying("Spain leads ", "with 2 purchases. It was 17 last year."))
    answer = await post(ann, CHAT, {"message": QUESTION})
    assert answer["way"] == "sql"
    assert [one["type"] for one in answer["messages"]] == ["query_results", "text", "chart"]
    assert answer["messages"][0]["data"]["rows"] == [["Spain", 2], ["France", 1]]
    assert answer["messages"][1]["content"] == "Spain leads with 2 purchases."
    receipt = answer["receipt"]
    assert (receipt["sql"], receipt["model"], receipt["row_count"]) == (SQL, "gpt-4o-mini", 2)
    assert (receipt["prompt_tokens"], receipt["completion_tokens"]) == (420, 80)
    assert receipt["cost_usd"] == pytest.approx(2 * (210 * 0.15 + 40 * 0.6) / 1e6)
    assert (receipt["dropped_sentences"], receipt["degraded_reason"]) == (1, "")
    ran = (await ann.get(f"/api/v1/queries/{receipt['query_id']}")).json()
    assert (ran["status"], ran["query"]) == ("completed", SQL)
    assert told(stub)["rows"] == [["Spain", 2], ["France", 1]]
