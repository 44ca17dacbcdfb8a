"""What happens to errors, deadlines and requests on their way through the pipeline."""

import asyncio
from typing import Any

import asyncpg
import grpc
import pytest
from attune.activity.v1 import activity_pb2 as pb
from attune.activity.v1 import activity_pb2_grpc as pb_grpc
from google.rpc.error_details_pb2 import ErrorInfo

from services.common import interceptors
from services.common.caller import Caller, caller
from services.common.clock import utc_now
from services.common.errors import (
    FailedPrecondition,
    InvalidFields,
    NotFound,
    Unavailable,
    Violation,
)
from services.common.telemetry import RPC_ACTIVE, RPC_SECONDS
from services.common.tokens import TokenSigner
from tests.common.stubs import Behaviour, stubbed
from tests.suite import PRIVATE_KEY, reason_of, unpack, violations_of

METHOD = "/attune.activity.v1.ActivityService/GetActivityHistory"


def metadata(role: str = "analyst", subject: str = "ann") -> Any:
    signer = TokenSigner(PRIVATE_KEY, utc_now)
    token, _ = signer.sign(Caller(organization_id="acme", subject=subject, role=role))
    return (("authorization", f"Bearer {token}"),)


async def ask(behaviour: Behaviour, **how: Any) -> pb.GetActivityHistoryResponse:
    async with stubbed(behaviour) as channel:
        stub = pb_grpc.ActivityServiceStub(channel)
        request = pb.GetActivityHistoryRequest(**how.pop("fields", {}))
        return await stub.GetActivityHistory(request, metadata=metadata(), **how)


async def failure(behaviour: Behaviour, **how: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await ask(behaviour, **how)
    return err.value


def raising(error: BaseException) -> Behaviour:
    async def behave(_: Any) -> Any:
        raise error

    return behave


@pytest.mark.parametrize(
    "bug",
    [
        RuntimeError("secret: the password is hunter2"),
        KeyError("secret"),
        AssertionError("secret"),
        RecursionError("secret"),
        asyncpg.UndefinedTableError('relation "secret" does not exist'),
        asyncpg.DataError("secret"),
    ],
    ids=lambda bug: type(bug).__name__,
)
async def test_a_bug_is_an_internal_error_and_says_nothing_more(bug: Exception) -> None:
    err = await failure(raising(bug))
    assert (err.code(), err.details()) == (grpc.StatusCode.INTERNAL, "internal error")
    assert reason_of(err) == "INTERNAL"
    told = str(err.trailing_metadata()) + str(err)
    assert "secret" not in told
    assert type(bug).__name__ not in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (NotFound("gone"), grpc.StatusCode.NOT_FOUND, "NOT_FOUND"),
        (FailedPrecondition("no"), grpc.StatusCode.FAILED_PRECONDITION, "FAILED_PRECONDITION"),
        (Unavailable("full"), grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
        (ConnectionRefusedError(), grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
        (asyncpg.InterfaceError("closed"), grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
        (asyncpg.CannotConnectNowError("up"), grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
        (asyncpg.AdminShutdownError("bye"), grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
        (asyncpg.QueryCanceledError("x"), grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"),
        (TimeoutError(), grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_an_error_that_callers_can_act_on_has_its_code_and_reason(
    error: Exception, code: grpc.StatusCode, reason: str
) -> None:
    err = await failure(raising(error))
    assert (err.code(), reason_of(err)) == (code, reason)


async def test_an_error_carries_its_domain_and_metadata() -> None:
    info = ErrorInfo()
    unpack(await failure(raising(Unavailable("full", retry_after=7))), info)
    assert (info.domain, dict(info.metadata)) == ("stub.attune", {"retry_after": "7"})


@pytest.mark.parametrize("text", ["half a pair: \ud800", "é 😀", "", "a\0b", "x" * 20_000, "a\nb"])
async def test_whatever_an_error_says_reaches_the_caller_as_its_code(text: str) -> None:
    assert (await failure(raising(NotFound(text)))).code() is grpc.StatusCode.NOT_FOUND


async def test_every_violation_is_named() -> None:
    both = InvalidFields(Violation("a", "is wrong"), Violation("b[1].c", "is missing"))
    err = await failure(raising(both))
    assert violations_of(err) == {"a": "is wrong", "b[1].c": "is missing"}


async def test_of_very_many_violations_those_are_named_that_fit_into_an_error() -> None:
    many = InvalidFields(*(Violation(f"list[{n}]", "must not be empty é😀") for n in range(5000)))
    err = await failure(raising(many))
    assert err.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert list(violations_of(err))[:2] == ["list[0]", "list[1]"]
    assert len(violations_of(err)) > 25


async def test_broken_field_rules_are_named_before_the_servicer_is_reached() -> None:
    fields = {"limit": 1001, "activity_type": "dance", "page_token": "a\0b"}
    err = await failure(raising(AssertionError("reached")), fields=fields)
    assert reason_of(err) == "INVALID_FIELD"
    assert set(violations_of(err)) == {"limit", "activity_type", "page_token"}


async def test_the_servers_deadline_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interceptors, "DEFAULT_DEADLINE_SECONDS", 0.05)
    ended = asyncio.Event()

    async def work(_: Any) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    err = await failure(work)
    assert err.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert reason_of(err) == "DEADLINE_EXCEEDED"
    assert ended.is_set()


async def test_a_caller_who_goes_away_cancels_the_work() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def work(_: Any) -> Any:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with stubbed(work) as channel:
        stub = pb_grpc.ActivityServiceStub(channel)
        call = stub.GetActivityHistory(pb.GetActivityHistoryRequest(), metadata=metadata())
        waiting = asyncio.ensure_future(call)
        async with asyncio.timeout(10):
            await began.wait()
            call.cancel()
            await ended.wait()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_a_stream_that_fails_in_the_middle_ends_with_its_code() -> None:
    async with stubbed(raising(NotFound("gone"))) as channel:
        stub = pb_grpc.ActivityServiceStub(channel)
        stream = stub.SnapshotActivities(
            pb.SnapshotActivitiesRequest(), metadata=metadata("service")
        )
        first = await stream.read()
        assert isinstance(first, pb.SnapshotActivitiesResponse)
        assert first.as_of == 1
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await stream.read()
    assert err.value.code() is grpc.StatusCode.NOT_FOUND


async def test_each_call_sees_its_own_caller() -> None:
    met = asyncio.Barrier(10)

    async def behave(_: Any) -> Any:
        await met.wait()
        return pb.GetActivityHistoryResponse(user_id=caller().subject)

    async with stubbed(behave) as channel:
        stub = pb_grpc.ActivityServiceStub(channel)
        names = [f"user{n}" for n in range(10)]
        calls = [
            stub.GetActivityHistory(pb.GetActivityHistoryRequest(), metadata=metadata(subject=name))
            for name in names
        ]
        assert [answer.user_id for answer in await asyncio.gather(*calls)] == names


async def test_calls_are_counted_by_method_and_code() -> None:
    before, active = counted("NOT_FOUND"), RPC_ACTIVE._value.get()
    await failure(raising(NotFound("gone")))
    assert counted("NOT_FOUND") == before + 1
    assert RPC_ACTIVE._value.get() == active


def counted(code: str) -> float:
    samples = next(iter(RPC_SECONDS.collect())).samples
    labels = {"method": METHOD, "code": code}
    return sum(s.value for s in samples if s.name.endswith("_count") and s.labels == labels)


async def test_an_unknown_method_is_unimplemented() -> None:
    async with stubbed(raising(NotFound("gone"))) as channel:
        call: Any = channel.unary_unary("/attune.activity.v1.ActivityService/Nothing")
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await call(b"", metadata=metadata())
    assert err.value.code() is grpc.StatusCode.UNIMPLEMENTED
