from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
UNREAD_OF_FIELD_NUMBER: _ClassVar[int]
unread_of: _descriptor.FieldDescriptor

class UnreadEntry(_message.Message):
    __slots__ = ("index", "violations")
    class Violation(_message.Message):
        __slots__ = ("field", "message")
        FIELD_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        field: str
        message: str
        def __init__(self, field: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
    INDEX_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    index: int
    violations: _containers.RepeatedCompositeFieldContainer[UnreadEntry.Violation]
    def __init__(self, index: _Optional[int] = ..., violations: _Optional[_Iterable[_Union[UnreadEntry.Violation, _Mapping]]] = ...) -> None: ...
