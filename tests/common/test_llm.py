"""Asking a model over the real protocol: what comes back, what it costs, and what is not told."""

import asyncio
import io
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stderr
from dataclasses import replace
from typing import Any

import grpc
import pytest
import structlog
from prometheus_client import REGISTRY

from services.common import logs
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.ledger import Ledger
from services.common.llm.messages import Spent
from services.common.llm.model import opened_model
from services.common.llm.settings import ModelSettings
from services.common.llm.wire import retry_after
from services.common.service_tokens import ServiceTokens
from tests.clock import Clock
from tests.common.asking_models import ANN, GOOD, MESSAGES, Answer, Asking, asking_at, came
from tests.model_stub import (
    KEY,
    MODEL,
    Behaviour,
    ModelStub,
    answering,
    endless,
    failing,
    half_a_stream,
    half_an_answer,
    hanging_up,
    held_by,
    model_stub,
    sending,
)

WHY = DegradedReason


@pytest.fixture
async def stub() -> AsyncIterator[ModelStub]:
    async with model_stub() as stub:
        yield stub


@pytest.fixture
async def asking(stub: ModelStub) -> AsyncIterator[Asking]:
    async with asking_at(stub) as asking:
        yield asking


async def test_a_good_answer_comes_in_the_asked_shape(asking: Asking) -> None:
    asking.stub.will(GOOD)
    assert (await asking.ask()).questions == ["Show me profit"]
    [asked] = asking.stub.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body["model"] == MODEL
    assert asked.body["max_tokens"] == 400
    form = asked.body["response_format"]
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert form["json_schema"]["schema"]["additionalProperties"] is False
    assert form["json_schema"]["schema"]["required"] == ["questions"]


async def test_nothing_about_the_person_is_sent(asking: Asking) -> None:
    asking.stub.will(GOOD)
    await asking.ask()
    [asked] = asking.stub.asked
    sent = json.dumps([asked.headers, asked.body])
    assert "ann" not in sent
    assert "acme" not in sent


async def test_the_ledger_hears_the_most_before_and_the_truth_after(asking: Asking) -> None:
    asking.stub.will(GOOD)
    await asking.ask()
    await asking.model.settled()
    [held] = asking.ledger.reserved
    assert (held.asker, held.model, held.completion_tokens) == (ANN, MODEL, 400)
    assert held.prompt_tokens >= len(MESSAGES[0]["content"])
    assert asking.ledger.entered == [Spent(210, 40)]


@pytest.mark.parametrize(
    ("behaviour", "reason", "calls", "entered"),
    [
        (failing(401), WHY.BAD_KEY, 1, Spent(0, 0)),
        (failing(403), WHY.BAD_KEY, 1, Spent(0, 0)),
        (failing(400), WHY.REFUSED, 1, Spent(0, 0)),
        (failing(404), WHY.REFUSED, 1, Spent(0, 0)),
        (failing(307, location="http://127.0.0.1:9/"), WHY.REFUSED, 1, Spent(0, 0)),
        (failing(429), WHY.RATE_LIMITED, 3, Spent(0, 0)),
        (failing(429, "insufficient_quota"), WHY.RATE_LIMITED, 1, Spent(0, 0)),
        (failing(429, retry_after="3600"), WHY.RATE_LIMITED, 1, Spent(0, 0)),
        (failing(500), WHY.SERVER_ERROR, 3, Spent(0, 0)),
        (failing(503), WHY.SERVER_ERROR, 3, Spent(0, 0)),
        (half_an_answer, WHY.UNREACHABLE, 3, None),
        (hanging_up, WHY.UNREACHABLE, 3, None),
        (half_a_stream, WHY.NONSENSE, 1, None),
        (endless, WHY.NONSENSE, 1, None),
        (sending(b"<html>It works!</html>", "text/html"), WHY.NONSENSE, 1, None),
        (sending(b""), WHY.NONSENSE, 1, None),
        (sending(b"\xff\xfe"), WHY.NONSENSE, 1, None),
        (sending(b"[" * 100_000), WHY.NONSENSE, 1, None),
        (sending(b'{"choices": []}'), WHY.NONSENSE, 1, None),
        (sending(b'{"choices": {}, "error": null}'), WHY.NONSENSE, 1, None),
        (answering("Sure! Here are some questions."), WHY.NONSENSE, 1, Spent(210, 40)),
        (answering({"answers": []}), WHY.NONSENSE, 1, Spent(210, 40)),
        (answering({"questions": [1]}), WHY.NONSENSE, 1, Spent(210, 40)),
        (answering({"questions": [], "more": 1}), WHY.NONSENSE, 1, Spent(210, 40)),
        (answering("", refusal="I cannot"), WHY.REFUSED, 1, Spent(210, 40)),
        (answering('{"ques', finish_reason="length"), WHY.NONSENSE, 1, Spent(210, 40)),
    ],
)
async def test_each_failure_has_its_reason_and_its_cost(
    asking: Asking,
    behaviour: Behaviour,
    reason: DegradedReason,
    calls: int,
    entered: Spent | None,
) -> None:
    assert await asking.fails(behaviour) is reason
    assert len(asking.stub.asked) == calls
    assert asking.ledger.entered == [entered] * calls


@pytest.mark.parametrize(
    "usage", ["many", {}, {"prompt_tokens": -1, "completion_tokens": 2}, [1], {"prompt_tokens": 1}]
)
async def test_a_usage_that_cannot_be_is_none(asking: Asking, usage: Any) -> None:
    asking.stub.will(answering({"questions": []}, usage=usage))
    await asking.ask()
    await asking.model.settled()
    assert asking.ledger.entered == [None]


async def test_a_server_that_never_answers_takes_the_time_and_no_more(asking: Asking) -> None:
    assert await asking.fails(asking.stub.never, seconds=0.05) is WHY.TIMEOUT
    assert asking.ledger.entered == [None]


async def test_a_server_that_is_not_there_costs_nothing(stub: ModelStub) -> None:
    async with asking_at(stub, openai_base_url="http://127.0.0.1:9/v1") as asking:
        assert await asking.fails() is WHY.UNREACHABLE
        assert asking.ledger.entered == [Spent(0, 0)] * 3


async def test_a_passing_failure_is_tried_again(asking: Asking) -> None:
    asking.stub.will(failing(429, retry_after="2"), failing(500), GOOD)
    assert (await asking.ask()).questions
    at_ledger, late = WHY.LEDGER_UNAVAILABLE, WHY.TIMEOUT
    assert asking.trouble.told == [
        *(at_ledger, late, WHY.RATE_LIMITED),
        *(at_ledger, WHY.RATE_LIMITED, WHY.SERVER_ERROR),
        *(at_ledger, WHY.SERVER_ERROR),
    ]
    assert asking.pauses[0] == 2
    assert 0 < asking.pauses[1] < 1


async def test_no_try_waits_longer_than_there_is_time(asking: Asking) -> None:
    assert await asking.fails(failing(429, retry_after="21")) is WHY.RATE_LIMITED
    assert (len(asking.stub.asked), asking.pauses) == (1, [])


async def test_without_budget_nothing_is_sent(asking: Asking) -> None:
    asking.ledger.refuse = WHY.BUDGET_EXHAUSTED
    assert await asking.fails() is WHY.BUDGET_EXHAUSTED
    assert (asking.stub.asked, asking.ledger.entered) == ([], [])


async def test_without_a_ledger_nothing_is_sent(asking: Asking) -> None:
    asking.ledger.refuse = WHY.LEDGER_UNAVAILABLE
    assert await asking.fails() is WHY.LEDGER_UNAVAILABLE
    assert asking.stub.asked == []
    assert asking.ledger.entered == [Spent(0, 0)]  # it may have reserved all the same
    asking.ledger.left_alone = True
    assert await asking.fails() is WHY.LEDGER_UNAVAILABLE
    assert len(asking.ledger.entered) == 1  # and here it was not asked


async def test_a_ledger_that_hangs_is_not_taken_for_a_slow_model(asking: Asking) -> None:
    asking.ledger.answers.clear()
    for _ in range(6):
        assert await asking.fails(seconds=0.01) is WHY.LEDGER_UNAVAILABLE
        assert asking.trouble.reason is WHY.LEDGER_UNAVAILABLE
    assert asking.stub.asked == []
    asking.ledger.answers.set()
    asking.stub.will(GOOD)
    assert (await asking.ask()).questions  # the model's server was not left alone for it
    assert asking.trouble.reason is WHY.TIMEOUT


@asynccontextmanager
async def silent_ledger(clock: Clock) -> AsyncIterator[Ledger]:
    """At an activity that takes calls and never answers."""
    stopping = asyncio.Event()

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stopping.wait()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with grpc.aio.insecure_channel(address) as channel:
        yield Ledger(channel, ServiceTokens("suggestions", "key", channel, clock), clock, 0.05)
    stopping.set()
    server.close()


async def test_activity_that_hangs_is_left_alone_and_tried_again(stub: ModelStub) -> None:
    clock = Clock()
    settings = ModelSettings(openai_api_key=KEY, openai_base_url=stub.url)
    alone = []
    async with silent_ledger(clock) as ledger, opened_model(settings, ledger, clock) as model:
        for moved in (0, 0, 0, 0, 10, 0):
            clock.advance(seconds=moved)
            with pytest.raises(ModelFailure) as err:
                await model.ask(ANN, MODEL, MESSAGES, Answer, most_tokens=400)
            assert err.value.reason is WHY.LEDGER_UNAVAILABLE
            alone.append(err.value.left_alone)
    assert alone == [False, False, False, True, False, True]
    assert stub.asked == []


async def test_without_a_key_nothing_is_sent_or_reserved(stub: ModelStub) -> None:
    async with asking_at(stub, openai_api_key="") as asking:
        assert await asking.fails() is WHY.NO_KEY
    assert (stub.asked, asking.ledger.reserved) == ([], [])


async def test_a_server_that_keeps_failing_is_left_alone_and_tried_with_one_call(
    asking: Asking,
) -> None:
    for _ in range(5):
        assert await asking.fails(failing(401)) is WHY.BAD_KEY
    assert await asking.fails() is WHY.BAD_KEY
    assert len(asking.stub.asked) == 5
    asking.clock.advance(seconds=30)
    assert await asking.fails() is WHY.BAD_KEY  # the probe
    assert await asking.fails() is WHY.BAD_KEY
    asking.clock.advance(seconds=30)
    asking.stub.will(GOOD)
    assert (await asking.ask()).questions
    assert (await asking.ask()).questions
    assert len(asking.stub.asked) == 8


async def test_who_is_turned_away_is_told_what_opened_the_circuit(asking: Asking) -> None:
    labels = {"purpose": "suggestions", "model": MODEL, "outcome": "circuit_open"}

    def counted() -> float:
        return REGISTRY.get_sample_value("attune_llm_calls_total", labels) or 0

    before = counted()
    for _ in range(4):
        await asking.fails(failing(401))
    await asking.fails(failing(500))
    assert await asking.fails() is WHY.SERVER_ERROR
    assert counted() - before == 1
    asking.clock.advance(seconds=30)
    await asking.fails(failing(401))
    assert await asking.fails() is WHY.BAD_KEY


async def test_while_one_call_tries_the_others_are_turned_away(asking: Asking) -> None:
    for _ in range(5):
        await asking.fails(failing(401))
    asking.clock.advance(seconds=30)
    release = asyncio.Event()
    asking.stub.will(held_by(release, GOOD))
    probe = asyncio.create_task(asking.ask())
    await came(asking.stub, 6)
    assert await asking.fails() is WHY.BAD_KEY
    release.set()
    assert (await probe).questions


async def test_a_probe_that_is_cut_off_lets_the_next_one_try(asking: Asking) -> None:
    for _ in range(5):
        await asking.fails(failing(401))
    asking.clock.advance(seconds=30)
    asking.stub.will(asking.stub.never)
    probe = asyncio.create_task(asking.ask())
    await came(asking.stub, 6)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    asking.stub.will(GOOD)
    assert (await asking.ask()).questions
    await asking.model.settled()
    assert asking.ledger.entered[-2:] == [None, Spent(210, 40)]


async def test_what_one_question_gets_says_nothing_of_the_server(asking: Asking) -> None:
    for _ in range(7):
        assert await asking.fails(answering("nonsense")) is WHY.NONSENSE
    assert len(asking.stub.asked) == 7


async def test_there_is_no_queue(stub: ModelStub) -> None:
    async with asking_at(stub, llm_concurrency=1) as asking:
        release = asyncio.Event()
        stub.will(held_by(release, GOOD))
        first = asyncio.create_task(asking.ask())
        await came(stub, 1)
        assert await asking.fails() is WHY.BUSY
        release.set()
        assert (await first).questions
        assert (await asking.ask()).questions


async def test_an_organization_whose_calls_take_long_leaves_room_for_others(
    stub: ModelStub,
) -> None:
    async with asking_at(stub, llm_concurrency=4) as asking:
        release = asyncio.Event()
        stub.will(held_by(release, GOOD))
        slow = [asyncio.create_task(asking.ask()) for _ in "ab"]
        await came(stub, 2)
        assert await asking.fails() is WHY.BUSY
        other = asyncio.create_task(asking.ask(of=replace(ANN, organization_id="other")))
        await came(stub, 3)
        release.set()
        assert all(answer.questions for answer in await asyncio.gather(*slow, other))
        assert (await asking.ask()).questions


@pytest.mark.parametrize(
    "behaviour",
    [GOOD, failing(401), failing(500), half_an_answer, answering("the secret of the answer")],
)
async def test_no_key_and_no_text_is_ever_in_a_log(
    asking: Asking, behaviour: Behaviour, request: pytest.FixtureRequest
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        with redirect_stderr(io.StringIO()) as err:
            logs.configure("debug", "json")
            asking.stub.will(behaviour)
            try:
                await asking.ask()
            except ModelFailure as failure:
                logging.getLogger("test").error("failed", exc_info=failure)
    finally:
        root.handlers[:], root.level = handlers, level
        structlog.reset_defaults()
    assert KEY not in err.getvalue()
    assert "the secret" not in err.getvalue()


async def test_calls_tokens_and_cost_are_counted(asking: Asking) -> None:
    def value(name: str, **labels: str) -> float:
        told = {"purpose": "suggestions", "model": MODEL, **labels}
        return REGISTRY.get_sample_value(name, told) or 0

    names: list[tuple[str, dict[str, str]]] = [
        ("attune_llm_calls_total", {"outcome": "ok"}),
        ("attune_llm_calls_total", {"outcome": "bad_key"}),
        ("attune_llm_tokens_total", {"kind": "prompt"}),
        ("attune_llm_tokens_total", {"kind": "completion"}),
        ("attune_llm_cost_usd_total", {}),
        ("attune_llm_call_duration_seconds_count", {}),
    ]
    before = [value(name, **labels) for name, labels in names]
    asking.stub.will(GOOD)
    await asking.ask()
    await asking.fails(failing(401))
    grown = [value(name, **labels) for name, labels in names]
    steps = [after - was for after, was in zip(grown, before, strict=True)]
    assert steps == pytest.approx([1, 1, 210, 40, 0.000252, 2])


def test_a_server_says_in_seconds_or_by_a_date_how_long_to_wait() -> None:
    clock = Clock()
    date = clock().strftime("%a, %d %b %Y %H:%M:%S GMT")
    clock.advance(seconds=-30)
    assert retry_after("2", clock) == 2
    assert retry_after(date, clock) == 30
    assert retry_after("-1", clock) == 0
    assert [retry_after(odd, clock) for odd in (None, "", "soon", "inf", "nan")] == [None] * 5


def test_openai_is_imported_by_nobody_who_has_no_key() -> None:
    program = "import sys, services.suggestions.app; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
