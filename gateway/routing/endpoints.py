"""An RPC as one HTTP binding reaches it, with all that can be prepared made ready at start."""

from collections.abc import Callable
from typing import Any

import grpc
import msgspec
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from gateway.codec.bodies import cut
from gateway.codec.decode import Decoders, mask_paths
from gateway.codec.encode import Encoders, to_json
from gateway.codec.entries import callers_fields
from gateway.codec.parameters import parameters, query_pairs
from gateway.codec.scalars import FIELD_MASK, HTTP_BODY, JSON, Refused, message_of
from gateway.codec.streams import framer, last_id_field
from gateway.http.bodies import is_json
from gateway.http.problems import Problem, invalid, unsupported
from gateway.http.visit import Visit
from gateway.routing.routes import Binding
from gateway.routing.templates import values

Violations = list[tuple[str, str]]

MASK = "update_mask"
KEY = "request_id"
KEY_NAME = "Idempotency-Key"
KEY_HEADER = KEY_NAME.lower().encode()
LAST_EVENT_ID = b"last-event-id"


class Endpoint:
    """Makes the request message of a visit, and holds how to call and to answer."""

    def __init__(self, binding: Binding, decoders: Decoders, encoders: Encoders) -> None:
        method = binding.method
        self.binding = binding
        self.name = f"/{method.containing_service.full_name}/{method.name}"
        self.anyone: bool = binding.access.anyone
        self.uploads: bool = method.client_streaming
        self.streams: bool = method.server_streaming
        self.is_unary = not (self.uploads or self.streams)
        self.downloads = method.output_type.full_name == HTTP_BODY
        self.request_class: type[Message] = GetMessageClass(method.input_type)
        self.answer_class: type[Message] = GetMessageClass(method.output_type)
        self.encode = answer_encoder(binding, encoders)
        # A message of a stream as a server-sent event.
        self.frame = framer(method.output_type, self.encode)
        self._body = body_reader(binding, decoders)
        fields = parameters(method.input_type, frozenset())
        in_path = [variable.field for variable in binding.template.variables]
        self.path = {name: fields[name] for name in in_path}
        self.query = parameters(method.input_type, taken(binding)) if binding.body != "*" else {}
        self.keyed = KEY in method.input_type.fields_by_name
        self._last_id = last_id_field(method.input_type)
        self.resumes = bool(self._last_id)

    def stub(self, channel: grpc.aio.Channel) -> Any:
        """The callable of this RPC on a channel, in bytes."""
        kind = {
            (False, False): channel.unary_unary,
            (False, True): channel.unary_stream,
            (True, False): channel.stream_unary,
        }[self.uploads, self.streams]
        return kind(
            self.name,
            request_serializer=self.request_class.SerializeToString,
            response_deserializer=self.answer_class.FromString,
        )

    def request(self, visit: Visit, segments: list[str], body: bytes) -> Message:
        """The request message; raises a Problem that names all that is wrong."""
        problems: Violations = []
        message = self._read_body(visit, body, problems)
        self._read_path(message, segments, problems)
        if visit.query:
            self._read_query(message, visit.query, problems)
        if self.keyed:
            read_key(message, visit.headers.get(KEY_HEADER), problems)
        if self._last_id and (last := visit.headers.get(LAST_EVENT_ID)) is not None:
            setattr(message, self._last_id, last.decode("latin-1"))
        if problems:
            raise invalid(*problems)
        return message

    def as_written(self, visit: Visit, field: str) -> str:
        """A field of the request as the caller named it: without the body's own, by its header."""
        if field == KEY and KEY_HEADER in visit.headers:
            return KEY_NAME
        return field.removeprefix(f"{self.binding.body}.")

    def piece(self, data: bytes) -> Message:
        """A later message of an upload: nothing but bytes."""
        if self.binding.body == "*":
            return self.request_class(data=data)
        return self.request_class(**{self.binding.body: HttpBody(data=data)})

    def _read_body(self, visit: Visit, body: bytes, problems: Violations) -> Message:
        try:
            return self.request_class(**self._body(visit, body))
        except Refused as refusal:
            problems += ((path.lstrip(".") or "body", why) for path, why in refusal.violations)
            return self.request_class()

    def _read_path(self, message: Message, segments: list[str], problems: Violations) -> None:
        if not self.path:
            return
        try:
            for name, text in values(self.binding.template, segments):
                put(self.path[name].put_from_path, name, message, text, problems)
        except UnicodeDecodeError:
            raise Problem(404, "NO_ROUTE", "the path is not UTF-8") from None

    def _read_query(self, message: Message, query: bytes, problems: Violations) -> None:
        seen: set[str] = set()
        for name, text in query_pairs(query):
            parameter = self.query.get(name)
            if parameter is None:
                problems.append((name[:100], self._stray(name)))
            elif text is None:
                problems.append((name, "is not UTF-8"))
            elif name in seen and not parameter.field.is_repeated:
                problems.append((name, "is given more than once"))
            else:
                put(parameter.put, name, message, text, problems)
            seen.add(name)

    def _stray(self, name: str) -> str:
        known = name in {field.name for field in callers_fields(self.binding.method.input_type)}
        return "belongs in the body" if known and self.binding.body else "is not a known parameter"


def put(
    set_text: Callable[[Message, str], None],
    name: str,
    message: Message,
    text: str,
    problems: Violations,
) -> None:
    try:
        set_text(message, text)
    except Refused as refusal:
        problems += ((name, why) for _, why in refusal.violations)


def read_key(message: Any, header: bytes | None, problems: Violations) -> None:
    """Idempotency-Key is the header form of the field request_id."""
    if header is None:
        return
    key = header.decode("latin-1")
    if not (key.isascii() and key.isprintable()):
        problems.append((KEY_NAME, "must be printable ASCII"))
    elif getattr(message, KEY) not in ("", key):
        problems.append((KEY_NAME, f"differs from the {KEY} in the body"))
    else:
        setattr(message, KEY, key)


def taken(binding: Binding) -> frozenset[str]:
    """The fields that a query cannot give."""
    names = {variable.field for variable in binding.template.variables} | {binding.body}
    return frozenset(names | {MASK} if has_mask(binding) else names)


def has_mask(binding: Binding) -> bool:
    field = binding.method.input_type.fields_by_name.get(MASK)
    return bool(
        binding.body not in ("", "*")
        and field is not None
        and field.message_type
        and field.message_type.full_name == FIELD_MASK
    )


BodyReader = Callable[[Visit, bytes], dict[str, Any]]


def body_reader(binding: Binding, decoders: Decoders) -> BodyReader:
    """How the body becomes fields of the request message."""
    method = binding.method
    if binding.body == "*":
        if method.input_type.full_name == HTTP_BODY:
            return raw_message
        return json_message(decoders.of(method.input_type).body)
    if binding.body:
        field = method.input_type.fields_by_name[binding.body]
        if field.message_type and field.message_type.full_name == HTTP_BODY:
            return lambda visit, body: {field.name: HttpBody(**raw_message(visit, body))}
        return json_field(field, decoders, masked=has_mask(binding))
    return no_body


def raw_message(visit: Visit, body: bytes) -> dict[str, Any]:
    kind = visit.headers.get(b"content-type", b"application/octet-stream")
    return {"content_type": kind.decode("latin-1"), "data": body}


def no_body(visit: Visit, body: bytes) -> dict[str, Any]:
    if body and body.strip() not in (b"", b"{}"):
        raise Refused(("", "this endpoint takes query parameters, and no body"))
    return {}


def json_message(values_of: Callable[[bytes], dict[str, Any]]) -> BodyReader:
    def read(visit: Visit, body: bytes) -> dict[str, Any]:
        check_type(visit)
        return values_of(body) if body else {}

    return read


def json_field(field: FieldDescriptor, decoders: Decoders, masked: bool) -> BodyReader:
    parse = decoders.field(field)

    def read(visit: Visit, body: bytes) -> dict[str, Any]:
        check_type(visit)
        if not body:
            return {}
        raw = cut(body)
        if bytes(raw) == b"null" and not takes_null(field):
            return {}
        value = {field.name: parse(raw)}
        if masked:
            value[MASK] = {"paths": list(mask_paths(raw, message_of(field)))}
        return value

    return read


def takes_null(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.full_name == JSON)


def check_type(visit: Visit) -> None:
    if not is_json(visit.headers.get(b"content-type", b"")):
        raise unsupported("the body must be application/json in UTF-8")


def answer_encoder(binding: Binding, encoders: Encoders) -> Callable[[Message], bytes]:
    output = binding.method.output_type
    if output.full_name == HTTP_BODY:
        return Message.SerializeToString  # never used: its bytes go out as they are
    if not binding.response_body:
        return encoders.of(output).encode
    take = encoders.field(output.fields_by_name[binding.response_body])

    def encode(message: Message) -> bytes:
        value = take(message)
        return to_json(None if value is msgspec.UNSET else value)

    return encode
