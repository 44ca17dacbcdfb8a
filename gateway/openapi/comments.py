"""The comments of the protos, which generated modules leave out."""

import re
from collections.abc import Iterator

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

Path = tuple[int, ...]

# Field numbers in descriptor.proto, by which source_code_info names its places.
MESSAGES, ENUMS, SERVICES = 4, 5, 6
FIELDS, NESTED, NESTED_ENUMS, ENUM_VALUES, METHODS = 2, 3, 4, 2, 2


def comments(described: bytes) -> dict[str, str]:
    """Each commented thing's full name and its comment, one line a paragraph."""
    found: dict[str, str] = {}
    for file in FileDescriptorSet.FromString(described).file:
        texts = {
            tuple(location.path): tidy(location.leading_comments)
            for location in file.source_code_info.location
            if location.leading_comments
        }
        found |= {name: texts[path] for name, path in named_places(file) if path in texts}
    return found


def tidy(comment: str) -> str:
    """Paragraphs stay, lines are joined."""
    paragraphs = re.split(r"\n\s*\n", comment.strip())
    return "\n\n".join(" ".join(p.split()) for p in paragraphs)


def named_places(file: FileDescriptorProto) -> Iterator[tuple[str, Path]]:
    for i, service in enumerate(file.service):
        name = f"{file.package}.{service.name}"
        yield name, (SERVICES, i)
        for j, method in enumerate(service.method):
            yield f"{name}.{method.name}", (SERVICES, i, METHODS, j)
    for i, enum in enumerate(file.enum_type):
        yield from places_of_enum(enum, file.package, (ENUMS, i))
    for i, message in enumerate(file.message_type):
        yield from places_of_message(message, file.package, (MESSAGES, i))


def places_of_message(
    message: DescriptorProto, scope: str, path: Path
) -> Iterator[tuple[str, Path]]:
    name = f"{scope}.{message.name}"
    yield name, path
    for i, field in enumerate(message.field):
        yield f"{name}.{field.name}", (*path, FIELDS, i)
    for i, enum in enumerate(message.enum_type):
        yield from places_of_enum(enum, name, (*path, NESTED_ENUMS, i))
    for i, nested in enumerate(message.nested_type):
        yield from places_of_message(nested, name, (*path, NESTED, i))


def places_of_enum(enum: EnumDescriptorProto, scope: str, path: Path) -> Iterator[tuple[str, Path]]:
    yield f"{scope}.{enum.name}", path
    for i, value in enumerate(enum.value):
        yield f"{scope}.{value.name}", (*path, ENUM_VALUES, i)
