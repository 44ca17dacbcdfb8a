"""Events of Attune's own form, from JSON text.

A body is cut into one piece of text for each event, and each piece is read by itself. JSON that is
stored as it came is cut out of that, and never decoded.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta, Raw

from services.analytics.tracking.domain import (
    EVENT_BYTES,
    INVALID,
    TOO_LARGE,
    Arrival,
    Entry,
    Event,
    Refused,
    RefusedEvent,
    happened,
    named,
)
from services.common.errors import InvalidFields, MalformedBody, Violation
from services.common.ids import uuid7s
from services.common.payloads import maybe_unstorable, too_deep, unstorable
from services.common.surrogates import mended

MOST_EVENTS = 5_000
# Texts of more are not looked at together: that would hold them twice.
TOGETHER_BYTES = 4 * 1024 * 1024

Name = Annotated[str, Meta(min_length=1, max_length=200)]
UserId = Annotated[str, Meta(min_length=1, max_length=100)]
Moment = Annotated[datetime, Meta(tz=True)]
Read: TypeAlias = "Callable[[bytes, UUID, str | None, Arrival], Event]"

NOTHING = Raw(b"null")
NO_JSON = "JSON is malformed: "
# Of msgspec's words those that do not say what to change.
SAID = {
    "Expected `str` of length >= 1": "must not be empty",
    "Invalid RFC3339 encoded datetime": "must be an RFC 3339 time, such as 2025-12-29T10:30:00Z",
}

cut_value = msgspec.json.Decoder(Raw).decode
cut_array = msgspec.json.Decoder(list[Raw]).decode
cut_object = msgspec.json.Decoder(dict[str, Raw]).decode


class Sent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An event as its sender writes it."""

    event: Name | None = None
    type: Literal["track", "page", "screen"] = "track"
    user_id: UserId | None = None
    anonymous_id: Name | None = None
    properties: Raw = NOTHING
    context: Raw = NOTHING
    timestamp: Moment | None = None
    sent_at: Moment | None = None
    message_id: Name | None = None


decode_sent = msgspec.json.Decoder(Sent).decode


def read_body(body: bytes, arrival: Arrival) -> list[Entry]:
    """The events of a body, each read or refused; raises MalformedBody and InvalidFields."""
    body = readable(body)
    pieces = pieces_of(body)
    if not 0 < len(pieces) <= MOST_EVENTS:
        problem = f"must be one event, or a list of 1 to {MOST_EVENTS}"
        raise InvalidFields(Violation("body", problem))
    return list(read_pieces(pieces, read_sent, arrival))


def readable(body: bytes) -> bytes:
    """The body, mended where it has halves of surrogate pairs. Raises MalformedBody, InvalidFields.

    Libraries that cut texts to a length make such halves of emoji, and mean no harm by it.
    """
    try:
        body.decode()
        cut_value(body)
        return body
    except UnicodeDecodeError:
        raise MalformedBody("the body is not UTF-8") from None
    except RecursionError:
        raise InvalidFields(Violation("body", "is nested too deeply")) from None
    except msgspec.MsgspecError as error:
        whole = mended(body)
        if whole == body:
            problem = str(error).removeprefix(NO_JSON)
            raise MalformedBody(f"the body is not JSON: {problem}") from None
        return readable(whole)


def pieces_of(body: bytes) -> Sequence[bytes]:
    """A piece of text for each event. Raises InvalidFields where it is no event and no list."""
    try:
        if body.lstrip()[:1] == b"[":
            return [bytes(piece) for piece in cut_array(body)]
        fields = cut_object(body)
    except msgspec.ValidationError:
        raise InvalidFields(Violation("body", "must be an event, or a list of events")) from None
    if "events" not in fields:
        return [body]
    if len(fields) > 1:
        problem = "takes no fields beside it; whether events are imported is a query parameter"
        raise InvalidFields(Violation("events", problem))
    try:
        return [bytes(piece) for piece in cut_array(fields["events"])]
    except msgspec.ValidationError:
        raise InvalidFields(Violation("events", "must be a list of events")) from None


def read_pieces(
    pieces: Sequence[bytes],
    read: Read,
    arrival: Arrival,
    places: Iterable[int] | None = None,
) -> Iterator[Entry]:
    """Each piece of text as an event or as what is kept of it.

    `places` are those of the pieces in what was sent, from 0 where not given.
    """
    ids, check = uuid7s(arrival.received_at), check_for(pieces)
    for place, piece, event_id in zip(places or count(), pieces, ids, strict=False):
        key = f"{arrival.key}/{place}" if arrival.key else None
        try:
            check(piece)
            yield read(piece, event_id, key, arrival)
        except Refused as refusal:
            yield kept(event_id, piece, key, refusal)
        except RecursionError:
            yield kept(
                event_id, piece, key, Refused(INVALID, Violation("", "is nested too deeply"))
            )
        except UnicodeDecodeError:
            yield kept(event_id, piece, key, Refused(INVALID, Violation("", "is not UTF-8")))
        except msgspec.MsgspecError as error:
            yield kept(event_id, piece, key, refusal_of(error))


def check_for(pieces: Sequence[bytes]) -> Callable[[bytes], None]:
    """What each piece has to pass: less, where all together have nothing that is wrong in any.

    What takes 4 microseconds for each piece takes a quarter of that for all together.
    """
    together = sum(map(len, pieces)) <= TOGETHER_BYTES
    if together and max(map(len, pieces), default=0) <= EVENT_BYTES:
        return check if maybe_unstorable(b"\n".join(pieces)) else check_depth
    return check


def check_depth(piece: bytes) -> None:
    """The one check that does not work for many at once. Raises Refused."""
    refuse_unstorable(too_deep(piece))


def check(piece: bytes) -> None:
    """Raises Refused for what is no event of anybody's."""
    if len(piece) > EVENT_BYTES:
        problem = f"has {len(piece)} bytes: an event has at most {EVENT_BYTES}"
        raise Refused(TOO_LARGE, Violation("", problem))
    refuse_unstorable(unstorable(piece))


def refuse_unstorable(wrong: str | None) -> None:
    if wrong is not None:
        raise Refused(INVALID, Violation("", wrong))


def kept(event_id: UUID, piece: bytes, key: str | None, refusal: Refused) -> RefusedEvent:
    """Of one that is too large the beginning."""
    return RefusedEvent(
        id=event_id,
        body=piece[:EVENT_BYTES],
        reason=refusal.reason,
        violations=refusal.violations,
        message_id=key,
    )


def read_sent(piece: bytes, event_id: UUID, key: str | None, arrival: Arrival) -> Event:
    """An event of Attune's own form. Raises Refused, and msgspec's errors."""
    sent = decode_sent(piece)
    return Event(
        arrival.organization_id,
        happened(sent.timestamp, sent.sent_at, arrival),
        event_id,
        sent.type,
        named(sent.event),
        sent.user_id,
        sent.anonymous_id,
        object_text(sent.properties, "properties") or "{}",
        object_text(sent.context, "context"),
        None,
        sent.message_id or key,
        arrival.source,
        arrival.received_at,
    )


def object_text(raw: Raw, field: str) -> str | None:
    """The text of a JSON object; None where there is none. Raises Refused for other values."""
    if raw is NOTHING:
        return None
    text = bytes(raw).decode()
    if text[0] == "{":
        return text
    if text == "null":
        return None
    raise Refused(INVALID, Violation(field, "must be an object"))


def refusal_of(error: msgspec.MsgspecError) -> Refused:
    """What msgspec found, as a field and what to change."""
    message, _, path = str(error).partition(" - at `$")
    if message.startswith("Object contains unknown field `"):
        field = message.removeprefix("Object contains unknown field ").strip("`")
        return Refused(INVALID, Violation(field[:200], "is not a known field"))
    field = path.removesuffix("`").lstrip(".")
    return Refused(INVALID, Violation(field[:200], told(message)))


def told(message: str) -> str:
    """msgspec's words as ours: "Expected `str | null`, got `int`" is "must be str, not int"."""
    if message.startswith(NO_JSON):
        return f"is not JSON: {message.removeprefix(NO_JSON)}"
    without_null = message.replace(" | null", "")
    if without_null in SAID:
        return SAID[without_null]
    plain = without_null.replace("`", "")
    if plain.startswith("Expected ") and ", got " in plain:
        wanted, _, got = plain.removeprefix("Expected ").partition(", got ")
        return f"must be {wanted}, not {got}"
    return plain[:1].lower() + plain[1:]
