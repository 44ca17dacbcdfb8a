"""Files as streams of google.api.HttpBody: in pieces, however long they get."""

from collections.abc import AsyncIterator

from attune.common.v1.http_pb2 import HttpResponse
from google.api.httpbody_pb2 import HttpBody

PIECE_BYTES = 64 * 1024


async def download(
    content_type: str, filename: str, chunks: AsyncIterator[bytes]
) -> AsyncIterator[HttpBody]:
    """The chunks as a file to be kept under `filename`, which has no quotes in it.

    Nothing is sent before the first piece is full or all is read, so that errors come before it.
    """
    part = announced(content_type, filename)
    async for data in pieces(chunks):
        part.data = data
        yield part
        part = HttpBody()


def announced(content_type: str, filename: str) -> HttpBody:
    """The first message of a download: what it is and what to call it."""
    disposition = f'attachment; filename="{filename}"'
    headers = {"content-disposition": disposition, "cache-control": "no-store"}
    body = HttpBody(content_type=content_type)
    body.extensions.add().Pack(HttpResponse(headers=headers))
    return body


async def pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What the chunks hold, in pieces worth sending; always one."""
    piece = bytearray()
    async for chunk in chunks:
        piece += chunk
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
