"""protovalidate's rules of a field, as far as reading it needs them; services check them all."""

from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    extension: Any = validate_pb2.field
    rules: validate_pb2.FieldRules = field.GetOptions().Extensions[extension]
    return rules


def most_items(field: FieldDescriptor) -> int:
    """How many entries the rule of a list allows; 0 where it has none."""
    return rules_of(field).repeated.max_items


def bounds(field: FieldDescriptor, low: int, high: int) -> tuple[int, int]:
    """The least and the greatest whole number that the rule of a field allows, within its type."""
    rules = rules_of(field)
    rules = rules.repeated.items if field.is_repeated else rules
    kind = rules.WhichOneof("type")
    given = {f.name: value for f, value in getattr(rules, kind).ListFields()} if kind else {}
    return (
        max(low, given.get("gte", low), given.get("gt", low - 1) + 1),
        min(high, given.get("lte", high), given.get("lt", high + 1) - 1),
    )
