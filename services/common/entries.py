"""Batches whose entries are accepted or refused one by one: why one is not."""

from collections.abc import Sequence

from attune.common.v1.entries_pb2 import UnreadEntry

from services.common.errors import DomainError, InvalidFields, Violation


def refusal_of(entry: UnreadEntry) -> InvalidFields:
    """Of an entry that the gateway could not read."""
    return InvalidFields(*(Violation(v.field, v.message) for v in entry.violations))


def named_in(error: DomainError) -> Sequence[Violation]:
    """What an error says is wrong with an entry, by field; "" for the entry itself."""
    if isinstance(error, InvalidFields):
        return error.violations
    return [Violation(error.metadata.get("field", ""), str(error))]
