"""Fields given as text: in the path and in the query."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from gateway.codec.decode import holds_fields, is_map
from gateway.codec.scalars import WELL_KNOWN, message_of, parsers, refused

# How far `a.b.c` reaches into nested messages.
DEEPEST = 4


class Parameter:
    """One field, perhaps of a nested message, that is set from text."""

    def __init__(self, path: list[FieldDescriptor]) -> None:
        field = path[-1]
        self.name = ".".join(step.name for step in path)
        self.field = field
        self._parents = [step.name for step in path[:-1]]
        self._parse = parsers(field)[1]

    def put(self, message: Message, text: str) -> None:
        """Set the field, or add to it where it is repeated; raises Refused."""
        holder = self._holder(message)
        value = self._parse(text)
        if self.field.is_repeated:
            getattr(holder, self.field.name).append(value)
        elif isinstance(value, Message):
            getattr(holder, self.field.name).CopyFrom(value)
        else:
            setattr(holder, self.field.name, value)

    def put_from_path(self, message: Message, text: str) -> None:
        """Set the field, which the body may give as well, but not otherwise."""
        given = getattr(self._holder(message), self.field.name)
        self.put(message, text)
        if given and given != getattr(self._holder(message), self.field.name):
            raise refused("differs from the one in the path")

    def _holder(self, message: Any) -> Any:
        for name in self._parents:
            message = getattr(message, name)
        return message


def parameters(descriptor: Descriptor, taken: frozenset[str]) -> dict[str, Parameter]:
    """Every field that text can set, by its dotted name, but for those `taken` otherwise."""
    found = (Parameter(path) for path in text_fields(descriptor, taken))
    return {parameter.name: parameter for parameter in found}


def text_fields(
    descriptor: Descriptor, taken: frozenset[str], above: tuple[FieldDescriptor, ...] = ()
) -> Iterator[list[FieldDescriptor]]:
    for field in descriptor.fields:
        path = [*above, field]
        if ".".join(step.name for step in path) in taken or is_map(field):
            continue
        if holds_fields(field):
            if len(path) < DEEPEST:
                yield from text_fields(message_of(field), taken, tuple(path))
        elif not (field.message_type and is_opaque(field)):
            yield path


def is_opaque(field: FieldDescriptor) -> bool:
    """A list of messages, or a type that this API has no place for."""
    return message_of(field).full_name not in WELL_KNOWN


def query_pairs(query: bytes) -> Iterator[tuple[str, str | None]]:
    """Names and values of a query string; None for a value that is not UTF-8."""
    for part in query.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            yield text_of(name) or "", text_of(value)


def text_of(quoted: bytes) -> str | None:
    try:
        return unquote_to_bytes(quoted.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None
