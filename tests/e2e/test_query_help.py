"""Better SQL over REST: advice always, and of a model what the walls let through."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.databases import cloned
from tests.e2e.conftest import Api, gateway
from tests.model_stub import (
    KEY,
    Behaviour,
    ModelStub,
    answering,
    failing,
    hanging_up,
    model_stub,
)
from tests.suite import Servers, running_suite
from tests.waiting import until

IMPROVE = "/api/v1/queries:improve"
COUNT = "SELECT count(*) FROM events"
# The planner cannot know that all of it is one row.
DEAR = "SELECT count(*) FROM (SELECT a.event FROM events a, events b) e"


def proposing(*statements: str) -> Behaviour:
    proposals = [{"sql": sql, "reason": "It is  better"} for sql in statements]
    return answering({"proposals": proposals})


@pytest.fixture(scope="module")
async def helped(servers: Servers, template_db: str) -> AsyncIterator[tuple[Api, ModelStub]]:
    """The whole suite, with a model's server that does as it is told."""
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
            },
        ) as suite,
        gateway(suite) as address,
    ):
        yield Api(address, suite), stub


@pytest.fixture
def stub(helped: tuple[Api, ModelStub]) -> ModelStub:
    helped[1].asked.clear()
    return helped[1]


@pytest.fixture
async def ann(
    helped: tuple[Api, ModelStub], request: pytest.FixtureRequest
) -> AsyncIterator[httpx2.AsyncClient]:
    """An admin of an organization of the test's own."""
    async with helped[0].as_("ann", org=request.node.originalname[:60], role="admin") as ann:
        yield ann


async def improved(client: httpx2.AsyncClient, sql: str, goal: str = "", **more: Any) -> Any:
    answer = await client.post(IMPROVE, json={"sql": sql, "goal": goal, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_without_a_model_there_is_advice(client: httpx2.AsyncClient) -> None:
    found = await improved(client, COUNT)
    assert (found["valid"], found["row_count"], found["degraded_reason"]) == (True, 1, "no_key")
    assert found["cost"] > 0
    assert (found["advice"], found["proposals"]) == ([], [])
    wrong = await improved(client, "SELECT evnt FROM events")
    assert (wrong["valid"], wrong["position"]) == (False, 7)
    assert "evnt" in wrong["message"]
    assert "cost" not in wrong


@pytest.mark.parametrize(
    ("sql", "goal", "proposed", "shown"),
    [
        ("SELECT evnt FROM events", "", ["SELECT event FROM events;"], 1),
        ("DELETE FROM events", "", ["SELECT event FROM events"], 1),
        (DEAR, "", [COUNT], 1),
        (DEAR, "", [f"  {COUNT} ; ", f"{COUNT} -- again"], 1),
        (COUNT, "by event", ["SELECT event, count(*) FROM events GROUP BY event"], 1),
        (COUNT, "other", ["SELECT 1 FROM events", "SELECT 2 FROM events", "SELECT 3", COUNT], 3),
        (COUNT, "", [], 0),
    ],
)
async def test_what_is_better_and_may_run_is_shown(
    ann: httpx2.AsyncClient, stub: ModelStub, sql: str, goal: str, proposed: list[str], shown: int
) -> None:
    stub.will(proposing(*proposed))
    found = await improved(ann, sql, goal)
    assert found["degraded_reason"] == ""
    assert len(found["proposals"]) == shown
    for proposal, said in zip(found["proposals"], proposed, strict=False):
        assert proposal["sql"] == said.strip().removesuffix(";").strip()
        assert proposal["reason"] == "It is better"
        assert proposal["cost"] < found.get("cost", float("inf")) or goal
        assert proposal["columns"]


@pytest.mark.parametrize(
    ("sql", "goal", "proposed"),
    [
        (COUNT, "", "DELETE FROM events"),
        (COUNT, "all", "SELECT * FROM pg_shadow"),
        (COUNT, "all", "SELECT pg_sleep(1)"),
        (COUNT, "all", "SELECT 1; DROP TABLE events"),
        (COUNT, "all", "SELECT nothing FROM events"),
        (COUNT, "all", "SELECT count(*) FROM events WHERE event = $1"),
        (COUNT, "all", ""),
        (COUNT, "all", "\ufeff"),
        (COUNT, "all", "select COUNT(*)  from events -- the same"),
        (COUNT, "", DEAR),
        (DEAR, "", "SELECT count(*) AS other FROM events"),
        (COUNT, "all", f"SELECT {'1 + ' * 10_000}1"),
    ],
)
async def test_what_is_not_is_left_out(
    ann: httpx2.AsyncClient, stub: ModelStub, sql: str, goal: str, proposed: str
) -> None:
    stub.will(proposing(proposed))
    found = await improved(ann, sql, goal)
    assert (found["valid"], found["proposals"]) == (True, [])
    assert found["degraded_reason"] == "nonsense"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (failing(401), "bad_key"),
        (failing(429), "rate_limited"),
        (failing(500), "server_error"),
        (hanging_up, "unreachable"),
        (answering("Sure!"), "nonsense"),
        (answering({"proposals": [{"sql": "SELECT 1"}]}), "nonsense"),
    ],
)
async def test_a_model_that_fails_costs_its_proposals_only(
    ann: httpx2.AsyncClient, stub: ModelStub, behaviour: Behaviour, reason: str
) -> None:
    stub.will(behaviour)
    found = await improved(ann, COUNT)
    assert (found["valid"], found["degraded_reason"]) == (True, reason)
    assert found["cost"] > 0


async def test_nothing_runs_and_it_is_in_the_ledger(
    ann: httpx2.AsyncClient, stub: ModelStub
) -> None:
    stub.will(proposing("SELECT event FROM events"))
    await improved(ann, COUNT, "the names")
    assert (await ann.get("/api/v1/queries")).json()["queries"] == []

    async def entered() -> bool:
        usage = (await ann.get("/api/v1/llm/usage")).json()["usage"]
        return [(row["purpose"], row["calls"]) for row in usage] == [("query_help", 1)]

    await until(entered)


async def test_personal_data_come_back_and_never_leave(
    ann: httpx2.AsyncClient, stub: ModelStub
) -> None:
    sql = "SELECT evnt FROM events WHERE user_id = 'ann@corp.example'"
    stub.will(proposing("SELECT event FROM events WHERE user_id = '[email 1]'"))
    [proposal] = (await improved(ann, sql))["proposals"]
    assert proposal["sql"] == "SELECT event FROM events WHERE user_id = 'ann@corp.example'"
    [asked] = stub.asked
    assert "corp.example" not in asked.prompt
    assert "[email 1]" in asked.prompt
