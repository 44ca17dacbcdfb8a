"""Reading request bodies: capped, inflated where gzipped, whole or as they arrive."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from gateway.http.problems import Problem, malformed, too_large, unsupported

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Headers = dict[bytes, bytes]

GZIP_WINDOW = 31  # zlib's number for a gzip header and the largest window
PIECE = 64 * 1024


class ClientGone(Exception):
    """The caller closed the connection: nobody is left to answer."""


async def chunks(headers: Headers, receive: Receive, limit: int) -> AsyncIterator[bytes]:
    """The body's bytes as they arrive, inflated; raises once they are more than `limit`."""
    if int(headers.get(b"content-length", b"0")) > limit:
        raise too_large(limit)
    total = 0
    inflated = inflating(headers)
    async for data in arriving(receive):
        for piece in inflated(data):
            total += len(piece)
            if total > limit:
                raise too_large(limit)
            if piece:
                yield piece


async def arriving(receive: Receive) -> AsyncIterator[bytes]:
    """What the server hands out; an empty piece at the end, so that streams can finish."""
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ClientGone
        more = event.get("more_body", False)
        if event.get("body"):
            yield event["body"]
    yield b""


Inflate = Callable[[bytes], Iterator[bytes]]


def inflating(headers: Headers) -> Inflate:
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding in (b"", b"identity"):
        return lambda data: iter((data,))
    if encoding in (b"gzip", b"x-gzip"):
        return gunzip(zlib.decompressobj(GZIP_WINDOW))
    raise unsupported("Content-Encoding must be gzip or identity")


def gunzip(stream: "zlib._Decompress") -> Inflate:
    """Inflates piece by piece, so that a bomb is noticed before it has gone off."""

    def inflate(data: bytes) -> Iterator[bytes]:
        if not data and not stream.eof:
            raise malformed("the body ends before its gzip stream does")
        piece = b""
        while data or len(piece) == PIECE:
            try:
                piece = stream.decompress(data, PIECE)
            except zlib.error:
                raise malformed("the body is not gzip") from None
            yield piece
            if stream.unused_data:
                raise malformed("the body goes on after its gzip stream")
            data = stream.unconsumed_tail

    return inflate


async def whole(headers: Headers, receive: Receive, limit: int, patience: float) -> bytes:
    """The whole body, which must arrive within `patience` seconds."""
    if headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers:
        return b""
    try:
        async with asyncio.timeout(patience):
            return b"".join([piece async for piece in chunks(headers, receive, limit)])
    except TimeoutError:
        raise Problem(408, "DEADLINE_EXCEEDED", "the body took too long to arrive") from None


def is_json(content_type: bytes) -> bool:
    """Whether a body of this type may be read as JSON: named so, in UTF-8, or not named."""
    kind, _, parameters = content_type.lower().partition(b";")
    charset = parameters.partition(b"charset=")[2].strip(b' "')
    return kind.strip() in (b"", b"application/json") and charset in (b"", b"utf-8", b"utf8")
