"""Streams: events, downloads, uploads, and callers who go away."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx2
import pytest

from gateway import app
from gateway.http.answers import event
from tests.gateway.conftest import Start, client_of, is_problem, settings_for
from tests.gateway.service import Echo


def events(text: str) -> list[str]:
    return [frame for frame in text.split("\n\n") if frame]


async def test_messages_are_events(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/echo/v1/count?to=3", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in answer.headers
    frames = events(answer.text)
    assert len(frames) == 3
    assert all(frame.startswith("data: {") for frame in frames)
    assert '"number":3' in frames[2]


EVENTS = {"accept": "text/event-stream"}


async def test_events_have_the_names_and_ids_that_the_proto_gives_them(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/echo/v1/steps?to=2", headers=EVENTS)
    assert events(answer.text) == [
        'id: 1\nevent: step\ndata: {"id":"1","kind":"step"}',
        'id: 2\nevent: step\ndata: {"id":"2","kind":"step"}',
    ]


async def test_a_reader_goes_on_after_the_last_event_it_has(client: httpx2.AsyncClient) -> None:
    headers = EVENTS | {"last-event-id": "2"}
    frames = events((await client.get("/echo/v1/steps?to=3", headers=headers)).text)
    assert [frame.split("\n")[0] for frame in frames] == ["id: 3"]


async def test_of_two_rpcs_at_one_path_accept_says_which(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/echo/v1/steps?to=1")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"steps": [{"id": "1", "kind": "step"}]}
    answer = await client.get("/echo/v1/steps?to=1", headers=EVENTS)
    assert answer.headers["content-type"] == "text/event-stream"


async def test_an_empty_stream_is_an_answer_without_events(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/echo/v1/count")
    assert (answer.status_code, answer.text) == (200, "")


def test_json_with_line_breaks_stays_one_event() -> None:
    given = b'{"rows":[\r\n["a\\nb"],\n\n["c"]\r]}'
    frame = event(given, b"tile", b"1")
    head, told = frame.removesuffix(b"\n\n").split(b"data: ")
    assert head == b"id: 1\nevent: tile\n"
    assert not set(b"\r\n").intersection(told)
    assert json.loads(told) == json.loads(given)


async def test_an_error_before_the_first_event_is_an_ordinary_one(
    client: httpx2.AsyncClient,
) -> None:
    assert is_problem(await client.get("/echo/v1/count?fail=true"), 404, "NOT_FOUND")


async def test_an_error_after_the_first_event_is_the_last_event(
    client: httpx2.AsyncClient,
) -> None:
    frames = events((await client.get("/echo/v1/count?to=1&fail=true")).text)
    assert frames[1].startswith("event: error\ndata: {")
    assert '"reason":"NOT_FOUND"' in frames[1]


async def test_a_silent_stream_has_heartbeats_and_ends_with_its_caller(
    start: Start, echo: Echo
) -> None:
    async with start(heartbeat_seconds=0.05) as client:
        async with client.stream("GET", "/echo/v1/count?to=1&wait=true") as answer:
            lines = answer.aiter_lines()
            assert (await anext(lines)).startswith("data: ")
            assert await anext(lines) == ""
            assert await anext(lines) == ": waiting"
        await asyncio.wait_for(echo.cancelled.wait(), 5)


async def test_a_caller_who_goes_away_cancels_the_call(start: Start, echo: Echo) -> None:
    async with start() as client:
        request = asyncio.create_task(client.get("/echo/v1/wait"))
        await asyncio.wait_for(echo.waiting.wait(), 5)
        request.cancel()
        await asyncio.wait_for(echo.cancelled.wait(), 5)


async def test_a_download_is_streamed_with_its_type_and_headers(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/echo/v1/download?to=1000")
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.content == b"".join(b"%d\n" % n for n in range(1000))


async def test_a_download_that_fails_at_once_is_an_ordinary_error(
    client: httpx2.AsyncClient,
) -> None:
    assert is_problem(await client.get("/echo/v1/download?fail=true"), 404, "NOT_FOUND")


async def test_a_download_that_fails_later_is_not_taken_for_a_whole_one(
    client: httpx2.AsyncClient,
) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        await client.get("/echo/v1/download?to=3&fail=true")


async def test_a_download_ends_with_its_caller(start: Start, echo: Echo) -> None:
    async with start() as client:
        async with client.stream("GET", "/echo/v1/download?to=1&wait=true") as answer:
            assert await anext(answer.aiter_bytes()) == b"0\n"
        await asyncio.wait_for(echo.cancelled.wait(), 5)


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"a" * 100_000


async def test_an_upload_is_streamed_and_its_first_message_holds_path_and_query(
    start: Start,
) -> None:
    async with start(body_limit=1000) as client:
        headers = {"content-type": "text/csv"}
        answer = await client.post(
            "/echo/v1/upload/a.csv?note=hi", content=pieces(50), headers=headers
        )
    told = answer.json()
    assert (told["name"], told["note"], told["content_type"]) == ("a.csv", "hi", "text/csv")
    assert told["size"] == 5_000_000
    assert told["messages"] > 10


async def test_an_upload_may_be_gzipped(client: httpx2.AsyncClient) -> None:
    body = gzip.compress(b"a" * 1_000_000)
    headers = {"content-encoding": "gzip"}
    answer = await client.post("/echo/v1/upload/a", content=body, headers=headers)
    assert answer.json()["size"] == 1_000_000


async def test_an_upload_is_capped_while_it_streams(start: Start) -> None:
    async with start(upload_limit=150_000) as client:
        answer = await client.post("/echo/v1/upload/a", content=pieces(50))
    assert is_problem(answer, 413, "BODY_TOO_LARGE")


async def test_a_service_that_refuses_an_upload_is_heard(client: httpx2.AsyncClient) -> None:
    # Many, for the refusal to meet the upload at each of its steps.
    posts = [
        client.post("/echo/v1/upload/a?note=refuse", content=pieces(1 + n % 8)) for n in range(64)
    ]
    for answer in await asyncio.gather(*posts):
        assert is_problem(answer, 409, "FAILED_PRECONDITION")


async def test_stopping_lets_calls_under_way_end_and_takes_no_new_ones(
    services: str, echo: Echo
) -> None:
    async with AsyncExitStack() as stack:
        running = app.running(settings_for(services, call_seconds=0.5))
        http = await stack.enter_async_context(running)
        async with client_of(http) as client:
            request = asyncio.create_task(client.get("/echo/v1/wait"))
            await asyncio.wait_for(echo.waiting.wait(), 5)
            await stack.aclose()
            assert request.done()
            assert is_problem(request.result(), 504, "DEADLINE_EXCEEDED")
            with pytest.raises(httpx2.ConnectError):
                await client.get("/healthz")
