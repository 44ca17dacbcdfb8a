"""Deadlines, answers that are none, tokens, and what is refused before it is sent."""

from datetime import datetime
from typing import Any

import pytest
from anyio import create_task_group
from anyio.to_thread import run_sync
from attune.common.v1 import errors_pb2

from attune_client import (
    NEVER,
    AsyncAttuneClient,
    AttuneClient,
    DeadlineExceeded,
    InvalidFields,
    NotConfigured,
    NotFound,
    Refused,
    Unauthenticated,
    UnexpectedAnswer,
    Unreachable,
    Violation,
)
from attune_client.errors import BY_REASON
from tests.client.calling import Calling, calling
from tests.client.stub import Asked, Connection, Stub, answer, dripping, problem, reset, silence

STATS = {"total_count": 3, "avg_score": 4, "a_new_field": {"of": "the server"}}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"


def stats(client: Any) -> Any:
    return client.feedback.stats


def export(client: Any) -> Any:
    return client.feedback.export


@pytest.mark.parametrize(
    "react",
    [silence, dripping(HEAD), dripping(b"HTTP/1.1 200 OK\r\nx-slow: ")],
    ids=["no answer", "a slow body", "slow headers"],
)
async def test_a_call_ends_at_its_deadline_however_the_server_dawdles(
    client: Calling, stub: Stub, react: Any
) -> None:
    stub.will(react)
    with pytest.raises(DeadlineExceeded, match="had no answer within"):
        await client.do(stats, timeout=0.2)
    await stub.gone.wait()
    assert len(stub.asked) == 1


async def test_the_servers_own_deadline_is_a_deadline_too(client: Calling, stub: Stub) -> None:
    stub.will(problem(504, "DEADLINE_EXCEEDED"))
    with pytest.raises(DeadlineExceeded):
        await client.do(stats)


async def test_fields_that_the_client_does_not_know_are_ignored(
    client: Calling, stub: Stub
) -> None:
    stub.will(answer(body=STATS))
    found = await client.do(stats)
    assert (found.total_count, found.avg_score, found.avg_tokens) == (3, 4.0, None)


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"[]", b'{"total_count": "3"}', b"\xff"])
async def test_an_answer_of_another_shape_is_told_of(
    client: Calling, stub: Stub, body: bytes
) -> None:
    stub.will(answer(body=body))
    with pytest.raises(UnexpectedAnswer):
        await client.do(stats)


async def test_a_redirection_is_not_followed(client: Calling, stub: Stub) -> None:
    stub.will(answer(302, b"", location="http://127.0.0.1:1/"))
    with pytest.raises(UnexpectedAnswer):
        await client.do(stats)


async def test_every_reason_of_the_api_has_an_error_of_its_own(stub: Stub) -> None:
    values = errors_pb2.ErrorReason.DESCRIPTOR.values
    reasons = [value.name.removeprefix("ERROR_REASON_") for value in values if value.number]
    assert set(BY_REASON) == set(reasons)
    assert len(set(BY_REASON.values())) == len(reasons)
    async with AsyncAttuneClient(stub.url, "t", retries=NEVER) as client:
        for reason in reasons:
            stub.will(problem(400, reason))
            with pytest.raises(Refused) as error:
                await client.feedback.stats()
            assert type(error.value) is BY_REASON[reason]
            assert (error.value.reason, error.value.request_id) == (reason, "r-1")


async def test_violations_are_named(client: Calling, stub: Stub) -> None:
    stub.will(problem(422, "INVALID_FIELD"))
    with pytest.raises(InvalidFields, match=r"because \(request r-1\)") as error:
        await client.do(stats)
    assert error.value.violations == (Violation("score", "must be 5"),)


async def test_a_reason_that_the_client_does_not_know_is_an_error_of_its_status(
    client: Calling, stub: Stub
) -> None:
    stub.will(problem(404, "GONE_FISHING"))
    with pytest.raises(NotFound) as error:
        await client.do(stats)
    assert error.value.reason == "GONE_FISHING"
    stub.will(problem(418, "TEAPOT"))
    with pytest.raises(Refused):
        await client.do(stats)


class Tokens:
    """Makes one token after the other."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return f"token-{self.made}"


async def only_token_2(connection: Connection, asked: Asked) -> None:
    good = asked.headers["authorization"] == "Bearer token-2"
    react = answer(body=STATS) if good else problem(401, "UNAUTHENTICATED")
    await react(connection, asked)


async def test_a_refused_token_is_made_anew_once(stub: Stub, kind: str) -> None:
    tokens = Tokens()
    stub.will(only_token_2)
    async with calling(kind, stub.url, tokens) as client:
        await client.do(stats)
        await client.do(stats)
        assert (tokens.made, len(stub.asked)) == (2, 3)
        stub.will(problem(401, "UNAUTHENTICATED"))
        with pytest.raises(Unauthenticated):
            await client.do(stats)
    assert (tokens.made, len(stub.asked)) == (3, 5)


async def test_calls_at_the_same_moment_share_one_new_token(stub: Stub) -> None:
    tokens = Tokens()
    stub.will(only_token_2)
    async with AsyncAttuneClient(stub.url, tokens) as client, create_task_group() as group:
        for _ in range(5):
            group.start_soon(client.feedback.stats)
    assert tokens.made == 2


async def test_a_token_that_is_none_is_refused_and_not_shown(stub: Stub, kind: str) -> None:
    for token in ("secret\n", "secrét", lambda: "secret\x00"):
        async with calling(kind, stub.url, token) as client:
            with pytest.raises(ValueError, match="no token has") as error:
                await client.do(stats)
            assert "secr" not in str(error.value) + repr(error.value.__cause__)
    assert stub.asked == []


async def test_a_coroutine_may_make_the_token(stub: Stub) -> None:
    tokens = Tokens()

    async def make() -> str:
        return tokens()

    stub.will(only_token_2)
    async with AsyncAttuneClient(stub.url, make) as client:
        assert (await client.feedback.stats()).total_count == 3


async def test_a_client_may_be_shared_by_threads(stub: Stub) -> None:
    async def echo(connection: Connection, asked: Asked) -> None:
        await answer(body={"total_count": int(asked.target.rpartition("=")[2])})(connection, asked)

    stub.will(echo)
    found: dict[int, int] = {}
    async with calling("sync", stub.url, "t") as client, create_task_group() as group:

        async def ask(n: int) -> None:
            found[n] = (await client.do(stats, conversation_id=str(n))).total_count

        for n in range(50):
            group.start_soon(ask, n)
    assert found == {n: n for n in range(50)}


async def test_a_token_that_is_given_is_not_tried_twice(client: Calling, stub: Stub) -> None:
    stub.will(problem(401, "UNAUTHENTICATED"))
    with pytest.raises(Unauthenticated):
        await client.do(stats)
    assert len(stub.asked) == 1


async def test_what_a_maker_of_tokens_raises_is_raised(stub: Stub, kind: str) -> None:
    def make() -> str:
        raise LookupError("no vault")

    async with calling(kind, stub.url, make) as client:
        with pytest.raises(LookupError, match="no vault"):
            await client.do(stats)
    assert stub.asked == []


async def test_a_file_comes_in_parts_and_may_break_off(client: Calling, stub: Stub) -> None:
    stub.will(problem(503, "UNAVAILABLE"), answer(body=b"0123456789"))
    assert await client.file(export) == b"0123456789"

    async def half(connection: Connection, asked: Asked) -> None:
        connection.writer.write(HEAD + b"half")
        await connection.writer.drain()

    stub.will(half)
    with pytest.raises(Unreachable):
        await client.file(export)
    stub.will(reset)
    with pytest.raises(Unreachable):
        await client.file(export)


async def test_each_part_of_a_file_is_waited_for_so_long(client: Calling, stub: Stub) -> None:
    async def stalls(connection: Connection, asked: Asked) -> None:
        connection.writer.write(HEAD + b"half")
        await silence(connection, asked)

    stub.will(stalls)
    with pytest.raises(DeadlineExceeded):
        await client.file(export, timeout=0.2)
    await stub.gone.wait()


async def test_a_file_that_is_left_half_read_lets_its_connection_go(
    client: Calling, stub: Stub
) -> None:
    stub.will(dripping(HEAD))
    parts = export(client.client)()
    if isinstance(client.client, AttuneClient):
        await run_sync(lambda: next(parts))
        await run_sync(parts.close)
    else:
        await anext(parts)
        await parts.aclose()
    await stub.gone.wait()


@pytest.mark.parametrize(
    ("method", "args", "fields"),
    [
        ("activity.history", (), {"start_time": datetime(2026, 1, 1)}),  # noqa: DTZ001
        ("activity.log", ("query",), {"created_at": datetime(2026, 1, 1)}),  # noqa: DTZ001
        ("activity.log", ("query",), {"metadata": {"share": float("nan")}}),
        ("conversations.get", ("",), {}),
        ("feedback.stats", (), {"timeout": 0}),
        ("feedback.submit", ("c", 5), {"idempotency_key": "ä"}),
        ("conversations.start", (), {"idempotency_key": ""}),
    ],
)
async def test_what_cannot_be_right_is_refused_before_it_is_sent(
    client: Calling, stub: Stub, method: str, args: Any, fields: Any
) -> None:
    resource, name = method.split(".")
    act = client.all if name == "history" else client.do
    with pytest.raises(ValueError):  # noqa: PT011 - each says another thing
        await act(lambda c: getattr(getattr(c, resource), name), *args, **fields)
    assert stub.asked == []


async def test_an_id_stays_one_part_of_the_path(client: Calling, stub: Stub) -> None:
    stub.will(problem(404, "NOT_FOUND"))
    for name in ("a/b", "..", "ä?b#c"):
        with pytest.raises(NotFound):
            await client.do(lambda c: c.conversations.get, name)
    found = [asked.target.removeprefix("/api/v1/conversations/") for asked in stub.asked]
    assert found == ["a%2Fb", "%2E%2E", "%C3%A4%3Fb%23c"]


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://h", "http://", "http:///api"])
def test_an_address_says_how_and_where(url: str) -> None:
    with pytest.raises(ValueError, match="base_url must be like"):
        AttuneClient(url, "t")


def test_an_address_and_a_token_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATTUNE_URL", raising=False)
    monkeypatch.delenv("ATTUNE_TOKEN", raising=False)
    with pytest.raises(NotConfigured, match="ATTUNE_URL"):
        AttuneClient()
    monkeypatch.setenv("ATTUNE_URL", "http://127.0.0.1:1")
    with pytest.raises(NotConfigured, match="ATTUNE_TOKEN"):
        AsyncAttuneClient()
    monkeypatch.setenv("ATTUNE_TOKEN", "t")
    AttuneClient().close()
