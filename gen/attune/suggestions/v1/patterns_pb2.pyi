import datetime

from attune.common.v1 import access_pb2 as _access_pb2
from attune.common.v1 import json_pb2 as _json_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetQueryPatternsRequest(_message.Message):
    __slots__ = ("limit", "user_id")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    limit: int
    user_id: str
    def __init__(self, limit: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...

class QueryPattern(_message.Message):
    __slots__ = ("id", "pattern_type", "target_id", "query_template", "frequency", "success_rate", "avg_response_time", "last_used", "metadata")
    ID_FIELD_NUMBER: _ClassVar[int]
    PATTERN_TYPE_FIELD_NUMBER: _ClassVar[int]
    TARGET_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    AVG_RESPONSE_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    id: int
    pattern_type: str
    target_id: str
    query_template: str
    frequency: int
    success_rate: float
    avg_response_time: float
    last_used: _timestamp_pb2.Timestamp
    metadata: _json_pb2.Json
    def __init__(self, id: _Optional[int] = ..., pattern_type: _Optional[str] = ..., target_id: _Optional[str] = ..., query_template: _Optional[str] = ..., frequency: _Optional[int] = ..., success_rate: _Optional[float] = ..., avg_response_time: _Optional[float] = ..., last_used: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...

class GetQueryPatternsResponse(_message.Message):
    __slots__ = ("user_id", "user_patterns", "role_patterns", "user_pattern_count", "role_pattern_count")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_PATTERNS_FIELD_NUMBER: _ClassVar[int]
    ROLE_PATTERNS_FIELD_NUMBER: _ClassVar[int]
    USER_PATTERN_COUNT_FIELD_NUMBER: _ClassVar[int]
    ROLE_PATTERN_COUNT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    user_patterns: _containers.RepeatedCompositeFieldContainer[QueryPattern]
    role_patterns: _containers.RepeatedCompositeFieldContainer[QueryPattern]
    user_pattern_count: int
    role_pattern_count: int
    def __init__(self, user_id: _Optional[str] = ..., user_patterns: _Optional[_Iterable[_Union[QueryPattern, _Mapping]]] = ..., role_patterns: _Optional[_Iterable[_Union[QueryPattern, _Mapping]]] = ..., user_pattern_count: _Optional[int] = ..., role_pattern_count: _Optional[int] = ...) -> None: ...

class ListQueryPatternsRequest(_message.Message):
    __slots__ = ("pattern_type", "target_id", "page_size", "page_token")
    PATTERN_TYPE_FIELD_NUMBER: _ClassVar[int]
    TARGET_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pattern_type: str
    target_id: str
    page_size: int
    page_token: str
    def __init__(self, pattern_type: _Optional[str] = ..., target_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQueryPatternsResponse(_message.Message):
    __slots__ = ("patterns", "next_page_token")
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    patterns: _containers.RepeatedCompositeFieldContainer[QueryPattern]
    next_page_token: str
    def __init__(self, patterns: _Optional[_Iterable[_Union[QueryPattern, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ExportQueryPatternsRequest(_message.Message):
    __slots__ = ("format", "pattern_type", "user_id")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    PATTERN_TYPE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    format: str
    pattern_type: str
    user_id: str
    def __init__(self, format: _Optional[str] = ..., pattern_type: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class RebuildQueryPatternsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RebuildQueryPatternsResponse(_message.Message):
    __slots__ = ("success", "message", "user_count", "pattern_count", "activity_count")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    USER_COUNT_FIELD_NUMBER: _ClassVar[int]
    PATTERN_COUNT_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_COUNT_FIELD_NUMBER: _ClassVar[int]
    success: bool
    message: str
    user_count: int
    pattern_count: int
    activity_count: int
    def __init__(self, success: _Optional[bool] = ..., message: _Optional[str] = ..., user_count: _Optional[int] = ..., pattern_count: _Optional[int] = ..., activity_count: _Optional[int] = ...) -> None: ...
