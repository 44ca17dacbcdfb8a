from attune.common.v1 import access_pb2 as _access_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetPersonalizedSuggestionsRequest(_message.Message):
    __slots__ = ("connection_id", "partial_query", "max_suggestions", "user_id")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_QUERY_FIELD_NUMBER: _ClassVar[int]
    MAX_SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    partial_query: str
    max_suggestions: int
    user_id: str
    def __init__(self, connection_id: _Optional[str] = ..., partial_query: _Optional[str] = ..., max_suggestions: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...

class Suggestion(_message.Message):
    __slots__ = ("text", "type", "description", "icon")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ICON_FIELD_NUMBER: _ClassVar[int]
    text: str
    type: str
    description: str
    icon: str
    def __init__(self, text: _Optional[str] = ..., type: _Optional[str] = ..., description: _Optional[str] = ..., icon: _Optional[str] = ...) -> None: ...

class GetPersonalizedSuggestionsResponse(_message.Message):
    __slots__ = ("connection_id", "partial_query", "suggestions", "source", "original_source", "user_patterns", "role_patterns", "count")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_QUERY_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_SOURCE_FIELD_NUMBER: _ClassVar[int]
    USER_PATTERNS_FIELD_NUMBER: _ClassVar[int]
    ROLE_PATTERNS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    partial_query: str
    suggestions: _containers.RepeatedCompositeFieldContainer[Suggestion]
    source: str
    original_source: str
    user_patterns: _containers.RepeatedScalarFieldContainer[str]
    role_patterns: _containers.RepeatedScalarFieldContainer[str]
    count: int
    def __init__(self, connection_id: _Optional[str] = ..., partial_query: _Optional[str] = ..., suggestions: _Optional[_Iterable[_Union[Suggestion, _Mapping]]] = ..., source: _Optional[str] = ..., original_source: _Optional[str] = ..., user_patterns: _Optional[_Iterable[str]] = ..., role_patterns: _Optional[_Iterable[str]] = ..., count: _Optional[int] = ...) -> None: ...
