"""Example values, from schemas and from what comments quote."""

import re
from typing import Any

from gateway.openapi.rules import Schema

QUOTED = re.compile(r'"([^"]+)"')
MOMENT = "2025-12-29T10:30:00Z"
DEEPEST = 5
BY_TYPE: dict[str, Any] = {"boolean": True, "integer": 1, "number": 1.0, "string": "text"}


def example_of(schema: Schema, components: dict[str, Schema], depth: int = 0) -> Any:
    """A value that fits the schema."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return example_of(components[name], components, depth)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return example_of_object(schema, components, depth)
    if kind == "array":
        if depth >= DEEPEST or not schema.get("minItems", 1):
            return []
        return [example_of(schema["items"], components, depth + 1)]
    return example_of_scalar(schema)


def example_of_object(schema: Schema, components: dict[str, Schema], depth: int) -> Any:
    if "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
        return {"name": example_of(schema["additionalProperties"], components, depth + 1)}
    required = set(schema.get("required", ()))
    return {
        name: example_of(field, components, depth + 1)
        for name, field in schema.get("properties", {}).items()
        if name in required or depth < DEEPEST
    }


def example_of_scalar(schema: Schema) -> Any:
    if schema.get("format") == "date-time":
        return MOMENT
    if schema.get("type") == "string":
        quoted = QUOTED.search(schema.get("description", ""))
        fits = quoted and len(quoted[1]) <= schema.get("maxLength", 100)
        return quoted[1] if quoted and fits and "pattern" not in schema else "text"
    if schema.get("type") in ("integer", "number"):
        return schema.get("minimum", 1) or 1
    return BY_TYPE.get(schema.get("type", ""), {})
