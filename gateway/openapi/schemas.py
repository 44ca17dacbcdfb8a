"""Messages as JSON Schemas, in two forms: what may be sent, and what is answered.

A request must hold what its rules require; an answer always holds its fields without presence.
A message that is both sent and answered has two schemas, the sent one named …Input.
"""

import re
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from gateway.codec.entries import callers_fields
from gateway.codec.rules import rules_of
from gateway.codec.scalars import (
    DURATION,
    FIELD_MASK,
    JSON,
    RANGES,
    TIMESTAMP,
    WRAPPERS,
    message_of,
)
from gateway.openapi.rules import Schema, constraints, is_required

T = FieldDescriptor
SUCH_AS = re.compile(r'such as "([^"]+)"')

WELL_KNOWN: dict[str, Schema] = {
    JSON: {},
    TIMESTAMP: {"type": "string", "format": "date-time"},
    DURATION: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    FIELD_MASK: {"type": "string"},
}


class Schemas:
    """Collects the component schemas that a description refers to."""

    def __init__(self, comments: dict[str, str]) -> None:
        self.components: dict[str, Schema] = {}
        self._comments = comments
        # Resources that a request changes in part, by mask: none of their fields is required.
        self.partial: set[str] = set()
        self._owners: dict[str, str] = {}
        self._seen: dict[str, set[bool]] = {}

    def announce(self, descriptor: Descriptor, sent: bool) -> None:
        """Note every message below this one, so that those in both forms are known."""
        forms = self._seen.setdefault(descriptor.full_name, set())
        if sent in forms:
            return
        forms.add(sent)
        for field in fields_of(descriptor, sent):
            for below in holders(field):
                self.announce(below, sent)

    def comment(self, full_name: str) -> str:
        return self._comments.get(full_name, "")

    def reference(self, descriptor: Descriptor, sent: bool) -> Schema:
        """A reference to the message's schema, which is added where it is new."""
        name = component_name(descriptor)
        if sent and len(self._seen[descriptor.full_name]) == 2:
            name += "Input"
        self._claim(name, descriptor.full_name)
        if name not in self.components:
            self.components[name] = {}
            self.components[name] = self.message(descriptor, sent)
        return {"$ref": f"#/components/schemas/{name}"}

    def _claim(self, name: str, full_name: str) -> None:
        if self._owners.setdefault(name, full_name) != full_name:
            raise ValueError(f"{full_name} and {self._owners[name]} are both called {name}")

    def message(
        self, descriptor: Descriptor, sent: bool, without: frozenset[str] = frozenset()
    ) -> Schema:
        """The message's schema itself."""
        fields = [f for f in fields_of(descriptor, sent) if f.name not in without]
        schema: Schema = {"type": "object"}
        if text := self.comment(descriptor.full_name):
            schema["description"] = text
        schema["properties"] = {field.name: self.field(field, sent) for field in fields}
        required = [f.name for f in fields if (is_required(f) if sent else not f.has_presence)]
        if required and not (sent and descriptor.full_name in self.partial):
            schema["required"] = required
        if sent:
            schema["additionalProperties"] = False
        return schema

    def field(self, field: FieldDescriptor, sent: bool) -> Schema:
        """A field's schema with its comment and its rules."""
        rules = constraints(rules_of(field))
        text = self.comment(field.full_name)
        described: Schema = {"description": text} if text else {}
        if field.is_repeated and not is_map(field):
            items = self.one(field, sent) | rules.pop("items", {})
            return {"type": "array", "items": items} | rules | described
        schema = self.one(field, sent) | rules | described
        example = SUCH_AS.search(text)
        if example and schema.get("type") == "string":
            schema["examples"] = [example[1]]
        return schema

    def one(self, field: FieldDescriptor, sent: bool) -> Schema:
        """One value of a field, or a whole map."""
        if is_map(field):
            value = message_of(field).fields_by_name["value"]
            return {"type": "object", "additionalProperties": self.one(value, sent)}
        if field.type == T.TYPE_ENUM and field.enum_type:
            return self.enum(field.enum_type)
        if field.type != T.TYPE_MESSAGE:
            return scalar(field)
        descriptor = message_of(field)
        if descriptor.full_name in WRAPPERS:
            return scalar(descriptor.fields_by_name["value"])
        if descriptor.full_name in WELL_KNOWN:
            return dict(WELL_KNOWN[descriptor.full_name])
        return self.reference(descriptor, sent)

    def enum(self, enum: EnumDescriptor) -> Schema:
        name = component_name(enum)
        self._claim(name, enum.full_name)
        self.components[name] = {
            "type": "string",
            "description": self.comment(enum.full_name),
            "enum": [value.name for value in enum.values],
        }
        return {"$ref": f"#/components/schemas/{name}"}


def fields_of(descriptor: Descriptor, sent: bool) -> list[FieldDescriptor]:
    """What a message's schema shows: of what is sent, the fields that a caller may give."""
    return callers_fields(descriptor) if sent else list(descriptor.fields)


def holders(field: FieldDescriptor) -> list[Descriptor]:
    """The message type whose fields a field's value holds, if any."""
    if field.type != T.TYPE_MESSAGE:
        return []
    descriptor = message_of(field)
    if is_map(field):
        return holders(descriptor.fields_by_name["value"])
    return [] if descriptor.full_name in {*WELL_KNOWN, *WRAPPERS} else [descriptor]


def is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


def component_name(descriptor: Any) -> str:
    return str(descriptor.full_name.removeprefix(descriptor.file.package + ".").replace(".", ""))


def scalar(field: FieldDescriptor) -> Schema:
    if field.type in RANGES:
        low, high = RANGES[field.type]
        size = "int32" if high < 2**32 else "int64"
        return {"type": "integer", "format": size} | ({"minimum": 0} if low == 0 else {})
    return dict(
        {
            T.TYPE_BOOL: {"type": "boolean"},
            T.TYPE_STRING: {"type": "string"},
            T.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
            T.TYPE_FLOAT: {"type": "number", "format": "float"},
            T.TYPE_DOUBLE: {"type": "number", "format": "double"},
        }[field.type]
    )
