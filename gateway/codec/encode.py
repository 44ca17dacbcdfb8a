"""Protobuf messages to JSON, by an encoder made once for each message type.

A message becomes a msgspec struct of its fields' values, and msgspec writes the whole answer at
once. Fields without presence are always there; fields with presence are there where they are set.
Numbers that are not finite become null: JSON has no others.
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, cast

import msgspec
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from msgspec import UNSET, Raw

from gateway.codec.decode import is_map
from gateway.codec.scalars import (
    DURATION,
    FIELD_MASK,
    JSON,
    TIMESTAMP,
    UNSUPPORTED,
    WRAPPERS,
    message_of,
)

Convert = Callable[[Any], Any]
to_json = msgspec.json.Encoder().encode


class MessageEncoder:
    """Turns messages of one type into what msgspec writes."""

    def __init__(self, descriptor: Descriptor) -> None:
        names = [field.name for field in descriptor.fields]
        slots = {f"f{number}": name for number, name in enumerate(names)}
        self._struct: Any = msgspec.defstruct(
            descriptor.name, [(slot, Any, UNSET) for slot in slots], rename=slots, gc=False
        )
        self.getters: list[Convert] = []
        # Takes all values at once, where each is written as it is.
        self.plain: Convert | None = None

    def __call__(self, message: Message) -> Any:
        if self.plain is not None:
            return self._struct(*self.plain(message))
        return self._struct(*[get(message) for get in self.getters])

    def encode(self, message: Message) -> bytes:
        return to_json(self(message))


class Encoders:
    """Makes encoders, and keeps them: types may hold each other."""

    def __init__(self) -> None:
        self._made: dict[str, MessageEncoder] = {}

    def of(self, descriptor: Descriptor) -> MessageEncoder:
        made = self._made.get(descriptor.full_name)
        if made is None:
            made = self._made[descriptor.full_name] = MessageEncoder(descriptor)
            for field in descriptor.fields:
                made.getters.append(self.field(field))
            if len(made.getters) > 1 and all(isinstance(g, attrgetter) for g in made.getters):
                made.plain = attrgetter(*[field.name for field in descriptor.fields])
        return made

    def field(self, field: FieldDescriptor) -> Convert:
        """Takes a field's value out of its message, ready to write."""
        get = attrgetter(field.name)
        if is_map(field):
            entry = message_of(field).fields_by_name
            return map_getter(get, field, self._one(entry["value"]))
        one = self._one(field)
        if field.is_repeated:
            return list_getter(get, one)
        if field.has_presence:
            return optional_getter(field.name, get, one)
        return (lambda message: one(get(message))) if one else get

    def _one(self, field: FieldDescriptor) -> Convert | None:
        """How one value is written; None where it is written as it is."""
        if field.type == FieldDescriptor.TYPE_ENUM:
            return enum_name(cast(EnumDescriptor, field.enum_type))
        if field.type == FieldDescriptor.TYPE_FLOAT:
            return shortest
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            return None
        name = message_of(field).full_name
        if name in UNSUPPORTED:
            raise TypeError(f"{field.full_name}: {name} has no place in this API")
        return self._well_known(message_of(field)) or self.of(message_of(field))

    def _well_known(self, descriptor: Descriptor) -> Convert | None:
        if descriptor.full_name in WRAPPERS:
            field = descriptor.fields_by_name["value"]
            one, get = self._one(field), attrgetter("value")
            return (lambda message: one(get(message))) if one else get
        return WELL_KNOWN.get(descriptor.full_name)


def optional_getter(name: str, get: Convert, one: Convert | None) -> Convert:
    if one is None:
        return lambda message: get(message) if message.HasField(name) else UNSET
    return lambda message: one(get(message)) if message.HasField(name) else UNSET


def list_getter(get: Convert, one: Convert | None) -> Convert:
    if one is None:
        return lambda message: list(get(message))
    return lambda message: [one(item) for item in get(message)]


def map_getter(get: Convert, field: FieldDescriptor, one: Convert | None) -> Convert:
    convert = one or (lambda value: value)
    key_type = message_of(field).fields_by_name["key"].type
    text = str.lower if key_type == FieldDescriptor.TYPE_BOOL else str
    return lambda message: {
        text(str(key)): convert(value) for key, value in sorted(get(message).items())
    }


def enum_name(enum: EnumDescriptor) -> Convert:
    """A value newer than this process is written as its number."""
    names = {value.number: value.name for value in reversed(enum.values)}
    return lambda number: names.get(number, number)


def shortest(value: float) -> float:
    """The shortest decimal that is this 32-bit number, not its 64-bit digits."""
    if value == value and abs(value) != float("inf"):
        for digits in (6, 7, 8):
            short = float(f"{value:.{digits}g}")
            if struct.unpack("<f", struct.pack("<f", short))[0] == value:
                return short
    return value


def json_text(message: Any) -> Raw | None:
    return Raw(message.utf8) if message.utf8 else None


def rfc3339(message: Any) -> str | None:
    try:
        moment = datetime.fromtimestamp(message.seconds, UTC)
    except (ValueError, OverflowError):
        return None  # outside the years 1 to 9999, which RFC 3339 cannot say
    return f"{moment.isoformat()[:19]}{fraction(message.nanos)}Z"


def fraction(nanos: int) -> str:
    return f".{nanos:09d}".rstrip("0") if nanos else ""


def seconds(message: Any) -> str:
    sign = "-" if message.seconds < 0 or message.nanos < 0 else ""
    return f"{sign}{abs(message.seconds)}{fraction(abs(message.nanos))}s"


def mask(message: Any) -> str:
    return ",".join(message.paths)


WELL_KNOWN: dict[str, Convert] = {
    JSON: json_text,
    TIMESTAMP: rfc3339,
    DURATION: seconds,
    FIELD_MASK: mask,
}
