"""Conversing over the real protocol: text in pieces, calls of tools, and each way to fail."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import structlog

from services.common import logs
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.messages import Spent, Tool, ToolCall
from services.common.llm.streams import streamed
from tests.common.asking_models import ANN, COST, MESSAGES, Asking, asking_at, came
from tests.model_stub import (
    DONE,
    KEY,
    MODEL,
    Behaviour,
    ModelStub,
    answering,
    call_chunks,
    calling,
    chunk,
    ending,
    endless,
    endless_stream,
    event,
    failing,
    hanging_up,
    held_by,
    model_stub,
    saying,
    sending,
    streaming,
    text_chunks,
)

WHY = DegradedReason
TOOL = Tool(name="run_sql", description="Runs SQL", parameters={"type": "object"})
GOOD = saying("Profit", " is 12", ".")
HALF = text_chunks("Profit", " is the secret of")
NEVER_TOLD = None


@pytest.fixture
async def stub() -> AsyncIterator[ModelStub]:
    async with model_stub() as stub:
        yield stub


@pytest.fixture
async def asking(stub: ModelStub) -> AsyncIterator[Asking]:
    async with asking_at(stub) as asking:
        yield asking


def refusing(delta: Any, finish_reason: str | None = None) -> Behaviour:
    return streaming([*text_chunks("I"), chunk(delta, finish_reason), *ending()])


def one_call(index: Any = 0, **function: str) -> Behaviour:
    piece = {"index": index, "id": "call_1", "type": "function", "function": function}
    return streaming([chunk({"tool_calls": [piece]}), *ending("tool_calls")])


async def test_text_is_heard_as_it_comes_and_told_whole(asking: Asking) -> None:
    asking.stub.will(GOOD)
    turn = await asking.converse()
    assert asking.heard == ["Profit", " is 12", "."]
    assert (turn.text, turn.calls, turn.spent) == ("Profit is 12.", [], Spent(210, 40))
    [asked] = asking.stub.asked
    assert asked.body == {
        "model": MODEL,
        "messages": MESSAGES,
        "max_tokens": 400,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def test_each_piece_is_heard_before_the_next_one_is_sent(asking: Asking) -> None:
    release = asyncio.Event()

    async def behave(exchange: Any) -> None:
        await exchange.begin()
        await exchange.piece(chunk({"content": "first"}))
        await release.wait()
        for data in ending():
            await exchange.piece(data)
        await exchange.end()

    async def heard(_: str) -> None:
        release.set()

    asking.stub.will(behave)
    turn = await asking.model.converse(ANN, MODEL, MESSAGES, [], most_tokens=9, heard=heard)
    assert turn.text == "first"


async def test_calls_of_tools_are_put_together(asking: Asking) -> None:
    sql = {"sql": "SELECT 1", "why": "größer, \u2028 \U0001f600"}
    asking.stub.will(calling(("run_sql", sql), ("run_sql", {}), ("look", "no JSON"), saying=["Hm"]))
    turn = await asking.converse(TOOL)
    assert (turn.text, asking.heard) == ("Hm", ["Hm"])
    first, *others = turn.calls
    assert (first.id, first.name, json.loads(first.arguments)) == ("call_0x", "run_sql", sql)
    assert others == [ToolCall("call_1x", "run_sql", "{}"), ToolCall("call_2x", "look", "no JSON")]
    described = {"name": "run_sql", "description": "Runs SQL", "parameters": {"type": "object"}}
    assert asking.stub.asked[0].body["tools"] == [{"type": "function", "function": described}]


async def test_a_call_without_an_id_gets_one(asking: Asking) -> None:
    named = {"name": "look", "arguments": "{}"}
    asking.stub.will(
        streaming([chunk({"tool_calls": [{"index": 3, "function": named}]}), *ending("tool_calls")])
    )
    assert (await asking.converse(TOOL)).calls == [ToolCall("call_3", "look", "{}")]


async def test_a_name_that_is_told_with_each_piece_is_one_name(asking: Asking) -> None:
    pieces = [
        {"index": 0, "id": "call_1", "function": {"name": "look", "arguments": part}}
        for part in ('{"a"', ":1}")
    ]
    chunks = [chunk({"tool_calls": [piece]}) for piece in pieces]
    asking.stub.will(streaming([*chunks, *ending("tool_calls")]))
    assert (await asking.converse(TOOL)).calls == [ToolCall("call_1", "look", '{"a":1}')]


async def test_a_conversation_with_answers_of_tools_goes_as_it_is(asking: Asking) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "run_sql", "arguments": "{}"}}
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Answer"},
        {"role": "user", "content": "Profit?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "12"},
    ]
    asking.stub.will(GOOD)
    await asking.model.converse(ANN, MODEL, messages, [TOOL], most_tokens=400)
    assert asking.stub.asked[0].body["messages"] == messages


@pytest.mark.parametrize(
    ("behaviour", "reason", "calls", "entered"),
    [
        (failing(401), WHY.BAD_KEY, 1, Spent(0, 0)),
        (failing(404), WHY.REFUSED, 1, Spent(0, 0)),
        (failing(429), WHY.RATE_LIMITED, 3, Spent(0, 0)),
        (failing(429, "insufficient_quota"), WHY.RATE_LIMITED, 1, Spent(0, 0)),
        (failing(429, retry_after="3600"), WHY.RATE_LIMITED, 1, Spent(0, 0)),
        (failing(500), WHY.SERVER_ERROR, 3, Spent(0, 0)),
        (hanging_up, WHY.UNREACHABLE, 3, NEVER_TOLD),
        (streaming([]), WHY.UNREACHABLE, 3, NEVER_TOLD),
        (streaming([], whole=False), WHY.UNREACHABLE, 3, NEVER_TOLD),
        (streaming([chunk({"role": "assistant"})]), WHY.UNREACHABLE, 3, NEVER_TOLD),
        (streaming(HALF), WHY.UNREACHABLE, 1, NEVER_TOLD),
        (streaming(HALF, whole=False), WHY.UNREACHABLE, 1, NEVER_TOLD),
        (streaming(call_chunks(("look", "{}"))), WHY.UNREACHABLE, 3, NEVER_TOLD),
        (streaming([event({"error": {"message": "x"}}), DONE]), WHY.SERVER_ERROR, 3, NEVER_TOLD),
        (streaming([*HALF, event({"error": "x"})]), WHY.SERVER_ERROR, 1, NEVER_TOLD),
        (streaming([event('{"choices": [{"del')]), WHY.NONSENSE, 1, NEVER_TOLD),
        (streaming([*HALF, event('{"choices": 3}'), *ending()]), WHY.NONSENSE, 1, NEVER_TOLD),
        (streaming([event("[" * 100_000)]), WHY.NONSENSE, 1, NEVER_TOLD),
        (streaming([b"data: \xff\xfe\n\n"]), WHY.NONSENSE, 1, NEVER_TOLD),
        (streaming([chunk({"content": 3})]), WHY.NONSENSE, 1, NEVER_TOLD),
        (streaming(ending()), WHY.NONSENSE, 1, Spent(210, 40)),
        (streaming([*HALF, *ending("length")]), WHY.NONSENSE, 1, Spent(210, 40)),
        (streaming([*HALF, *ending("content_filter")]), WHY.REFUSED, 1, Spent(210, 40)),
        (refusing({"refusal": "I cannot"}), WHY.REFUSED, 1, Spent(210, 40)),
        (one_call(arguments="{}"), WHY.NONSENSE, 1, Spent(210, 40)),
        (one_call(-1, name="look"), WHY.NONSENSE, 1, NEVER_TOLD),
        (one_call(10**30, name="look"), WHY.NONSENSE, 1, NEVER_TOLD),
        (one_call(128, name="look"), WHY.NONSENSE, 1, NEVER_TOLD),
        (one_call(None, name="look"), WHY.NONSENSE, 1, NEVER_TOLD),
        (endless, WHY.NONSENSE, 1, NEVER_TOLD),
        (endless_stream(chunk({"content": " " * 65536})), WHY.NONSENSE, 1, NEVER_TOLD),
        (endless_stream(b": keep-alive" * 5000 + b"\n\n"), WHY.NONSENSE, 1, NEVER_TOLD),
        (endless_stream(b"data: " + b" " * 65536), WHY.NONSENSE, 1, NEVER_TOLD),
        (endless_stream(b"data: {\n" * 8192), WHY.NONSENSE, 1, NEVER_TOLD),
        (answering("Not in pieces"), WHY.NONSENSE, 1, NEVER_TOLD),
        (sending(b"<html>It works!</html>", "text/html"), WHY.NONSENSE, 1, NEVER_TOLD),
    ],
)
async def test_each_failure_has_its_reason_and_its_cost(
    asking: Asking, behaviour: Behaviour, reason: DegradedReason, calls: int, entered: Spent | None
) -> None:
    assert await asking.fails_to_converse(behaviour) is reason
    assert len(asking.stub.asked) == calls
    assert asking.ledger.entered == [entered] * calls


async def test_what_comes_without_end_is_not_heard_without_end(asking: Asking) -> None:
    piece = "x" * 65536
    await asking.fails_to_converse(endless_stream(chunk({"content": piece})))
    assert "".join(asking.heard) == piece * 16


@pytest.mark.parametrize("events", [(), (chunk({"content": "Profit"}), b"data: {")])
async def test_a_stream_that_stalls_takes_the_time_and_no_more(
    asking: Asking, events: tuple[bytes, ...]
) -> None:
    behaviour = asking.stub.stalling(*events)
    assert await asking.fails_to_converse(behaviour, seconds=0.05) is WHY.TIMEOUT
    assert asking.ledger.entered == [None]


async def test_before_anything_was_heard_it_is_tried_again(asking: Asking) -> None:
    cut = streaming(call_chunks(("look", "{}")), whole=False)
    asking.stub.will(failing(429, retry_after="2"), cut, GOOD)
    assert (await asking.converse()).text == "Profit is 12."
    assert asking.heard == ["Profit", " is 12", "."]
    assert asking.ledger.entered == [Spent(0, 0), None, Spent(210, 40)]
    assert asking.pauses[0] == 2


async def test_where_nobody_listens_it_is_tried_again_all_the_same(asking: Asking) -> None:
    asking.stub.will(streaming(HALF, whole=False), GOOD)
    turn = await asking.model.converse(ANN, MODEL, MESSAGES, [], most_tokens=400)
    assert turn.text == "Profit is 12."


GIVEN = [*text_chunks("Gr\u00f6\u00dfer", " \U0001f600"), *call_chunks(("look", '{"a": 1}'))]


@pytest.mark.parametrize(
    "events",
    [
        [*GIVEN, *ending("tool_calls")],
        [*GIVEN, *ending("tool_calls")[:-1]],  # no [DONE]
        [*GIVEN, chunk(usage={"prompt_tokens": 210, "completion_tokens": 40}), DONE],
        [e.replace(b"\n", b"\r\n") for e in [*GIVEN, *ending("tool_calls")]],
        [e.replace(b"\n", b"\r") for e in [*GIVEN, *ending("tool_calls")]],
        [b": keep-alive\n\n" + e + b"\n\n" for e in [*GIVEN, *ending("tool_calls")]],
        [b"event: message\nid: 7\nretry: 3\n" + e for e in [*GIVEN, *ending("tool_calls")]],
        [e.replace(b"data: ", b"data:") for e in [*GIVEN, *ending("tool_calls")]],
        [e.replace(b'"choices"', b'\ndata: "choices"') for e in [*GIVEN, *ending("tool_calls")]],
        [chunk(prompt_filter_results=[]), *GIVEN, *ending("tool_calls")],
        [*GIVEN, *ending("tool_calls"), b"data: what comes later is not read\n\n"],
    ],
)
async def test_servers_that_word_it_otherwise_are_understood(
    asking: Asking, events: list[bytes]
) -> None:
    asking.stub.will(streaming(events))
    turn = await asking.converse()
    assert (turn.text, turn.spent) == ("Gr\u00f6\u00dfer \U0001f600", Spent(210, 40))
    assert turn.calls == [ToolCall("call_0x", "look", '{"a": 1}')]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
async def test_it_does_not_matter_where_the_bytes_are_cut(line_end: bytes) -> None:
    body = b"".join([*GIVEN, *ending("tool_calls")]).replace(b"\n", line_end)

    async def told_in(size: int) -> Any:
        async def parts() -> AsyncIterator[bytes]:
            for place in range(0, len(body), size):
                yield body[place : place + size]

        heard: list[str] = []

        async def hear(text: str) -> None:
            heard.append(text)

        return await streamed(parts(), hear), heard

    whole = await told_in(len(body))
    assert whole[0].calls[0].arguments == '{"a": 1}'
    for size in (1, 2, 3, 7, 100, 4096):
        assert await told_in(size) == whole


@pytest.mark.parametrize("usage", [0, "many", {}, {"prompt_tokens": -1, "completion_tokens": 2}])
async def test_without_a_usage_that_can_be_the_reservation_is_entered(
    asking: Asking, usage: Any
) -> None:
    asking.stub.will(saying("Profit", usage=usage))
    assert (await asking.converse()).spent is None
    assert asking.ledger.entered == [None]


async def test_of_usages_that_grow_the_last_counts(asking: Asking) -> None:
    counted = [
        chunk({"content": "x"}, usage={"prompt_tokens": 7, "completion_tokens": n}) for n in (1, 2)
    ]
    asking.stub.will(streaming([*counted, chunk({}, "stop"), DONE]))
    assert (await asking.converse()).spent == Spent(7, 2)


async def test_the_reservation_has_the_tools_in_it(asking: Asking) -> None:
    asking.stub.will(GOOD)
    await asking.converse()
    await asking.converse(TOOL)
    without, with_tool = (held.prompt_tokens for held in asking.ledger.reserved)
    assert with_tool - without >= len(json.dumps(TOOL.parameters)) + len(TOOL.description)


async def test_a_turn_tells_what_it_cost_where_the_ledger_does(asking: Asking) -> None:
    asking.stub.will(GOOD)
    assert (await asking.converse()).cost_nano_usd == COST
    asking.ledger.settles.clear()
    turn = await asking.converse()
    assert (turn.text, turn.cost_nano_usd) == ("Profit is 12.", None)
    asking.ledger.settles.set()


async def test_what_one_who_hears_raises_is_not_taken_for_the_model(asking: Asking) -> None:
    async def hear(_: str) -> None:
        raise RuntimeError("the caller hung up")

    asking.stub.will(GOOD)
    with pytest.raises(RuntimeError):
        await asking.model.converse(ANN, MODEL, MESSAGES, [], most_tokens=400, heard=hear)
    await asking.model.settled()
    assert (len(asking.stub.asked), asking.ledger.entered) == (1, [None])


async def test_a_call_that_is_cut_off_is_entered_as_it_was_reserved(asking: Asking) -> None:
    asking.stub.will(asking.stub.stalling(chunk({"content": "Profit"})))
    under_way = asyncio.create_task(asking.converse())
    await came(asking.stub, 1)
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    await asking.model.settled()
    assert asking.ledger.entered == [None]


async def test_both_ways_to_ask_share_the_breaker(asking: Asking) -> None:
    for _ in range(5):
        assert await asking.fails_to_converse(streaming(HALF)) is WHY.UNREACHABLE
    assert await asking.fails() is WHY.UNREACHABLE
    assert await asking.fails_to_converse() is WHY.UNREACHABLE
    assert len(asking.stub.asked) == 5


async def test_both_ways_to_ask_share_the_places(stub: ModelStub) -> None:
    async with asking_at(stub, llm_concurrency=1) as asking:
        release = asyncio.Event()
        stub.will(held_by(release, GOOD))
        first = asyncio.create_task(asking.converse())
        await came(stub, 1)
        assert await asking.fails() is WHY.BUSY
        release.set()
        assert (await first).text


async def test_without_a_key_or_budget_nothing_is_sent(stub: ModelStub) -> None:
    async with asking_at(stub, openai_api_key="") as asking:
        assert await asking.fails_to_converse() is WHY.NO_KEY
    async with asking_at(stub) as asking:
        asking.ledger.refuse = WHY.BUDGET_EXHAUSTED
        assert await asking.fails_to_converse() is WHY.BUDGET_EXHAUSTED
    assert stub.asked == []


@pytest.mark.parametrize(
    "behaviour",
    [
        saying("the secret of the answer"),
        streaming(HALF),
        streaming([*HALF, event("the secret of the chunk")]),
        streaming([*HALF, event({"error": {"message": "the secret of the error"}})]),
        calling(("look", "the secret of the call")),
    ],
)
async def test_no_key_and_no_text_is_ever_in_a_log(asking: Asking, behaviour: Behaviour) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        with redirect_stderr(io.StringIO()) as err:
            logs.configure("debug", "json")
            asking.stub.will(behaviour)
            try:
                await asking.converse(TOOL)
            except ModelFailure as failure:
                logging.getLogger("test").error("failed", exc_info=failure)
    finally:
        root.handlers[:], root.level = handlers, level
        structlog.reset_defaults()
    assert KEY not in err.getvalue()
    assert "the secret" not in err.getvalue()
