"""Lines of a file, cut out of what arrives."""

from collections.abc import AsyncIterable, AsyncIterator


async def lines(pieces: AsyncIterable[bytes], most: int) -> AsyncIterator[bytes]:
    """Each line without its end; of one that has more than `most` bytes may be only the beginning.

    That is never less than `most` and one byte, by which it is known.
    """
    rest = b""
    async for piece in pieces:
        *whole, last = piece.split(b"\n")
        if whole:
            yield rest + whole[0]
            for line in whole[1:]:
                yield line
            rest = b""
        rest = (rest + last)[: most + 1]
    if rest:
        yield rest
