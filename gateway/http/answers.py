"""Answers that are not one JSON document: pages and files, downloads, server-sent events."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import grpc
from attune.common.v1.http_pb2 import HttpResponse
from google.api.httpbody_pb2 import HttpBody

from gateway.http.problems import Headers, from_rpc
from gateway.http.visit import Visit

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FRAMING = {"connection", "content-length", "content-type", "keep-alive", "transfer-encoding"}
EVENTS = b"text/event-stream"
LINE_BREAKS = bytes.maketrans(b"\r\n", b"  ")
HEARTBEAT = b": waiting\n\n"
STREAM_HEADERS: Headers = [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]


def response_of(body: HttpBody) -> tuple[int, Headers]:
    """The status and headers that a service packed beside the bytes."""
    given = HttpResponse()
    for extension in body.extensions:
        extension.Unpack(given)
    return given.status or 200, [
        (name.lower().encode(), value.encode("latin-1"))
        for name, value in sorted(given.headers.items())
        if sendable(name, value)
    ]


def sendable(name: str, value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return bool(
        TOKEN.fullmatch(name)
        and name.lower() not in FRAMING
        and not any(ord(char) < 32 for char in value)
    )


async def send_body(visit: Visit, body: HttpBody) -> None:
    status, headers = response_of(body)
    await visit.answer(body.data, body.content_type.encode("latin-1", "replace"), status, headers)


async def send_download(visit: Visit, call: Any) -> None:
    """A stream of HttpBody as one body in chunks; the first says what it is."""
    with visit.cancelling(call.cancel):
        while (body := await call.read()) is not grpc.aio.EOF:
            if not visit.status:
                status, headers = response_of(body)
                kind = body.content_type.encode("latin-1", "replace")
                await visit.start(status, kind, headers)
            if body.data:
                await visit.write(body.data)
    if visit.status:
        await visit.write(b"", more=False)
    else:
        await visit.answer(b"", b"application/octet-stream")


async def send_events(
    visit: Visit, call: Any, frame: Callable[[Any], bytes], heartbeat: float
) -> None:
    """Each message as an event, by `frame`; a comment where there was none for `heartbeat` seconds.

    An error before the first event is an ordinary answer, one after it an event named error.
    """
    try:
        with visit.cancelling(call.cancel):
            await copy_events(visit, call, frame, heartbeat)
    except grpc.aio.AioRpcError as error:
        if not visit.status:
            raise
        problem = from_rpc(error)
        visit.trouble(problem, error)
        await visit.write(event(problem.document(visit.request_id), b"error"))
    await visit.write(b"", more=False)


async def copy_events(
    visit: Visit, call: Any, frame: Callable[[Any], bytes], heartbeat: float
) -> None:
    reading = asyncio.ensure_future(call.read())
    try:
        while True:
            done, _ = await asyncio.wait((reading,), timeout=heartbeat)
            message = reading.result() if done else None
            if not visit.status:
                await visit.start(200, EVENTS, STREAM_HEADERS)
            if message is grpc.aio.EOF:
                return
            await visit.write(frame(message) if done else HEARTBEAT)
            if done:
                reading = asyncio.ensure_future(call.read())
    finally:
        reading.cancel()
        call.cancel()


def event(data: bytes, name: bytes = b"", number: bytes = b"") -> bytes:
    """One frame of JSON, on one line: a line break would end its data.

    What callers gave keeps their white space; within strings JSON has line breaks escaped, so that
    those here stand between values, where a space means the same.
    """
    head = b"id: " + number + b"\n" if number else b""
    head += b"event: " + name + b"\n" if name else b""
    return head + b"data: " + data.translate(LINE_BREAKS) + b"\n\n"
