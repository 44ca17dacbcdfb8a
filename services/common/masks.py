"""Partial updates: a mask says which fields of a resource to change (AIP-134)."""

from collections.abc import Collection
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from services.common.errors import InvalidFields, Violation


def masked(resource: Message, mask: FieldMask, ignore: Collection[str] = ()) -> dict[str, Any]:
    """The fields that the mask names, with their values; an unset one has its empty value.

    Without a mask, those that are set. A path into a message names all of it, as what it holds
    belongs together: `field.column` without `field.path` means no path. Fields in `ignore` are the
    server's: a caller may send back what it read. Raises InvalidFields for a path that the resource
    does not have.
    """
    paths = list(mask.paths) or [field.name for field, _ in resource.ListFields()]
    unknown = [path for path in paths if not is_path_of(resource.DESCRIPTOR, path)]
    if unknown:
        raise InvalidFields(
            *(Violation(path, "is not a field of this resource") for path in unknown)
        )
    names = dict.fromkeys(path.partition(".")[0] for path in paths)
    return {name: value_of(resource, name) for name in names if name not in ignore}


def is_path_of(descriptor: Any, path: str) -> bool:
    name, _, rest = path.partition(".")
    field = descriptor.fields_by_name.get(name)
    if field is None or not rest:
        return field is not None and path == name
    nested = None if field.is_repeated else field.message_type
    return nested is not None and is_path_of(nested, rest)


def value_of(resource: Message, name: str) -> Any:
    value = getattr(resource, name)
    return list(value) if resource.DESCRIPTOR.fields_by_name[name].is_repeated else value
