from attune.common.v1 import access_pb2 as _access_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SnapshotFactsRequest(_message.Message):
    __slots__ = ("after", "as_of")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    after: str
    as_of: int
    def __init__(self, after: _Optional[str] = ..., as_of: _Optional[int] = ...) -> None: ...

class SnapshotFactsResponse(_message.Message):
    __slots__ = ("facts", "as_of", "up_to")
    class Fact(_message.Message):
        __slots__ = ("type", "payload")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        PAYLOAD_FIELD_NUMBER: _ClassVar[int]
        type: str
        payload: bytes
        def __init__(self, type: _Optional[str] = ..., payload: _Optional[bytes] = ...) -> None: ...
    FACTS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    UP_TO_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedCompositeFieldContainer[SnapshotFactsResponse.Fact]
    as_of: int
    up_to: str
    def __init__(self, facts: _Optional[_Iterable[_Union[SnapshotFactsResponse.Fact, _Mapping]]] = ..., as_of: _Optional[int] = ..., up_to: _Optional[str] = ...) -> None: ...
