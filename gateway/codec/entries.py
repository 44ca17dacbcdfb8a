"""Batches: lists that are read entry by entry, so that a bad entry never fails its neighbours.

A message has such a list where a field beside it names it by the option `unread_of`
(attune.common.v1.entries): what is wrong with an entry goes there, for the service to refuse it.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec
from attune.common.v1 import entries_pb2
from attune.common.v1.entries_pb2 import UnreadEntry
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from msgspec import Raw

from gateway.codec.scalars import JSON, Refused, message_of, refused

# Named of one entry, so that an answer about many bad ones stays small.
MOST_VIOLATIONS = 10
LONGEST_PATH = 200

ReadEntry = Callable[[Raw], Message]
Entries = tuple[list[Message], list[UnreadEntry]]

cut_array = msgspec.json.Decoder(list[Raw]).decode


def list_of(field: FieldDescriptor) -> str:
    """The list that a field of unread entries is about; "" for every other field."""
    extension: Any = entries_pb2.unread_of
    return cast(str, field.GetOptions().Extensions[extension])


def callers_fields(descriptor: Descriptor) -> list[FieldDescriptor]:
    """The fields that a REST caller may give: all but the gateway's own."""
    return [field for field in descriptor.fields if not list_of(field)]


def batches(descriptor: Descriptor) -> dict[str, str]:
    """The lists of a message that are read entry by entry, each with the field beside it."""
    found = {list_of(field): field for field in descriptor.fields if list_of(field)}
    for name, beside in found.items():
        entries = descriptor.fields_by_name.get(name)
        if entries is None or not is_list_of_messages(entries) or not is_unread(beside):
            raise TypeError(f"{beside.full_name}: unread_of must name a list of messages beside it")
    return {name: beside.name for name, beside in found.items()}


def is_list_of_messages(field: FieldDescriptor) -> bool:
    return bool(field.is_repeated and field.message_type and field.message_type.full_name != JSON)


def is_unread(field: FieldDescriptor) -> bool:
    name = UnreadEntry.DESCRIPTOR.full_name
    return bool(field.is_repeated and field.message_type and message_of(field).full_name == name)


def entries_parser(read: ReadEntry, empty: Message, most: int) -> Callable[[Raw], Entries]:
    """Reads a list into its entries, and what is wrong with those whose place is left empty.

    More than `most` are not looked at: the batch is refused for their number. 0 is any number.
    """

    def parse(raw: Raw) -> Entries:
        try:
            pieces = cut_array(raw)
        except (msgspec.MsgspecError, RecursionError):
            raise refused("must be an array") from None
        if most and len(pieces) > most:
            raise refused(f"must contain no more than {most} item(s)")
        entries: list[Message] = []
        unread: list[UnreadEntry] = []
        for index, piece in enumerate(pieces):
            try:
                entries.append(read(piece))
            except Refused as refusal:
                entries.append(empty)
                unread.append(unread_entry(index, refusal))
        return entries, unread

    return parse


def spoil(
    entries: list[Message], unread: list[UnreadEntry], found: Iterable[tuple[int, str, str]]
) -> None:
    """Refuse entries for more reasons: each an index, a path in that entry and what to change."""
    known = {entry.index: entry for entry in unread}
    for index, path, message in found:
        if index not in known:
            entries[index] = type(entries[index])()
            known[index] = UnreadEntry(index=index)
        if len(known[index].violations) < MOST_VIOLATIONS:
            known[index].violations.append(violation(path, message))
    unread[:] = known.values()


def unread_entry(index: int, refusal: Refused) -> UnreadEntry:
    named = refusal.violations[:MOST_VIOLATIONS]
    return UnreadEntry(index=index, violations=[violation(*one) for one in named])


def violation(path: str, message: str) -> UnreadEntry.Violation:
    return UnreadEntry.Violation(field=path.lstrip(".")[:LONGEST_PATH], message=message)
