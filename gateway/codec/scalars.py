"""The JSON and text forms of protobuf's scalars and well-known types.

Each kind of field has two parsers: one for a piece of a JSON body, one for the text of a path or
query parameter. Both raise `Refused` with a message that tells the caller what to send.
"""

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from google.protobuf import duration_pb2, field_mask_pb2, timestamp_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from msgspec import Raw

from gateway.codec.rules import bounds

FromJson = Callable[[Raw], Any]
FromText = Callable[[str], Any]

JSON = "attune.common.v1.Json"
TIMESTAMP = "google.protobuf.Timestamp"
DURATION = "google.protobuf.Duration"
FIELD_MASK = "google.protobuf.FieldMask"
HTTP_BODY = "google.api.HttpBody"
WRAPPERS = {
    f"google.protobuf.{kind}Value"
    for kind in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
}
# Any and Struct would need a schema at run time, or turn every number into a double.
UNSUPPORTED = {f"google.protobuf.{name}" for name in ("Any", "Struct", "Value", "ListValue")}

T = FieldDescriptor
SIGNED_32 = (-(2**31), 2**31 - 1)
SIGNED_64 = (-(2**63), 2**63 - 1)
RANGES = {
    **dict.fromkeys((T.TYPE_INT32, T.TYPE_SINT32, T.TYPE_SFIXED32), SIGNED_32),
    **dict.fromkeys((T.TYPE_INT64, T.TYPE_SINT64, T.TYPE_SFIXED64), SIGNED_64),
    **dict.fromkeys((T.TYPE_UINT32, T.TYPE_FIXED32), (0, 2**32 - 1)),
    **dict.fromkeys((T.TYPE_UINT64, T.TYPE_FIXED64), (0, 2**64 - 1)),
}
LARGEST_FLOAT: float = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]

WHOLE = re.compile(r"-?[0-9]{1,20}")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
SECONDS = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s")
URL_SAFE = str.maketrans("-_", "+/")

TIME_MESSAGE = "must be an RFC 3339 time, such as 2025-12-29T10:30:00Z"
DURATION_MESSAGE = 'must be a number of seconds, such as "1.5s"'
BASE64_MESSAGE = "must be base64"


class Refused(Exception):
    """A value does not fit: each violation is a path below the value and what to change."""

    def __init__(self, *violations: tuple[str, str]) -> None:
        super().__init__(violations)
        self.violations = violations


def message_of(field: FieldDescriptor) -> Descriptor:
    """The message type of a field that has one."""
    return cast(Descriptor, field.message_type)


def refused(message: str) -> Refused:
    return Refused(("", message))


def from_json_by(kind: Any, message: str, convert: Callable[[Any], Any]) -> FromJson:
    """A parser for the pieces that msgspec takes as `kind`; anything else gets the message."""
    decode = msgspec.json.Decoder(kind).decode

    def parse(raw: Raw) -> Any:
        try:
            value = decode(raw)
        except (msgspec.MsgspecError, RecursionError):
            raise refused(message) from None
        return convert(value)

    return parse


def parsers(field: FieldDescriptor) -> tuple[FromJson, FromText]:
    """The two parsers of one value of a field that is not an ordinary message."""
    if field.type in RANGES:
        low, high = RANGES[field.type]
        return whole_number(low, high, bounds(field, low, high))
    if field.type == T.TYPE_ENUM:
        return enum_value(cast(EnumDescriptor, field.enum_type))
    if field.type == T.TYPE_MESSAGE:
        return WELL_KNOWN[message_of(field).full_name]()
    return SCALARS[field.type]()


def whole_number(low: int, high: int, told: tuple[int, int]) -> tuple[FromJson, FromText]:
    """Takes what the type holds; a refusal tells what the field's own rule wants."""
    message = f"must be a whole number from {told[0]} to {told[1]}"

    def check(value: int | str) -> int:
        if isinstance(value, str):
            if not WHOLE.fullmatch(value):
                raise refused(message)
            value = int(value)
        if low <= value <= high:
            return value
        raise refused(message)

    return from_json_by(int | str, message, check), check


def floating(largest: float) -> Callable[[], tuple[FromJson, FromText]]:
    message = "must be a number"

    def check(value: float) -> float:
        if abs(value) > largest or not math.isfinite(value):
            raise refused("is out of range")
        return value

    def from_text(text: str) -> float:
        if len(text) > 400 or not NUMBER.fullmatch(text):
            raise refused(message)
        return check(float(text))

    return lambda: (from_json_by(float, message, check), from_text)


def boolean() -> tuple[FromJson, FromText]:
    message = "must be true or false"

    def from_text(text: str) -> bool:
        if text not in ("true", "false"):
            raise refused(message)
        return text == "true"

    return from_json_by(bool, message, bool), from_text


def string() -> tuple[FromJson, FromText]:
    return from_json_by(str, "must be a string", plain_text), plain_text


def plain_text(text: str) -> str:
    """Refuses NUL here, once for all services: PostgreSQL has no text with it."""
    if "\0" in text:
        raise refused("has a NUL character")
    return text


def base64_bytes() -> tuple[FromJson, FromText]:
    def decode(text: str) -> bytes:
        text = text.translate(URL_SAFE).rstrip("=")
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise refused(BASE64_MESSAGE) from None

    return from_json_by(str, BASE64_MESSAGE, decode), decode


def enum_value(enum: EnumDescriptor) -> tuple[FromJson, FromText]:
    numbers: dict[str | int, int] = {}
    for value in enum.values:
        numbers[value.name] = numbers[value.number] = value.number
    names = ", ".join(value.name for value in enum.values)
    message = f"must be one of {names}"

    def look_up(value: str | int) -> int:
        if value not in numbers:
            raise refused(message)
        return numbers[value]

    def from_text(text: str) -> int:
        return look_up(int(text) if WHOLE.fullmatch(text) else text)

    return from_json_by(str | int, message, look_up), from_text


def json_value() -> tuple[FromJson, FromText]:
    """A payload is cut out of the body as it stands; the service that keeps it checks it."""
    from attune.common.v1.json_pb2 import Json

    check = msgspec.json.Decoder(Raw).decode

    def from_text(text: str) -> Any:
        utf8 = text.encode()
        try:
            check(utf8)
        except (msgspec.MsgspecError, RecursionError):
            raise refused("must be JSON") from None
        return Json(utf8=utf8)

    return lambda raw: Json(utf8=bytes(raw)), from_text


def timestamp() -> tuple[FromJson, FromText]:
    return from_json_by(str, TIME_MESSAGE, parse_time), parse_time


def parse_time(text: str) -> timestamp_pb2.Timestamp:
    match = RFC3339.fullmatch(text)
    if match is None:
        raise refused(TIME_MESSAGE)
    day, clock, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise refused(TIME_MESSAGE) from None
    seconds = round((moment - EPOCH).total_seconds())
    return timestamp_pb2.Timestamp(seconds=seconds, nanos=nanos_of(fraction))


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanos_of(fraction: str | None) -> int:
    return int((fraction or "").ljust(9, "0"))


def duration() -> tuple[FromJson, FromText]:
    return from_json_by(str, DURATION_MESSAGE, parse_duration), parse_duration


def parse_duration(text: str) -> duration_pb2.Duration:
    match = SECONDS.fullmatch(text)
    if match is None or int(match[2]) > 315_576_000_000:
        raise refused(DURATION_MESSAGE)
    sign = -1 if match[1] else 1
    return duration_pb2.Duration(seconds=sign * int(match[2]), nanos=sign * nanos_of(match[3]))


def field_mask() -> tuple[FromJson, FromText]:
    def parse(text: str) -> field_mask_pb2.FieldMask:
        plain_text(text)
        return field_mask_pb2.FieldMask(paths=[part for part in text.split(",") if part])

    return from_json_by(str, "must be field names with commas between", parse), parse


def wrapper(full_name: str) -> Callable[[], tuple[FromJson, FromText]]:
    from google.protobuf import wrappers_pb2

    of = getattr(wrappers_pb2, full_name.rpartition(".")[2])

    def pair() -> tuple[FromJson, FromText]:
        from_json, from_text = parsers(of.DESCRIPTOR.fields_by_name["value"])
        return lambda raw: of(value=from_json(raw)), lambda text: of(value=from_text(text))

    return pair


SCALARS = {
    T.TYPE_DOUBLE: floating(math.inf),
    T.TYPE_FLOAT: floating(LARGEST_FLOAT),
    T.TYPE_BOOL: boolean,
    T.TYPE_STRING: string,
    T.TYPE_BYTES: base64_bytes,
}
WELL_KNOWN = {
    JSON: json_value,
    TIMESTAMP: timestamp,
    DURATION: duration,
    FIELD_MASK: field_mask,
    **{name: wrapper(name) for name in sorted(WRAPPERS)},
}
