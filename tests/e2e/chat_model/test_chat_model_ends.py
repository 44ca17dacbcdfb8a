"""What ends a question to a model: its failures, its bounds, and who asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.e2e.chat_model.asking import (
    AN_HOUR,
    CHAT,
    QUESTION,
    SLOW,
    SQL,
    asked,
    post,
    running,
    types,
)
from tests.model_stub import (
    Behaviour,
    ModelStub,
    calling,
    endless_stream,
    failing,
    half_a_stream,
    hanging_up,
    saying,
    text_chunks,
)
from tests.waiting import until


async def test_a_statement_that_means_the_same_is_not_run_again(
    stub: ModelStub, ann: httpx2.AsyncClient
) -> None:
    stub.will(running("SELECT contry FROM events"), running("select  contry\nfrom events -- now"))
    answer = await asked(ann)
    [message] = answer["messages"]
    assert (message["type"], "contry" in message["content"]) == ("error", True)
    assert message["data"]["sql"].startswith("select  contry")
    assert {"position", "reason", "next"} <= message["data"].keys()
    assert (answer["way"], answer["receipt"]["sql_errors"]) == ("sql", 1)
    history = (await ann.get("/api/v1/queries")).json()["queries"]
    assert len(history) == 1


async def test_the_third_error_ends_the_question(stub: ModelStub, ann: httpx2.AsyncClient) -> None:
    stub.will(*(running(f"SELECT contry{n} FROM events") for n in range(9)))
    answer = await asked(ann)
    assert (types(answer), answer["receipt"]["sql_errors"]) == (["error"], 3)
    assert len(stub.asked) == 3


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (failing(429), "rate_limited"),
        (failing(401), "bad_key"),
        (failing(500), "server_error"),
        (hanging_up, "unreachable"),
        (half_a_stream, "unreachable"),
        (endless_stream(text_chunks("and so on " * 10_000)[-1]), "nonsense"),
    ],
    ids=str,
)
async def test_a_model_that_fails_costs_no_answer(
    stub: ModelStub, ann: httpx2.AsyncClient, behaviour: Behaviour, reason: str
) -> None:
    stub.will(behaviour)
    answer = await asked(ann)
    assert (answer["way"], answer["receipt"]["degraded_reason"]) == ("abstain", reason)
    assert "I cannot answer this" in answer["messages"][0]["content"]


async def test_a_model_that_never_answers_is_waited_for_no_longer_than_may_be(
    stub: ModelStub, ann: httpx2.AsyncClient
) -> None:
    stub.will(stub.never)
    answer = await asked(ann)
    assert (answer["way"], answer["receipt"]["degraded_reason"]) == ("abstain", "timeout")


async def test_rows_stay_where_the_model_fails_after_them(
    stub: ModelStub, ann: httpx2.AsyncClient
) -> None:
    stub.will(running(SQL), failing(429))
    answer = await asked(ann)
    assert (answer["way"], answer["receipt"]["degraded_reason"]) == ("sql", "rate_limited")
    assert types(answer)[0] == "query_results"


async def test_a_model_that_wants_tools_without_end_is_ended(
    stub: ModelStub, ann: httpx2.AsyncClient
) -> None:
    stub.will(calling(("describe_data", {}), ("search_knowledge", {"query": "plumbus"})))
    answer = await asked(ann)
    assert answer["way"] == "abstain"
    assert [("tools" in one.body) for one in stub.asked] == [True] * 4 + [False]


async def test_a_person_asks_a_model_so_often_in_an_hour(
    stub: ModelStub, ann: httpx2.AsyncClient
) -> None:
    stub.will(saying("Which one?"))
    reasons = [(await asked(ann))["receipt"]["degraded_reason"] for _ in range(AN_HOUR + 1)]
    assert reasons == [""] * AN_HOUR + ["user_limit"]


async def started(ann: httpx2.AsyncClient, parts: list[str]) -> AsyncIterator[dict[str, Any]]:
    """The parts of a run, as they come."""
    headers = {"accept": "text/event-stream"}
    body = {"message": QUESTION}
    async with ann.stream("POST", CHAT, json=body, headers=headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                parts.append(line.removeprefix("event: "))
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


async def test_cancelling_ends_the_statement_that_a_model_runs(
    stub: ModelStub, ann: httpx2.AsyncClient
) -> None:
    stub.will(running(SLOW))
    kinds: list[str] = []
    async for part in started(ann, kinds):
        if "run" in part:
            path = f"{CHAT}/runs/{part['run']['run_id']}:cancel"
        if kinds[-1] == "sql":

            async def runs() -> bool:
                found = (await ann.get("/api/v1/queries")).json()["queries"]
                return [one["status"] for one in found] == ["pending"]

            await until(runs)
            await post(ann, path, {})
    assert kinds[-1] == "error"
    found = (await ann.get("/api/v1/queries")).json()["queries"]
    assert [one["status"] for one in found] == ["cancelled"]


async def test_cancelling_hangs_up_on_the_model(stub: ModelStub, ann: httpx2.AsyncClient) -> None:
    hung_up = asyncio.Event()

    async def waiting(exchange: Any) -> None:
        await exchange.begin()
        try:
            while True:
                await exchange.piece(b": still there\n\n")
                await asyncio.sleep(0.02)
        except ConnectionError:
            hung_up.set()

    stub.will(waiting)
    kinds: list[str] = []
    async for part in started(ann, kinds):
        if "run" in part:
            path = f"{CHAT}/runs/{part['run']['run_id']}:cancel"
        if part.get("content") == "Asking a model":
            await until_asked(stub)
            await post(ann, path, {})
    assert kinds[-1] == "error"
    async with asyncio.timeout(5):
        await hung_up.wait()


async def until_asked(stub: ModelStub) -> None:
    async def there() -> bool:
        return bool(stub.asked)

    await until(there)
