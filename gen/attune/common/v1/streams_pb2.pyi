from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class StreamField(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STREAM_FIELD_UNSPECIFIED: _ClassVar[StreamField]
    STREAM_FIELD_ID: _ClassVar[StreamField]
    STREAM_FIELD_NAME: _ClassVar[StreamField]
    STREAM_FIELD_LAST_ID: _ClassVar[StreamField]
STREAM_FIELD_UNSPECIFIED: StreamField
STREAM_FIELD_ID: StreamField
STREAM_FIELD_NAME: StreamField
STREAM_FIELD_LAST_ID: StreamField
STREAM_FIELD_FIELD_NUMBER: _ClassVar[int]
stream_field: _descriptor.FieldDescriptor
