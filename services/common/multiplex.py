"""The serving side of attune.common.v1.MultiplexService: many unary calls over one stream.

A call of its own costs gRPC's Python library about 0.2 ms of CPU on either side, most of it for
each message that is sent or waited for. Calls that share messages share that cost; one that comes
alone is sent at once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import grpc
import structlog
from attune.common.v1 import multiplex_pb2 as pb
from attune.common.v1 import multiplex_pb2_grpc as pb_grpc

from services.common.errors import DomainError
from services.common.interceptors import Context, Pipeline, as_domain_error

log = structlog.get_logger(__name__)

# Answers share a message up to about so many bytes; a larger one has its own.
MESSAGE_BYTES = 1024 * 1024
# Less than a message may have, with room for its neighbours.
LARGEST_BYTES = 12 * 1024 * 1024


class Unimplemented(DomainError):
    code = grpc.StatusCode.UNIMPLEMENTED
    reason = "UNAVAILABLE"


class Multiplexer(pb_grpc.MultiplexServiceServicer):
    """Serves streams of calls to the unary methods of a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._lines: set[Line] = set()
        self._closing = False

    async def Multiplex(  # noqa: N802
        self, requests: AsyncIterator[pb.MultiplexRequest], context: Context
    ) -> AsyncIterator[pb.MultiplexResponse]:
        line = Line(self._pipeline)
        self._lines.add(line)
        if self._closing:
            line.close()
        try:
            async for response in line.serve(requests):
                yield response
        finally:
            self._lines.discard(line)

    def close(self) -> None:
        """Ask callers to send no more, and let the streams end when all is answered."""
        self._closing = True
        for line in self._lines:
            line.close()


class Line:
    """One caller's stream."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._answers: deque[pb.MultiplexResponse.Answer] = deque()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._heard_all = False
        self._closing = False

    async def serve(
        self, requests: AsyncIterator[pb.MultiplexRequest]
    ) -> AsyncIterator[pb.MultiplexResponse]:
        """Answer until the caller sends no more and all is answered."""
        listening = asyncio.create_task(self._listen(requests))
        try:
            while self._answers or self._under_way or not self._heard_all:
                await self._changed.wait()
                self._changed.clear()
                while self._answers or self._closing:
                    yield self._next_message()
        finally:
            listening.cancel()
            for task in self._under_way.values():
                task.cancel()

    def close(self) -> None:
        self._closing = True
        self._changed.set()

    def _next_message(self) -> pb.MultiplexResponse:
        message = pb.MultiplexResponse(closing=self._closing)
        self._closing = False  # once told is enough
        size = 0
        while self._answers and size < MESSAGE_BYTES:
            answer = self._answers.popleft()
            size += len(answer.response)
            message.answers.append(answer)
        return message

    async def _listen(self, requests: AsyncIterator[pb.MultiplexRequest]) -> None:
        try:
            async for request in requests:
                for number in request.cancelled:
                    if task := self._under_way.get(number):
                        task.cancel()
                for call in request.calls:
                    self._begin(call)
        except grpc.aio.BaseError:
            log.debug("a stream of calls broke off")  # what it carried is cancelled with it
        finally:
            self._heard_all = True
            self._changed.set()

    def _begin(self, call: pb.MultiplexRequest.Call) -> None:
        task = asyncio.create_task(self._answer(call))
        self._under_way[call.id] = task
        task.add_done_callback(lambda _: self._end(call.id))

    def _end(self, number: int) -> None:
        self._under_way.pop(number, None)
        self._changed.set()

    async def _answer(self, call: pb.MultiplexRequest.Call) -> None:
        answer = pb.MultiplexResponse.Answer(id=call.id)
        try:
            answer.response = await self._made(call)
        except Exception as err:
            answer.error.CopyFrom(self._pipeline.status_of(seen(err)))
        self._answers.append(answer)

    async def _made(self, call: pb.MultiplexRequest.Call) -> bytes:
        method = self._pipeline.unary.get(call.method)
        if method is None:
            raise Unimplemented(f"there is no method {call.method}")
        request = method.read(call.request)
        seconds = call.timeout_ms / 1000 or None
        answer = method.write(await method.call(request, call.metadata, None, seconds))
        if len(answer) > LARGEST_BYTES:
            raise ValueError(
                f"{call.method}: an answer of {len(answer)} bytes is too large to send"
            )
        return answer


def seen(err: Exception) -> DomainError:
    """What the caller sees of it; the pipeline has logged what it saw itself."""
    if isinstance(err, DomainError):
        return err
    log.error("a multiplexed call failed", exc_info=err)
    return as_domain_error(err)
