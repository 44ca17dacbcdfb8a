"""The calling side of attune.common.v1.MultiplexService: short calls that share a stream.

What comes up while a message is being sent goes together in the next one. So a lone call waits for
nobody, and under load the cost of gRPC's messages is shared.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import grpc
from attune.common.v1 import multiplex_pb2 as pb
from attune.common.v1 import multiplex_pb2_grpc as pb_grpc
from google.rpc.status_pb2 import Status

from gateway.backends import Verdict

# A line with so many calls under way is full, and the next one opens.
CALLS_A_LINE = 64
# A message holds at most so many calls of at most so many bytes each.
CALLS_A_MESSAGE = 100
LARGEST_CALL = 64 * 1024
# After so many seconds a line takes no new calls: a connection that a service wants to end can.
LINE_SECONDS = 60.0
# A service that cannot multiplex is asked again after so many seconds.
UNABLE_SECONDS = 60.0

CODES = {code.value[0]: code for code in grpc.StatusCode}
LOST = "the connection to the service was lost"
BROKEN = (grpc.aio.AioRpcError, grpc.aio.InternalError, asyncio.InvalidStateError)

Metadata = tuple[tuple[str, str], ...]
Answer = asyncio.Future[bytes]


class Unable(Exception):
    """The service does not multiplex: make the call by itself."""


class Multiplexer:
    """The lines to one replica of a service."""

    def __init__(
        self, channel: grpc.aio.Channel, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stub = pb_grpc.MultiplexServiceStub(channel)
        self._clock = clock
        self._lines: list[Line] = []
        self._unable_until = 0.0

    def takes(self, request: bytes) -> bool:
        """Whether a call is short enough to go with others, and the service can take it so."""
        return len(request) <= LARGEST_CALL and self._clock() >= self._unable_until

    def call(self, method: str, request: bytes, seconds: float, metadata: Metadata) -> Answer:
        """The serialized response to come; its errors are Unable and AioRpcError, the latter as of
        a call by itself. Who cancels it cancels the call.
        """
        call = pb.MultiplexRequest.Call(
            method=method, request=request, metadata=dict(metadata), timeout_ms=int(seconds * 1000)
        )
        return self._line().send(call, seconds)

    def _line(self) -> "Line":
        """One that has room; a new one where none has."""
        now = self._clock()
        for line in self._lines:
            if line.began + LINE_SECONDS <= now:
                line.close()
        self._lines = [line for line in self._lines if line.open]
        for line in self._lines:
            if line.has_room:
                return line
        line = Line(self._stub, now, self._note_unable)
        self._lines.append(line)
        return line

    def _note_unable(self) -> None:
        self._unable_until = self._clock() + UNABLE_SECONDS

    async def aclose(self) -> None:
        """Break off whatever is under way."""
        await asyncio.gather(*(line.abandon() for line in self._lines))


class Line:
    """A stream of calls to one replica of a service."""

    def __init__(self, stub: Any, began: float, unable: Callable[[], None]) -> None:
        self.began = began
        self.open = True
        self._unable = unable
        self._numbers = count(1)
        self._waiting: dict[int, Answer] = {}
        self._calls: list[pb.MultiplexRequest.Call] = []
        self._cancelled: list[int] = []
        self._changed = asyncio.Event()
        self._stream = stub.Multiplex()
        self._verdict = Verdict(self._stream)
        self._tasks = (asyncio.create_task(self._write()), asyncio.create_task(self._read()))

    @property
    def has_room(self) -> bool:
        return len(self._waiting) < CALLS_A_LINE

    def send(self, call: pb.MultiplexRequest.Call, seconds: float) -> Answer:
        """Send the call with whatever else is ready; the future ends with it, or is cancelled."""
        loop = asyncio.get_running_loop()
        answer: Answer = loop.create_future()
        call.id = number = next(self._numbers)
        late = loop.call_later(seconds, settle, answer, deadline_exceeded())
        answer.add_done_callback(lambda _: self._over(number, late))
        self._waiting[number] = answer
        self._calls.append(call)
        self._changed.set()
        return answer

    def close(self) -> None:
        """Take no more calls; the stream ends when those under way are answered."""
        self.open = False
        self._changed.set()

    async def abandon(self) -> None:
        self._stream.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _over(self, number: int, late: asyncio.TimerHandle) -> None:
        late.cancel()
        if self._waiting.pop(number, None) is not None:  # given up, not answered
            self._cancelled.append(number)
            self._changed.set()

    async def _write(self) -> None:
        try:
            while self.open or self._calls:
                await self._changed.wait()
                self._changed.clear()
                while self._calls or self._cancelled:
                    await self._stream.write(self._next_message())
            await self._stream.done_writing()
        except BROKEN:
            pass  # whoever reads hears of it as well

    def _next_message(self) -> pb.MultiplexRequest:
        calls, self._calls = self._calls[:CALLS_A_MESSAGE], self._calls[CALLS_A_MESSAGE:]
        cancelled, self._cancelled = self._cancelled, []
        return pb.MultiplexRequest(calls=calls, cancelled=cancelled)

    async def _read(self) -> None:
        error: Exception = unavailable()
        try:
            async for response in self._stream:
                for answer in response.answers:
                    self._settle(answer)
                if response.closing:
                    self.close()
        except BROKEN as err:
            if code_of(self._verdict.error or err) is grpc.StatusCode.UNIMPLEMENTED:
                error = Unable()
                self._unable()
        finally:
            self.close()
            waiting, self._waiting = self._waiting, {}
            for future in waiting.values():
                settle(future, error)

    def _settle(self, answer: pb.MultiplexResponse.Answer) -> None:
        future = self._waiting.pop(answer.id, None)
        if future is None:
            return
        if answer.WhichOneof("outcome") == "error":
            settle(future, error_of(answer.error))
        elif not future.done():
            future.set_result(answer.response)


def settle(future: Answer, error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def code_of(error: Exception) -> grpc.StatusCode | None:
    return error.code() if isinstance(error, grpc.aio.AioRpcError) else None


def error_of(status: Status) -> grpc.aio.AioRpcError:
    """The error as a call by itself would have raised it."""
    details = grpc.aio.Metadata(("grpc-status-details-bin", status.SerializeToString()))
    code = CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    return grpc.aio.AioRpcError(code, None, details, status.message)


def unavailable() -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, details=LOST)


def deadline_exceeded() -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(grpc.StatusCode.DEADLINE_EXCEEDED, details="Deadline Exceeded")
