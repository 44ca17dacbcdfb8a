import datetime

from attune.common.v1 import access_pb2 as _access_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetPreferencesRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class Preferences(_message.Message):
    __slots__ = ("user_id", "preferred_query_types", "excluded_metrics", "preferred_metrics", "preferred_dimensions", "show_advanced_queries", "max_suggestions", "updated_at")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_QUERY_TYPES_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_METRICS_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_METRICS_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    SHOW_ADVANCED_QUERIES_FIELD_NUMBER: _ClassVar[int]
    MAX_SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    preferred_query_types: _containers.RepeatedScalarFieldContainer[str]
    excluded_metrics: _containers.RepeatedScalarFieldContainer[str]
    preferred_metrics: _containers.RepeatedScalarFieldContainer[str]
    preferred_dimensions: _containers.RepeatedScalarFieldContainer[str]
    show_advanced_queries: bool
    max_suggestions: int
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., preferred_query_types: _Optional[_Iterable[str]] = ..., excluded_metrics: _Optional[_Iterable[str]] = ..., preferred_metrics: _Optional[_Iterable[str]] = ..., preferred_dimensions: _Optional[_Iterable[str]] = ..., show_advanced_queries: _Optional[bool] = ..., max_suggestions: _Optional[int] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UpdatePreferencesRequest(_message.Message):
    __slots__ = ("preferences", "update_mask", "user_id")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    update_mask: _field_mask_pb2.FieldMask
    user_id: str
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., user_id: _Optional[str] = ...) -> None: ...

class UpdatePreferencesResponse(_message.Message):
    __slots__ = ("success", "preferences")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    success: bool
    preferences: Preferences
    def __init__(self, success: _Optional[bool] = ..., preferences: _Optional[_Union[Preferences, _Mapping]] = ...) -> None: ...
