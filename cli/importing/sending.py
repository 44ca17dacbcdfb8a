"""Sending a file of conversations to the API, a request after the other."""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from cli.importing.reading import Line, Piece, Unreadable, batches, body_of, pieces
from cli.importing.resuming import Progress
from cli.local.api import refuse

PATH = "/api/v1/conversations:import"
# Statuses after which the same request may succeed (docs/errors.md).
PASSING = {429, 503, 504}
ATTEMPTS = 8
LONGEST_PAUSE = 30.0
EVENT = re.compile(r"^events\[(\d+)\]")

Errors = list[dict[str, str]]
Refused = Callable[[Line, Errors], None]
Moved = Callable[[Progress], None]


class Import:
    """What becomes of the lines; `moved` is told after each request, at the end of a line."""

    def __init__(self, client: Any, progress: Progress, refused: Refused, moved: Moved) -> None:
        self._client = client
        self._progress = progress
        self._refused = refused
        self._moved = moved
        # Of lines of which not all pieces are sent.
        self._errors: dict[int, Errors] = {}

    async def send(self, lines: Iterable[Line]) -> None:
        """Raises LocalError where the API takes none of it."""
        for batch in batches(self._readable(lines)):
            answer = await self._post(body_of(batch))
            for piece, result in zip(batch, answer["results"], strict=True):
                self._note(piece, result)
            self._moved(self._progress)

    def _readable(self, lines: Iterable[Line]) -> Iterator[Piece]:
        for line in lines:
            try:
                yield from pieces(line)
            except Unreadable as err:
                self._errors[line.number] = [
                    {"field": "", "message": str(err), "reason": "INVALID_FIELD"}
                ]
                yield Piece(line, b"{}", 0, 0, is_last=True)  # refused in its place

    def _note(self, piece: Piece, result: dict[str, Any]) -> None:
        line, now = piece.line, self._progress
        now.appended += result.get("appended", 0)
        if not result["success"] and line.number not in self._errors:
            self._errors[line.number] = [moved_by(piece.first, e) for e in result["errors"]]
        if not piece.is_last:
            return
        now.offset, now.line = line.end, line.number
        errors = self._errors.pop(line.number, None)
        if errors is None:
            now.accepted += 1
        else:
            now.refused += 1
            self._refused(line, errors)

    async def _post(self, body: bytes) -> Any:
        return await post(self._client, PATH, body)


async def post(client: Any, path: str, body: bytes) -> Any:
    """The answer, in the end: what is busy or restarting is asked again."""
    headers = {"Content-Type": "application/json"}
    for attempt in range(ATTEMPTS):
        reply = await client.post(path, content=body, headers=headers)
        if reply.status_code not in PASSING or attempt == ATTEMPTS - 1:
            break
        await asyncio.sleep(pause(reply.headers.get("retry-after"), attempt))
    refuse(reply)
    return msgspec.json.decode(reply.content)


def pause(told: str | None, attempt: int) -> float:
    """Seconds: what the API says, else twice as long each time."""
    seconds = float(told) if told and told.isdecimal() else 0.5 * 2**attempt
    return min(seconds, LONGEST_PAUSE)


def moved_by(first: int, error: dict[str, str]) -> dict[str, str]:
    """The error with the event's place in the line, not in the piece."""
    field = EVENT.sub(lambda m: f"events[{int(m[1]) + first}]", error["field"])
    return {**error, "field": field}


def told(line: Line, errors: Errors) -> bytes:
    """What the report of refused lines says of one, as a line."""
    try:
        entry: object = msgspec.json.decode(line.raw, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        entry = line.raw.decode(errors="replace")
    return msgspec.json.encode({"line": line.number, "errors": errors, "entry": entry}) + b"\n"
