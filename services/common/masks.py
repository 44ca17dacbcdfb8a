"""Partial updates: a mask says which fields of a resource to change (AIP-134)."""

from collections.abc import Collection
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from services.common.errors import InvalidFields, Violation


def masked(resource: Message, mask: FieldMask, ignore: Collection[str] = ()) -> dict[str, Any]:
    """The fields that the mask names, with their values; an unset one has its empty value.

    Without a mask, those that are set. Fields in `ignore` are the server's: a caller may send back
    what it read. Raises InvalidFields for a path that the resource does not have.
    """
    names = list(mask.paths) or [field.name for field, _ in resource.ListFields()]
    unknown = [name for name in names if name not in resource.DESCRIPTOR.fields_by_name]
    if unknown:
        raise InvalidFields(
            *(Violation(name, "is not a field of this resource") for name in unknown)
        )
    return {name: value_of(resource, name) for name in names if name not in ignore}


def value_of(resource: Message, name: str) -> Any:
    value = getattr(resource, name)
    return list(value) if resource.DESCRIPTOR.fields_by_name[name].is_repeated else value
