"""JSON bodies to protobuf messages, by a decoder made once for each message type.

A body is cut into pieces, one for each key, and each piece is parsed by its field's parser: so all
violations are found, each with its path, and payloads of type Json are never decoded.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from msgspec import Raw

from gateway.codec.bodies import HALF_PAIR, HalfPairs, cut
from gateway.codec.entries import batches, callers_fields, cut_array, entries_parser, spoil
from gateway.codec.rules import most_items
from gateway.codec.scalars import (
    JSON,
    UNSUPPORTED,
    WELL_KNOWN,
    FromJson,
    Refused,
    message_of,
    parsers,
    refused,
)
from services.common.surrogates import mended

NULL = Raw(b"null")
# A type that holds itself; protobuf's own parser stops at 100 levels.
DEEPEST = 32

ENTRY = re.compile(r"(\w+)\[(\d+)\](.*)", re.DOTALL)

cut_object = msgspec.json.Decoder(dict[str, Raw]).decode


class MessageDecoder:
    """Parses the JSON of one message type."""

    def __init__(self, descriptor: Descriptor) -> None:
        self._class: type[Message] = GetMessageClass(descriptor)
        self._oneofs = [o for o in descriptor.oneofs if not is_optional_marker(o.fields)]
        self._depth = 0
        self.fields: dict[str, FromJson] = {}

    def __call__(self, raw: Raw) -> Message:
        if self._depth >= DEEPEST:
            raise refused("is nested too deeply")
        self._depth += 1
        try:
            return self._class(**self.values(raw))
        finally:
            self._depth -= 1

    def body(self, body: bytes) -> dict[str, Any]:
        """The message's fields from a whole body; raises Refused, and a Problem for no JSON."""
        return self.values(cut(body))

    def values(self, raw: Raw) -> dict[str, Any]:
        """The message's fields; raises Refused with every violation."""
        try:
            pieces = cut_object(raw)
        except (msgspec.MsgspecError, RecursionError):
            raise refused("must be an object") from None
        values: dict[str, Any] = {}
        problems: list[tuple[str, str]] = []
        for name, piece in pieces.items():
            parse = self.fields.get(name)
            if parse is None:
                problems.append((f".{name[:100]}", "is not a known field"))
            elif piece != NULL:
                keep(values, name, parse, piece, f".{name}", problems)
        problems += self._contradictions(values)
        if problems:
            raise Refused(*problems)
        return values

    def _contradictions(self, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for oneof in self._oneofs:
            given = [field.name for field in oneof.fields if field.name in values]
            if len(given) > 1:
                yield f".{given[1]}", f"cannot be given together with {given[0]}"


class BatchDecoder(MessageDecoder):
    """Parses a message with lists that are read entry by entry."""

    def __init__(self, descriptor: Descriptor) -> None:
        super().__init__(descriptor)
        self._beside = batches(descriptor)

    def values(self, raw: Raw) -> dict[str, Any]:
        values = super().values(raw)
        for name in self._beside.keys() & values.keys():
            values[name], values[self._beside[name]] = values[name]
        return values

    def body(self, body: bytes) -> dict[str, Any]:
        try:
            return super().body(body)
        except HalfPairs as halves:
            places = [place_of(path) for path in halves.paths]
            if any(name not in self._beside for name, _, _ in places):
                raise
            values = self.values(cut(mended(body)))
        for name in {name for name, _, _ in places}:
            found = ((index, path, HALF_PAIR) for of, index, path in places if of == name)
            spoil(values[name], values[self._beside[name]], found)
        return values


def is_optional_marker(fields: Any) -> bool:
    """Whether a oneof is the one that the compiler makes for a field marked optional."""
    return len(fields) == 1 and fields[0].containing_oneof.name == f"_{fields[0].name}"


def keep(
    into: Any,
    key: Any,
    parse: FromJson,
    piece: Raw,
    path: str,
    problems: list[tuple[str, str]],
) -> None:
    try:
        into[key] = parse(piece)
    except Refused as refusal:
        problems.extend((path + below, message) for below, message in refusal.violations)


class Decoders:
    """Makes decoders, and keeps them: types may hold each other."""

    def __init__(self) -> None:
        self._made: dict[str, MessageDecoder] = {}

    def of(self, descriptor: Descriptor) -> MessageDecoder:
        made = self._made.get(descriptor.full_name)
        if made is None:
            lists = batches(descriptor)
            made = (BatchDecoder if lists else MessageDecoder)(descriptor)
            self._made[descriptor.full_name] = made
            for field in callers_fields(descriptor):
                parser_of = self.entries if field.name in lists else self.field
                made.fields[field.name] = parser_of(field)
        return made

    def entries(self, field: FieldDescriptor) -> FromJson:
        """The parser of a list that is read entry by entry."""
        one = self.of(message_of(field))
        empty = GetMessageClass(message_of(field))()
        return entries_parser(one, empty, most_items(field))

    def field(self, field: FieldDescriptor) -> FromJson:
        """The parser of a field's whole value: a map, a list, or one of its kind."""
        if is_map(field):
            entry = message_of(field).fields_by_name
            from_text = parsers(entry["key"])[1]
            return map_parser(from_text, self._one(entry["value"]), is_json(entry["value"]))
        one = self._one(field)
        return list_parser(one, is_json(field)) if field.is_repeated else one

    def _one(self, field: FieldDescriptor) -> FromJson:
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            return parsers(field)[0]
        name = message_of(field).full_name
        if name in UNSUPPORTED:
            raise TypeError(f"{field.full_name}: {name} has no place in this API")
        return parsers(field)[0] if name in WELL_KNOWN else self.of(message_of(field))


def is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


def is_json(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.full_name == JSON)


def list_parser(one: FromJson, takes_null: bool) -> FromJson:
    def parse(raw: Raw) -> list[Any]:
        try:
            pieces = cut_array(raw)
        except (msgspec.MsgspecError, RecursionError):
            raise refused("must be an array") from None
        values: dict[int, Any] = {}
        problems: list[tuple[str, str]] = []
        for index, piece in enumerate(pieces):
            item = no_null if piece == NULL and not takes_null else one
            keep(values, index, item, piece, f"[{index}]", problems)
        if problems:
            raise Refused(*problems)
        return list(values.values())

    return parse


def map_parser(key: Callable[[str], Any], one: FromJson, takes_null: bool) -> FromJson:
    def parse(raw: Raw) -> dict[Any, Any]:
        try:
            pieces = cut_object(raw)
        except (msgspec.MsgspecError, RecursionError):
            raise refused("must be an object") from None
        values: dict[Any, Any] = {}
        problems: list[tuple[str, str]] = []
        for name, piece in pieces.items():
            item = no_null if piece == NULL and not takes_null else one
            try:
                keep(values, key(name), item, piece, f".{name[:100]}", problems)
            except Refused as refusal:
                problems.append((f".{name[:100]}", f"its key {refusal.violations[0][1]}"))
        if problems:
            raise Refused(*problems)
        return values

    return parse


def no_null(_: Raw) -> Any:
    raise refused("must not be null")


def place_of(path: str) -> tuple[str, int, str]:
    """A path that begins with an entry of a list: the list, the index, the rest; else no list."""
    match = ENTRY.fullmatch(path)
    return (match[1], int(match[2]), match[3]) if match else ("", 0, path)


def mask_paths(raw: Raw, descriptor: Descriptor, prefix: str = "") -> Iterator[str]:
    """What the keys of a resource's JSON name, nested messages dotted: an update mask."""
    for name, piece in cut_object(raw).items():
        field = descriptor.fields_by_name[name]
        if holds_fields(field) and piece != NULL and cut_object(piece):
            yield from mask_paths(piece, message_of(field), f"{prefix}{name}.")
        else:
            yield prefix + name


def holds_fields(field: FieldDescriptor) -> bool:
    return (
        field.type == FieldDescriptor.TYPE_MESSAGE
        and not field.is_repeated
        and message_of(field).full_name not in WELL_KNOWN
    )
