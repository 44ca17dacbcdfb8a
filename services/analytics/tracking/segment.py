"""Events as Segment's and RudderStack's libraries write them.

The protocol is https://segment.com/docs/connections/spec/. Libraries differ in details, so that
more is taken than it says: numbers as ids, times without a zone (UTC), unknown fields (kept).
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import msgspec
from msgspec import Raw

from services.analytics.tracking.domain import (
    INVALID,
    SEGMENT,
    Arrival,
    Entry,
    Event,
    Refused,
    happened,
    named,
)
from services.analytics.tracking.reading import (
    MOST_EVENTS,
    Read,
    cut_array,
    cut_object,
    object_text,
    read_pieces,
    readable,
)
from services.common.errors import BodyTooLarge, InvalidFields, Violation

BODY_BYTES = 500 * 1024
TYPES = ("track", "identify", "page", "screen", "group", "alias")
SHORT = {name[0]: name for name in (*TYPES, "batch")}
MANY = ("batch", "import")
NULL = Raw(b"null")

# What the table has columns for, for any call or for some, and what is no part of the event.
COLUMNS = ("type", "userId", "anonymousId", "context", "messageId")
OF_PEOPLE = ("identify", "group")
TIMES = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
SECRETS = ("writeKey",)

Fields = dict[str, Raw]

decode_value = msgspec.json.decode


def call_of(name: str) -> str:
    """A call by its name in the address."""
    return SHORT.get(name, name)


def form_of(call: str) -> str:
    """How a single event of a call is to be read again; of a batch each says its type."""
    return SEGMENT + ("batch" if call in MANY else call)


def reader_of(form: str) -> Read:
    call = form.removeprefix(SEGMENT)
    return partial(read_message, "" if call in MANY else call)


def read_call(call: str, body: bytes, arrival: Arrival) -> tuple[Arrival, list[Entry]]:
    """The events of a call, each read or refused, and the arrival with when a batch was sent.

    Raises MalformedBody, BodyTooLarge, and InvalidFields where a batch has no list of events.
    """
    if len(body) > BODY_BYTES:
        raise BodyTooLarge(f"the body is larger than {BODY_BYTES} bytes")
    body = readable(body)
    pieces = [body]
    if call in MANY:
        fields = fields_of(body)
        arrival, pieces = replace(arrival, sent_at=sent_at_of(fields)), messages(fields)
    return arrival, list(read_pieces(pieces, reader_of(arrival.form), arrival))


def fields_of(body: bytes) -> Fields:
    try:
        return cut_object(body)
    except msgspec.ValidationError:
        raise InvalidFields(Violation("body", "must be an object with a list `batch`")) from None


def sent_at_of(fields: Fields) -> datetime | None:
    """When an event or a batch says it was sent; what cannot be read corrects nothing."""
    try:
        return moment(fields, "sentAt")
    except Refused:
        return None


def messages(fields: Fields) -> list[bytes]:
    """Each event of a batch, with the context of the batch where it has none of its own."""
    try:
        pieces = cut_array(fields.get("batch", NULL))
    except msgspec.ValidationError:
        raise InvalidFields(Violation("batch", "must be a list of events")) from None
    if len(pieces) > MOST_EVENTS:
        raise InvalidFields(Violation("batch", f"must have at most {MOST_EVENTS} events"))
    shared = fields.get("context", NULL)
    if shared == NULL:
        return [bytes(piece) for piece in pieces]
    return [with_context(bytes(piece), shared) for piece in pieces]


def with_context(piece: bytes, shared: Raw) -> bytes:
    try:
        own = cut_object(piece)
    except msgspec.MsgspecError:
        return piece
    return piece if "context" in own else msgspec.json.encode({**own, "context": shared})


def read_message(
    call: str, piece: bytes, event_id: UUID, key: str | None, arrival: Arrival
) -> Event:
    """An event of the protocol. Raises Refused, and msgspec's errors."""
    fields = cut_object(piece)
    kind = call or text(fields, "type", 20) or ""
    if kind not in TYPES:
        raise Refused(INVALID, Violation("type", f"must be one of {', '.join(TYPES)}"))
    user_id, anonymous_id = text(fields, "userId", 100), text(fields, "anonymousId", 200)
    if user_id is None and anonymous_id is None:
        raise Refused(INVALID, Violation("userId", "is required where there is no anonymousId"))
    return Event(
        arrival.organization_id,
        happened(told_time(fields), sent_at_of(fields), arrival),
        event_id,
        kind,
        name_of(kind, fields),
        user_id,
        anonymous_id,
        properties_of(kind, fields),
        object_of(fields, "context"),
        extra_of(kind, fields),
        text(fields, "messageId", 200) or key,
        arrival.source,
        arrival.received_at,
    )


def name_of(kind: str, fields: Fields) -> str:
    """A tracked event has a name of its own; the others are called what they are."""
    if kind != "track":
        return kind
    return named(text(fields, "event", 200))


def properties_of(kind: str, fields: Fields) -> str:
    """The properties, of identify and group the traits; of a page its name and category too."""
    if kind in OF_PEOPLE:
        return traits_of(kind, fields)
    own = object_of(fields, "properties") or "{}"
    if kind not in ("page", "screen"):
        return own
    given = {name: fields[name] for name in ("name", "category") if holds(fields, name)}
    return msgspec.json.encode({**given, **cut_object(own)}).decode() if given else own


def traits_of(kind: str, fields: Fields) -> str:
    """The traits: a person's RudderStack's libraries put into the context, of every call."""
    context = object_of(fields, "context") if kind == "identify" else None
    within = object_of(cut_object(context), "traits") if context else None
    return object_of(fields, "traits") or within or "{}"


def extra_of(kind: str, fields: Fields) -> str | None:
    """What the table has no column for, as it came."""
    own = ("event", "properties") if kind == "track" else ("properties",)
    taken = (*COLUMNS, *TIMES, *SECRETS, *(("traits",) if kind in OF_PEOPLE else own))
    rest = {name: raw for name, raw in fields.items() if name not in taken and raw != NULL}
    return msgspec.json.encode(rest).decode() if rest else None


def told_time(fields: Fields) -> datetime | None:
    """When it happened by the sender's clock; some libraries say so by another name."""
    return moment(fields, "originalTimestamp") or moment(fields, "timestamp")


def holds(fields: Fields, name: str) -> bool:
    return fields.get(name, NULL) not in (NULL, b'""')


def object_of(fields: Fields, name: str) -> str | None:
    return object_text(fields.get(name, NULL), name)


def text(fields: Fields, name: str, longest: int) -> str | None:
    """A text, or a number as one; None where it is absent, null or empty. Raises Refused."""
    raw = fields.get(name, NULL)
    value = decode_value(raw)
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = bytes(raw).decode()
    if not isinstance(value, str):
        raise Refused(INVALID, Violation(name, "must be a text"))
    if len(value) > longest:
        raise Refused(INVALID, Violation(name, f"must have at most {longest} characters"))
    return value


def moment(fields: Fields, name: str) -> datetime | None:
    """A time in ISO 8601, in UTC where it names no zone. Raises Refused."""
    value = decode_value(fields.get(name, NULL))
    if value is None or value == "":
        return None
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        problem = "must be a time in ISO 8601, such as 2026-11-02T09:30:00Z"
        raise Refused(INVALID, Violation(name, problem)) from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
