"""protovalidate's rules of a field as JSON Schema."""

from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor

from gateway.codec.rules import rules_of

Schema = dict[str, Any]

TEXT = {
    "min_len": "minLength",
    "max_len": "maxLength",
    "pattern": "pattern",
    "const": "const",
}
FORMATS = {
    "email": "email",
    "hostname": "hostname",
    "ipv4": "ipv4",
    "ipv6": "ipv6",
    "uri": "uri",
    "uri_ref": "uri-reference",
    "uuid": "uuid",
}
NUMBER = {
    "gte": "minimum",
    "gt": "exclusiveMinimum",
    "lte": "maximum",
    "lt": "exclusiveMaximum",
    "const": "const",
}
LIST = {"min_items": "minItems", "max_items": "maxItems"}
MAP = {"min_pairs": "minProperties", "max_pairs": "maxProperties"}


def is_required(field: FieldDescriptor) -> bool:
    """Whether a request without the field is refused."""
    rules = rules_of(field)
    if rules.required:
        return True
    if field.has_presence or rules.ignore == validate_pb2.IGNORE_ALWAYS:
        return False
    if field.is_repeated:
        return bool(rules.repeated.min_items)
    return rules.string.min_len > 0 or (bool(rules.string) and is_refused_empty(rules.string))


def is_refused_empty(rules: Any) -> bool:
    given = list(getattr(rules, "in"))
    return bool(given) and "" not in given


def constraints(rules: validate_pb2.FieldRules) -> Schema:
    """The rules of a value, of its items too."""
    kind = rules.WhichOneof("type")
    if kind is None or rules.ignore == validate_pb2.IGNORE_ALWAYS:
        return {}
    given: Any = getattr(rules, kind)
    if kind == "string":
        return of_text(given)
    if kind == "repeated":
        return of_list(given)
    if kind == "map":
        return pick(given, MAP)
    if kind in ("enum", "bool", "bytes", "any", "duration", "timestamp", "field_mask"):
        return {}
    return pick(given, NUMBER) | one_of(given)


def of_text(given: Any) -> Schema:
    well_known = given.WhichOneof("well_known")
    schema = pick(given, TEXT) | one_of(given)
    if given.HasField("len"):
        schema |= {"minLength": given.len, "maxLength": given.len}
    return schema | ({"format": FORMATS[well_known]} if well_known in FORMATS else {})


def of_list(given: Any) -> Schema:
    schema = pick(given, LIST)
    if given.unique:
        schema["uniqueItems"] = True
    items = constraints(given.items)
    return schema | ({"items": items} if items else {})


def one_of(given: Any) -> Schema:
    values = list(getattr(given, "in"))
    return {"enum": values} if values else {}


def pick(given: Any, names: dict[str, str]) -> Schema:
    present = {field.name for field, _ in given.ListFields()}
    return {names[name]: getattr(given, name) for name in names if name in present}
