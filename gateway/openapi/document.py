"""`python -m gateway.openapi DESCRIPTORS OUT`: the REST API as OpenAPI 3.1, part of `make gen`.

DESCRIPTORS is a descriptor set made with --include_source_info; it gives the comments. Routes and
fields are those that the gateway itself serves, by the same code.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from attune.common.v1.errors_pb2 import ErrorReason
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gateway.codec.decode import Decoders
from gateway.codec.encode import Encoders
from gateway.codec.scalars import HTTP_BODY, message_of
from gateway.openapi.comments import comments
from gateway.openapi.examples import example_of
from gateway.openapi.rules import Schema, is_required
from gateway.openapi.schemas import Schemas
from gateway.routing.endpoints import Endpoint, has_mask
from gateway.routing.routes import discover
from services.common.scopes import ANY_SCOPE, scope_text

PACKAGE = re.compile(r"attune\.(\w+)\.v1")
VARIABLE = re.compile(r"\{([a-z0-9_.]+)=[^}]+\}")
REASON_PREFIX = "ERROR_REASON_"
EXAMPLE = re.compile(r"Example: (\{.*?\})(?=\n\n|$)", re.DOTALL)
ANSWER = re.compile(r"Answer: (\{.*?\})(?=\n\n|$)", re.DOTALL)
BINARY: Schema = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
ABOUT = (
    "Records what people do, learns what they ask, suggests the next question. "
    "Send a bearer token with every request. Errors are application/problem+json, and each "
    "`reason` keeps its meaning. A write with an Idempotency-Key is safe to repeat for 24 hours."
)
TITLES = {
    "400": "The body is no JSON or no UTF-8.",
    "401": "No good credential.",
    "403": "The caller may not do this.",
    "404": "No such thing in this organization.",
    "409": "The wrong state, or a key or name that is in use.",
    "413": "The body is too large.",
    "415": "The body's type or encoding is not understood.",
    "422": "Fields that break their rules, are missing or unknown: all are named.",
    "429": "Over the rate limit: Retry-After says when to come again.",
    "503": "A part is down or full: Retry-After says when to come again.",
    "504": "The deadline passed.",
}


class Description:
    """Builds the document, one endpoint at a time."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        self._schemas = Schemas(texts)
        self._operations: dict[str, int] = {}
        self.paths: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, Schema] = {}

    def announce(self, endpoint: Endpoint) -> None:
        """Note an endpoint's messages, before any is described."""
        method = endpoint.binding.method
        body = endpoint.binding.body
        if body == "*":
            self._schemas.announce(method.input_type, True)
        elif body:
            field = method.input_type.fields_by_name[body]
            if field.message_type:
                self._schemas.announce(message_of(field), True)
            if has_mask(endpoint.binding):
                self._schemas.partial.add(message_of(field).full_name)
        self._schemas.announce(method.output_type, False)

    def add(self, endpoint: Endpoint) -> None:
        binding = endpoint.binding
        path = VARIABLE.sub(r"{\1}", binding.template.text)
        operations = self.paths.setdefault(path, {})
        operation, verb = self._operation(endpoint), binding.verb.lower()
        operations[verb] = joined(operations[verb], operation) if verb in operations else operation

    def _operation(self, endpoint: Endpoint) -> Schema:
        method = endpoint.binding.method
        text = self._texts.get(method.full_name, "")
        described = re.sub(r"\n*(Example|Answer): \{.*", "", text, flags=re.DOTALL)
        operation: Schema = {
            "operationId": self._operation_id(method),
            "tags": [self._tag(method)],
            "summary": re.split(r"(?<=[.;:])\s", described, maxsplit=1)[0].rstrip(".;:"),
            "description": f"{described}\n\n{about_keys(endpoint)}".strip(),
        }
        if parameters := self._parameters(endpoint):
            operation["parameters"] = parameters
        if endpoint.binding.body:
            operation["requestBody"] = self._request_body(endpoint, text)
        operation["responses"] = self._responses(endpoint, text)
        if endpoint.anyone:
            operation["security"] = []
        return operation

    def _operation_id(self, method: MethodDescriptor) -> str:
        name = method.name[0].lower() + method.name[1:]
        number = self._operations[name] = self._operations.get(name, 0) + 1
        return name if number == 1 else f"{name}{number}"

    def _tag(self, method: MethodDescriptor) -> str:
        service = method.containing_service
        name = service.name.removesuffix("Service")
        text = self._texts.get(service.full_name, "")
        self.tags[name] = {"name": name} | ({"description": text} if text else {})
        return name

    def _parameters(self, endpoint: Endpoint) -> list[Schema]:
        fields = [("path", p) for p in endpoint.path.values()]
        fields += [("query", p) for p in endpoint.query.values()]
        found = []
        for place, parameter in fields:
            schema = self._schemas.field(parameter.field, sent=True)
            about = {"description": schema.pop("description", "")}
            required = place == "path" or is_required(parameter.field)
            found.append(
                {"name": parameter.name, "in": place, "required": required}
                | about
                | {"schema": schema}
            )
        if endpoint.keyed:
            found.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if endpoint.resumes:
            found.append({"$ref": "#/components/parameters/LastEventId"})
        return found

    def _request_body(self, endpoint: Endpoint, text: str) -> Schema:
        binding = endpoint.binding
        request = binding.method.input_type
        if binding.body == "*":
            if request.full_name == HTTP_BODY:
                return {"content": BINARY}
            in_path = frozenset(endpoint.path)
            schema = (
                self._schemas.message(request, True, in_path)
                if in_path
                else self._schemas.reference(request, True)
            )
        else:
            field = request.fields_by_name[binding.body]
            if field.message_type and field.message_type.full_name == HTTP_BODY:
                return {"content": BINARY}
            schema = self._schemas.field(field, sent=True)
        return {
            "required": True,
            "content": {"application/json": self._media(schema, text, EXAMPLE)},
        }

    def _media(self, schema: Schema, text: str, given: re.Pattern[str]) -> Schema:
        example = given.search(text)
        value = json.loads(example[1]) if example else example_of(schema, self._schemas.components)
        return {"schema": schema, "example": value}

    def _responses(self, endpoint: Endpoint, text: str) -> Schema:
        failures = {"422", "429", "503", "504"}
        if not endpoint.anyone:
            failures |= {"401", "403"}
        if endpoint.path:
            failures.add("404")
        if endpoint.binding.body:
            failures |= {"400", "413", "415"}
        if endpoint.binding.verb != "GET":
            failures.add("409")
        good: Schema = {"200": self._answer(endpoint, text)}
        return good | {
            status: {"$ref": f"#/components/responses/{status}"} for status in sorted(failures)
        }

    def _answer(self, endpoint: Endpoint, text: str) -> Schema:
        binding = endpoint.binding
        answer = binding.method.output_type
        about = self._texts.get(answer.full_name) or "The answer."
        if endpoint.downloads:
            return {"description": "The bytes.", "content": BINARY}
        if binding.response_body:
            schema = self._schemas.field(answer.fields_by_name[binding.response_body], False)
        else:
            schema = self._schemas.reference(answer, False)
        kind = "text/event-stream" if endpoint.streams else "application/json"
        return {"description": about, "content": {kind: self._media(schema, text, ANSWER)}}

    def document(self) -> Schema:
        schemas = self._schemas.components | problem_schemas(self._texts)
        return {
            "openapi": "3.1.0",
            "info": {"title": "Attune", "version": "v1", "description": ABOUT},
            "servers": [{"url": "/"}],
            "security": [{"bearer": []}],
            "tags": [self.tags[name] for name in sorted(self.tags)],
            "paths": dict(sorted(self.paths.items())),
            "components": {
                "schemas": dict(sorted(schemas.items())),
                "responses": {status: problem_response(status) for status in TITLES},
                "parameters": {"IdempotencyKey": IDEMPOTENCY_KEY, "LastEventId": LAST_EVENT_ID},
                "securitySchemes": {"bearer": BEARER},
            },
        }


def joined(first: Schema, second: Schema) -> Schema:
    """One operation of two RPCs with the same path, of which one streams: Accept says which."""
    answer, other = (one["responses"]["200"] for one in (first, second))
    both = answer | {"content": answer["content"] | other["content"]}
    description = f"{first['description']}\n\n{second['description']}"
    responses = first["responses"] | {"200": both}
    return first | {"description": description, "responses": responses}


def about_keys(endpoint: Endpoint) -> str:
    """What an API key must have been made for, to call the endpoint."""
    scope = scope_text(endpoint.binding.access.scope)
    if endpoint.anyone or scope == ANY_SCOPE:
        return ""
    return f"An API key needs the scope `{scope}`." if scope else "Not for API keys."


IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body gets the first answer again, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


LAST_EVENT_ID: Schema = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The id of the last event that came: the stream goes on after it.",
    "schema": {"type": "string"},
}


BEARER: Schema = {
    "type": "http",
    "scheme": "bearer",
    "description": "A JWT of the identity provider, or an API key.",
}


def problem_response(status: str) -> Schema:
    schema = {"$ref": "#/components/schemas/Problem"}
    response: Schema = {
        "description": TITLES[status],
        "content": {"application/problem+json": {"schema": schema}},
    }
    if status in ("429", "503"):
        seconds = {"description": "In how many seconds.", "schema": {"type": "integer"}}
        response["headers"] = {"Retry-After": seconds}
    return response


def problem_schemas(texts: dict[str, str]) -> dict[str, Schema]:
    """What gateway.problems writes."""
    text = {"type": "string"}
    violation = {
        "type": "object",
        "properties": {"field": text, "message": text},
        "required": ["field", "message"],
    }
    always = ("type", "title", "detail", "request_id")
    fields: Schema = dict.fromkeys(always, text)
    fields |= {
        "status": {"type": "integer"},
        "reason": {"$ref": "#/components/schemas/ErrorReason"},
        "errors": {"type": "array", "items": violation},
    }
    problem = {
        "type": "object",
        "description": "An error (RFC 9457).",
        "properties": fields,
        "required": [*always, "status", "reason"],
    }
    return {"ErrorReason": reason_schema(texts), "Problem": problem}


def reason_schema(texts: dict[str, str]) -> Schema:
    """The catalogue of reasons, each with its comment."""
    reasons = ErrorReason.DESCRIPTOR
    scope = reasons.file.package
    described = {
        value.name.removeprefix(REASON_PREFIX): texts.get(f"{scope}.{value.name}", "")
        for value in reasons.values
        if value.number
    }
    return {
        "type": "string",
        "description": "Why a call failed. Stable: new reasons may come.",
        "enum": list(described),
        "x-descriptions": described,
    }


def describe(described: bytes, services: Iterable[str]) -> Schema:
    """The document of these services."""
    description = Description(comments(described))
    decoders, encoders = Decoders(), Encoders()
    endpoints = [Endpoint(b, decoders, encoders) for b in discover(services)]
    for endpoint in endpoints:
        description.announce(endpoint)
    for endpoint in endpoints:
        description.add(endpoint)
    return description.document()


def services_in(described: bytes) -> list[str]:
    """The services among the packages of a descriptor set."""
    files = FileDescriptorSet.FromString(described).file
    matches = [PACKAGE.fullmatch(file.package) for file in files if file.service]
    return sorted({match[1] for match in matches if match})
