"""A file of conversations, one a line, cut into requests that the API takes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import msgspec
from msgspec import Raw

# What a request may hold: conversations and events as the API says, bytes well below what the
# gateway takes by default (ATTUNE_BODY_LIMIT, 4 MiB).
MOST_CONVERSATIONS = 200
MOST_EVENTS = 5_000
MOST_BYTES = 3 * 1024 * 1024

cut_object = msgspec.json.Decoder(dict[str, Raw]).decode
cut_array = msgspec.json.Decoder(list[Raw]).decode


class Unreadable(Exception):
    """A line that cannot be sent; the message says what to change."""


@dataclass(frozen=True)
class Line:
    """A line that is not blank: its number, from 1, and where in the file the next begins."""

    number: int
    end: int
    raw: bytes


@dataclass(frozen=True)
class Piece:
    """What one request brings of a line: all of it, or some of very many events."""

    line: Line
    entry: bytes
    events: int
    # The place of its first event in the line.
    first: int
    is_last: bool


def lines(file: BinaryIO, offset: int = 0, number: int = 0) -> Iterator[Line]:
    """The lines from where the file stands, which is `offset` and after line `number`."""
    for raw in file:
        offset += len(raw)
        number += 1
        text = raw.strip().removeprefix(b"\xef\xbb\xbf")
        if text:
            yield Line(number, offset, text)


def pieces(line: Line) -> list[Piece]:
    """The pieces of a line. Raises Unreadable."""
    try:
        line.raw.decode()
        members = cut_object(line.raw)
        events = cut_array(members.get("events", Raw(b"[]")))
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8") from None
    except msgspec.ValidationError:
        raise Unreadable("must be a JSON object with a list of events") from None
    except (msgspec.MsgspecError, RecursionError) as err:
        raise Unreadable(f"is not JSON: {err}") from None
    if len(events) <= MOST_EVENTS and len(line.raw) <= MOST_BYTES:
        return [Piece(line, line.raw, len(events), 0, is_last=True)]
    return [*cut_pieces(line, members, events)]


def cut_pieces(line: Line, members: dict[str, Raw], events: list[Raw]) -> Iterator[Piece]:
    """Each with the conversation's own fields; how it ended comes with the last."""
    whole = dict(members)
    ended = whole.pop("completion_status", None)
    room = MOST_BYTES - sum(len(value) for name, value in whole.items() if name != "events") - 1_000
    parts = [*cut_events(named(events, whole.get("started_at")), room)]
    first = 0
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        fields: dict[str, object] = {**whole, "events": part}
        if is_last and ended is not None:
            fields["completion_status"] = ended
        yield Piece(line, msgspec.json.encode(fields), len(part), first, is_last)
        first += len(part)


def cut_events(events: Iterable[bytes], room: int) -> Iterator[list[Raw]]:
    """As many at a time as fit. Raises Unreadable for one that does not fit alone."""
    part: list[Raw] = []
    size = 0
    for place, event in enumerate(events):
        if len(event) > room:
            raise Unreadable(f"events[{place}] is larger than {room} bytes")
        if len(part) == MOST_EVENTS or size + len(event) > room:
            yield part
            part, size = [], 0
        part.append(Raw(event))
        size += len(event) + 1
    yield part


def named(events: list[Raw], time: Raw | None) -> Iterator[bytes]:
    """The events as the API would name and time them if it saw all of them at once."""
    for place, event in enumerate(events):
        try:
            fields = cut_object(event)
        except msgspec.MsgspecError:
            yield bytes(event)  # which is refused, as it would be among all
            continue
        if "client_event_id" not in fields:
            fields["client_event_id"] = Raw(f'"import/{place}"'.encode())
        if "timestamp" not in fields and time is not None:
            fields["timestamp"] = time
        time = fields.get("timestamp")
        yield msgspec.json.encode(fields)


def batches(found: Iterable[Piece]) -> Iterator[list[Piece]]:
    """As many at a time as a request takes."""
    batch: list[Piece] = []
    events = size = 0
    for piece in found:
        full = len(batch) == MOST_CONVERSATIONS or events + piece.events > MOST_EVENTS
        if batch and (full or size + len(piece.entry) > MOST_BYTES):
            yield batch
            batch, events, size = [], 0, 0
        batch.append(piece)
        events += piece.events
        size += len(piece.entry) + 1
    if batch:
        yield batch


def body_of(batch: list[Piece]) -> bytes:
    return b'{"conversations":[' + b",".join(piece.entry for piece in batch) + b"]}"
