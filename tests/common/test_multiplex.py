"""Many calls over one stream, behind the real pipeline."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import grpc
import pytest
from attune.activity.v1 import activity_pb2
from attune.common.v1 import multiplex_pb2 as pb
from attune.common.v1 import multiplex_pb2_grpc as pb_grpc
from google.rpc.error_details_pb2 import ErrorInfo

from services.common.caller import Caller, caller
from services.common.clock import utc_now
from services.common.errors import NotFound
from services.common.tokens import TokenSigner
from tests.common.stubs import Behaviour, stub_serving, stubbed
from tests.suite import PRIVATE_KEY

METHOD = "/attune.activity.v1.ActivityService/GetActivityHistory"
SECONDS = 10.0


def token(organization: str = "acme", subject: str = "ann") -> dict[str, str]:
    who = Caller(organization_id=organization, subject=subject, role="analyst")
    signed, _ = TokenSigner(PRIVATE_KEY, utc_now).sign(who)
    return {"authorization": f"Bearer {signed}"}


def call(number: int, **how: Any) -> pb.MultiplexRequest.Call:
    usual = {"method": METHOD, "metadata": token()}
    return pb.MultiplexRequest.Call(id=number, **(usual | how))


async def whose(_: Any) -> activity_pb2.GetActivityHistoryResponse:
    who = caller()
    return activity_pb2.GetActivityHistoryResponse(user_id=f"{who.organization_id}/{who.subject}")


def raising(error: BaseException) -> Behaviour:
    async def behave(_: Any) -> Any:
        raise error

    return behave


class Forever:
    """Waits, and tells when it began and when it was cancelled."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def __call__(self, _: Any) -> Any:
        self.began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


async def answers(
    behaviour: Behaviour, *requests: pb.MultiplexRequest
) -> dict[int, pb.MultiplexResponse.Answer]:
    """What came of these messages, after which nothing more was sent; by the calls' ids."""
    async with stubbed(behaviour) as channel:
        stream = pb_grpc.MultiplexServiceStub(channel).Multiplex(iter(requests))
        return {answer.id: answer async for message in stream for answer in message.answers}


async def one(behaviour: Behaviour, **how: Any) -> pb.MultiplexResponse.Answer:
    found = await answers(behaviour, pb.MultiplexRequest(calls=[call(1, **how)]))
    return found[1]


async def next_of(stream: Any) -> pb.MultiplexResponse:
    message = await stream.read()
    assert isinstance(message, pb.MultiplexResponse)
    return message


def told(answer: pb.MultiplexResponse.Answer) -> tuple[grpc.StatusCode, str]:
    """The code and the reason of an error."""
    info = ErrorInfo()
    if answer.error.details:
        answer.error.details[0].Unpack(info)
    code = next(c for c in grpc.StatusCode if c.value[0] == answer.error.code)
    return code, info.reason


async def test_each_call_is_its_own_callers() -> None:
    calls = [call(n, metadata=token(f"org{n % 2}", f"user{n}")) for n in range(1, 40)]
    found = await answers(
        whose, pb.MultiplexRequest(calls=calls[:20]), pb.MultiplexRequest(calls=calls[20:])
    )
    read = activity_pb2.GetActivityHistoryResponse.FromString
    assert {n: read(answer.response).user_id for n, answer in found.items()} == {
        n: f"org{n % 2}/user{n}" for n in range(1, 40)
    }


async def test_a_call_without_a_token_is_refused_and_its_neighbours_are_not() -> None:
    message = pb.MultiplexRequest(calls=[call(1, metadata={}), call(2)])
    found = await answers(whose, message)
    assert told(found[1]) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert found[2].WhichOneof("outcome") == "response"


async def test_errors_keep_their_reason() -> None:
    assert told(await one(raising(NotFound("nothing here")))) == (
        grpc.StatusCode.NOT_FOUND,
        "NOT_FOUND",
    )


async def test_field_rules_hold() -> None:
    request = activity_pb2.GetActivityHistoryRequest(limit=5000).SerializeToString()
    assert told(await one(whose, request=request)) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_FIELD",
    )


async def test_a_bug_stays_inside() -> None:
    answer = await one(raising(RuntimeError("the password is hunter2")))
    assert told(answer)[0] is grpc.StatusCode.INTERNAL
    assert b"hunter2" not in answer.SerializeToString()


async def test_what_is_no_request_message_is_an_error_of_that_call_alone() -> None:
    message = pb.MultiplexRequest(calls=[call(1, request=b"\xff\xff"), call(2)])
    found = await answers(whose, message)
    assert told(found[1])[0] is grpc.StatusCode.INTERNAL
    assert found[2].WhichOneof("outcome") == "response"


@pytest.mark.parametrize(
    "method",
    [
        "/attune.activity.v1.ActivityService/Nothing",
        "/attune.activity.v1.ActivityService/SnapshotActivities",
        "",
    ],
)
async def test_only_unary_methods_can_be_called(method: str) -> None:
    assert told(await one(whose, method=method))[0] is grpc.StatusCode.UNIMPLEMENTED


async def test_a_call_ends_when_its_caller_waits_no_longer() -> None:
    forever = Forever()
    answer = await one(forever, timeout_ms=20)
    assert told(answer) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
    assert forever.cancelled.is_set()


async def test_an_answer_too_large_to_send_fails_alone() -> None:
    async def large(_: Any) -> Any:
        return activity_pb2.GetActivityHistoryResponse(user_id="a" * 13 * 1024 * 1024)

    assert told(await one(large))[0] is grpc.StatusCode.INTERNAL


async def test_a_cancelled_call_is_stopped_and_the_stream_goes_on() -> None:
    forever = Forever()
    async with asyncio.timeout(SECONDS), stubbed(forever) as channel:
        stream = pb_grpc.MultiplexServiceStub(channel).Multiplex()
        await stream.write(pb.MultiplexRequest(calls=[call(1)]))
        await forever.began.wait()
        await stream.write(pb.MultiplexRequest(cancelled=[1, 77]))
        await forever.cancelled.wait()
        await stream.write(pb.MultiplexRequest(calls=[call(2, metadata={})]))
        assert [answer.id for answer in (await next_of(stream)).answers] == [2]
        stream.cancel()


async def test_a_caller_who_goes_away_cancels_its_calls() -> None:
    forever = Forever()
    async with asyncio.timeout(SECONDS), stubbed(forever) as channel:
        stream = pb_grpc.MultiplexServiceStub(channel).Multiplex()
        await stream.write(pb.MultiplexRequest(calls=[call(1)]))
        await forever.began.wait()
        stream.cancel()
        await forever.cancelled.wait()


async def test_a_server_that_stops_answers_what_is_under_way_and_says_so() -> None:
    began, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Any) -> Any:
        began.set()
        await goes_on.wait()
        return activity_pb2.GetActivityHistoryResponse(user_id="done")

    async with asyncio.timeout(SECONDS), AsyncExitStack() as stack:
        service = stub_serving(slow)
        address = await service.__aenter__()
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
        stream = pb_grpc.MultiplexServiceStub(channel).Multiplex()
        await stream.write(pb.MultiplexRequest(calls=[call(1)]))
        await began.wait()
        stopping = asyncio.create_task(service.__aexit__(None, None, None))
        assert (await next_of(stream)).closing
        goes_on.set()
        assert [answer.id for answer in (await next_of(stream)).answers] == [1]
        await stream.done_writing()
        await stopping
        assert await stream.code() is grpc.StatusCode.OK
