"""Event definitions and their rules. No I/O, no protobuf."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from services.analytics.knowledge.versions.domain import Draft
from services.common.errors import InvalidFields, Violation
from services.common.payloads import check_json

EXAMPLE_BYTES = 8 * 1024
VALUE_BYTES = 2 * 1024
NO_VALUE = Raw(b"")


class EventProperty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A property of an event. `example` is a JSON value; empty where there is none."""

    name: str
    type: str
    description: str = ""
    required: bool = False
    example: Raw = NO_VALUE


class EventDefinition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an event means. `examples` are JSON objects."""

    name: str
    description: str = ""
    properties: Sequence[EventProperty] = ()
    examples: Sequence[Raw] = ()
    category: str = ""
    tags: Sequence[str] = ()
    synonyms: Sequence[str] = ()


def definition_of(content: str) -> EventDefinition:
    return msgspec.json.decode(content, type=EventDefinition)


def changed(definition: EventDefinition, changes: Mapping[str, Any]) -> EventDefinition:
    """With each tag and synonym once."""
    new = msgspec.structs.replace(definition, **changes)
    synonyms = tuple(dict.fromkeys(new.synonyms))
    return msgspec.structs.replace(new, tags=sorted(set(new.tags)), synonyms=synonyms)


def draft_of(definition: EventDefinition) -> Draft:
    """What is stored; event names are told apart by their case. Raises InvalidFields."""
    violations = list(violations_of(definition))
    if violations:
        raise InvalidFields(*violations)
    properties = [f"{each.name}: {each.description}" for each in definition.properties]
    return Draft(
        name=definition.name,
        key=definition.name,
        content=msgspec.json.encode(definition).decode(),
        category=definition.category,
        tags=definition.tags,
        synonyms=definition.synonyms,
        summary=definition.description,
        body="\n".join(properties),
    )


def violations_of(definition: EventDefinition) -> Iterator[Violation]:
    """What is wrong with a definition, by field."""
    if not definition.name.strip():
        yield Violation("name", "must not be empty")
    seen: set[str] = set()
    for index, each in enumerate(definition.properties):
        where = f"properties[{index}]"
        if each.name in seen:
            yield Violation(f"{where}.name", f"{each.name!r} is there twice")
        seen.add(each.name)
        value = bytes(each.example)
        if value and (problem := check_json(value, max_bytes=VALUE_BYTES)):
            yield Violation(f"{where}.example", problem)
    for index, example in enumerate(definition.examples):
        if problem := problem_of(example):
            yield Violation(f"examples[{index}]", problem)


def problem_of(example: Raw) -> str | None:
    """What is wrong with the properties of a whole event."""
    if problem := check_json(bytes(example), max_bytes=EXAMPLE_BYTES):
        return problem
    return None if bytes(example).lstrip().startswith(b"{") else "must be a JSON object"
