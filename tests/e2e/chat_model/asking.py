"""Questions that no definition answers, and what a model's server does with them."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.e2e.conftest import Api
from tests.model_stub import Behaviour, ModelStub, calling

CHAT = "/api/v1/analytics/chat"
QUESTION = "Which plumbus was gromped most?"
SQL = (
    "SELECT properties->>'country' AS country, count(*) AS purchases FROM events"
    " WHERE event = 'purchase' GROUP BY 1 ORDER BY 2 DESC, 1"
)
# Runs until it is cancelled.
SLOW = "SELECT count(*) AS n FROM events, generate_series(1, 1000000000) AS n WHERE n % 7 = 3"
AN_HOUR = 5


@dataclass
class Asking:
    api: Api
    stub: ModelStub


async def post(client: httpx2.AsyncClient, path: str, body: Any, status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def asked(client: httpx2.AsyncClient, **more: Any) -> Any:
    return await post(client, CHAT, {"message": QUESTION, **more})


def running(sql: str, **more: Any) -> Behaviour:
    """A turn that wants a statement run."""
    wanted = {"sql_query": sql, "description": "Purchases by country", **more}
    return calling(("execute_analytics_query", wanted))


def told(stub: ModelStub) -> Any:
    """What the last request says of a tool."""
    return json.loads(stub.asked[-1].body["messages"][-1]["content"])


def document(stub: ModelStub) -> Any:
    """What the first request says with the question."""
    return json.loads(stub.asked[0].body["messages"][1]["content"])


def types(answer: Any) -> list[str]:
    return [one["type"] for one in answer["messages"]]
