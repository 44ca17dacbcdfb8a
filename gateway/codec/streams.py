"""Messages of a stream as server-sent events: which field names the event and which numbers it.

The option `stream_field` (attune.common.v1.streams) says so in the protos.
"""

from collections.abc import Callable
from typing import Any

from attune.common.v1 import streams_pb2
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from gateway.http.answers import event


def last_id_field(request: Descriptor) -> str:
    """The field of a request for the last event that the reader has; "" where it has none."""
    return field_that_is(request, streams_pb2.STREAM_FIELD_LAST_ID)


def framer(message: Descriptor, encode: Callable[[Message], bytes]) -> Callable[[Message], bytes]:
    """Writes messages of a type as frames. Names and ids are Attune's own: plain words."""
    name = field_that_is(message, streams_pb2.STREAM_FIELD_NAME)
    number = field_that_is(message, streams_pb2.STREAM_FIELD_ID)
    if not (name or number):
        return lambda found: event(encode(found))

    def frame(found: Message) -> bytes:
        return event(encode(found), text(found, name), text(found, number))

    return frame


def text(message: Message, field: str) -> bytes:
    return str(getattr(message, field)).encode() if field else b""


def field_that_is(message: Descriptor, what: int) -> str:
    extension: Any = streams_pb2.stream_field
    for field in message.fields:
        if field.GetOptions().Extensions[extension] == what:
            return str(field.name)
    return ""
