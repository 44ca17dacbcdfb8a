"""Over REST: whatever a model's server does, suggestions come, and say why it added nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.databases import cloned
from tests.e2e.conftest import Api, gateway
from tests.e2e.shapes import errors_of, is_problem, shape
from tests.model_stub import (
    KEY,
    Behaviour,
    ModelStub,
    answering,
    completion,
    endless,
    failing,
    half_a_stream,
    half_an_answer,
    hanging_up,
    held_by,
    model_stub,
    sending,
)
from tests.suite import Servers, running_suite
from tests.waiting import until

SUGGESTIONS = "/api/v1/connections/my-database/suggestions/personalized"
USAGE = "/api/v1/llm/usage"
BUDGET = "/api/v1/llm/budget"
SAID = "Show me profit by region for last year"
GOOD = answering({"suggestions": [SAID]})
NUMBERS = {
    "calls": "int",
    "estimated_calls": "int",
    "failed_calls": "int",
    "prompt_tokens": "int",
    "completion_tokens": "int",
    "cost_usd": "float",
}


@dataclass
class Asking:
    api: Api
    stub: ModelStub


@pytest.fixture(scope="module")
async def asking(servers: Servers, template_db: str) -> AsyncIterator[Asking]:
    """The whole suite as it comes, with a model's server that does as it is told."""
    async with (
        model_stub() as stub,
        cloned(servers, template_db) as database,
        running_suite(
            servers,
            database,
            openai_api_key=KEY,
            openai_base_url=stub.url,
            llm_breaker_failures=1000,
            llm_ledger_seconds=20,
        ) as suite,
        suite.worker(),
        gateway(suite) as address,
    ):
        yield Asking(Api(address, suite), stub)


@pytest.fixture
async def client(
    asking: Asking, request: pytest.FixtureRequest
) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody whom no other test knows, with a job that nobody else has."""
    name = request.node.name[:100].encode("ascii", "replace").decode()
    async with asking.api.as_(name, job_role=name, role="admin") as client:
        yield client


async def suggested(client: httpx2.AsyncClient, typed: str = "show me profit") -> Any:
    answer = await client.post(SUGGESTIONS, params={"partial_query": typed})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (failing(401), "bad_key"),
        (failing(429), "rate_limited"),
        (failing(429, retry_after="60"), "rate_limited"),
        (failing(500), "server_error"),
        (failing(404), "refused"),
        (sending(b"<html>502</html>", "text/html"), "nonsense"),
        (answering("Here you are: profit!"), "nonsense"),
        (answering({"ideas": 3}), "nonsense"),
        (answering({"suggestions": ["Show me the salaries of everybody"]}), "nonsense"),
        (sending(completion("")[:-9]), "nonsense"),
        (half_a_stream, "nonsense"),
        (endless, "nonsense"),
        (half_an_answer, "unreachable"),
        (hanging_up, "unreachable"),
    ],
)
async def test_suggestions_come_whatever_the_server_does(
    asking: Asking, client: httpx2.AsyncClient, behaviour: Behaviour, reason: str
) -> None:
    asking.stub.will(behaviour)
    answer = await suggested(client)
    assert (answer["source"], answer["degraded_reason"]) == ("patterns", reason)
    assert answer["count"] == len(answer["suggestions"]) == 6
    again = await suggested(client)
    assert (again["source"], again["degraded_reason"]) == ("cached", reason)


async def test_suggestions_come_while_the_server_never_answers(
    asking: Asking, client: httpx2.AsyncClient
) -> None:
    asking.stub.will(asking.stub.never)
    answer = await suggested(client)
    assert (answer["source"], answer["degraded_reason"]) == ("patterns", "timeout")
    assert answer["count"] == 6


async def test_a_slow_answer_is_there_for_the_next_one_who_asks(
    asking: Asking, client: httpx2.AsyncClient
) -> None:
    release = asyncio.Event()
    asking.stub.will(held_by(release, GOOD))
    assert (await suggested(client))["degraded_reason"] == "timeout"
    release.set()

    async def there() -> bool:
        return bool((await suggested(client))["source"] == "llm_fallback")

    await until(there)


async def test_a_good_answer_is_among_the_suggestions(
    asking: Asking, client: httpx2.AsyncClient
) -> None:
    asking.stub.will(GOOD)
    answer = await suggested(client)
    assert answer["source"] == "llm_fallback"
    assert "degraded_reason" not in answer
    assert answer["suggestions"][0] == {
        "text": SAID,
        "type": "complete",
        "description": "Profit broken down by region",
        "icon": "📊",
    }


async def test_usage_is_shown_to_admins_with_the_budget_and_to_others_their_own(
    asking: Asking, client: httpx2.AsyncClient
) -> None:
    asking.stub.will(GOOD)
    await suggested(client)
    user = (await client.get("/api/v1/me")).json()["user_id"]

    async def entered() -> bool:
        return bool((await client.get(USAGE, params={"user_id": user})).json()["usage"])

    await until(entered)
    found = (await client.get(USAGE, params={"user_id": user})).json()
    names = {"day": "str", "user_id": "str", "purpose": "str", "model": "str"}
    assert shape(found["usage"]) == [names | NUMBERS]
    assert shape(found["total"]) == NUMBERS
    assert found["budget"]["cost_usd"] == 10
    async with asking.api.as_("somebody else") as other:
        own = (await other.get(USAGE)).json()
        assert own["usage"] == []
        assert "budget" not in own
        assert is_problem(await other.get(f"{USAGE}?user_id=x"), 403, "PERMISSION_DENIED")


async def test_usage_is_grouped_by_repeated_parameters(client: httpx2.AsyncClient) -> None:
    found = (await client.get(f"{USAGE}?group_by=model&group_by=day")).json()
    assert all(set(row) == {"day", "model", *NUMBERS} for row in found["usage"])
    wrong = await client.get(f"{USAGE}?group_by=week&first_day=2026-02-30")
    assert set(errors_of(wrong)) == {"group_by[0]"}


@pytest.mark.parametrize("method", ["ReserveLlmBudget", "SettleLlmUsage"])
async def test_no_route_leads_to_the_budget(client: httpx2.AsyncClient, method: str) -> None:
    for path in (f"/attune.activity.v1.LlmUsageService/{method}", f"/api/v1/llm/usage:{method}"):
        answer = await client.post(path, json={})
        assert answer.status_code in (404, 405)


async def test_a_budget_is_read_and_changed_by_the_keys_of_the_body(asking: Asking) -> None:
    organization = {"org": "thrifty"}
    async with asking.api.as_("chief", role="admin", **organization) as client:
        found = (await client.get(BUDGET)).json()
        assert set(found) == {"most_usd", "most_tokens", "this_month"}
        changed = await client.patch(BUDGET, json={"monthly_usd": 5, "monthly_tokens": 1000})
        assert changed.status_code == 200, changed.text
        assert (changed.json()["monthly_usd"], changed.json()["this_month"]["cost_usd"]) == (5, 5)
        changed = (await client.patch(BUDGET, json={"monthly_usd": None})).json()
        assert "monthly_usd" not in changed
        assert (changed["monthly_tokens"], changed["this_month"]["cost_usd"]) == (1000, 10)
        assert changed["changed_by"] == "chief"
        assert (await client.patch(BUDGET, json=changed)).status_code == 200
        above = await client.patch(BUDGET, json={"monthly_usd": 10.01})
        assert set(errors_of(above)) == {"monthly_usd"}
        assert set(errors_of(await client.patch(BUDGET, json={"usd": 1}))) == {"usd"}
    for role in ("viewer", "analyst"):
        async with asking.api.as_("somebody", role=role, **organization) as other:
            assert is_problem(await other.get(BUDGET), 403, "PERMISSION_DENIED")
            assert is_problem(await other.patch(BUDGET, json={}), 403, "PERMISSION_DENIED")
