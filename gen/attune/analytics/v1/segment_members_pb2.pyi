import datetime

from attune.common.v1 import access_pb2 as _access_pb2
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

class ListSegmentMembersRequest(_message.Message):
    __slots__ = ("segment_id", "page_size", "page_token")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    page_size: int
    page_token: str
    def __init__(self, segment_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSegmentMembersResponse(_message.Message):
    __slots__ = ("user_ids", "user_count", "refreshed_at", "next_page_token")
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    USER_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFRESHED_AT_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    user_count: int
    refreshed_at: _timestamp_pb2.Timestamp
    next_page_token: str
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ..., user_count: _Optional[int] = ..., refreshed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class StreamSegmentMembersRequest(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...

class StreamSegmentMembersResponse(_message.Message):
    __slots__ = ("user_ids",)
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ExportSegmentMembersRequest(_message.Message):
    __slots__ = ("segment_id", "format")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    format: str
    def __init__(self, segment_id: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...

class UploadSegmentMembersRequest(_message.Message):
    __slots__ = ("segment_id", "body", "append")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    APPEND_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    body: _httpbody_pb2.HttpBody
    append: bool
    def __init__(self, segment_id: _Optional[str] = ..., body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ..., append: _Optional[bool] = ...) -> None: ...

class UploadSegmentMembersResponse(_message.Message):
    __slots__ = ("accepted", "duplicates", "refused", "refusals")
    class Refusal(_message.Message):
        __slots__ = ("line", "message")
        LINE_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        line: int
        message: str
        def __init__(self, line: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    duplicates: int
    refused: int
    refusals: _containers.RepeatedCompositeFieldContainer[UploadSegmentMembersResponse.Refusal]
    def __init__(self, accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., refused: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[UploadSegmentMembersResponse.Refusal, _Mapping]]] = ...) -> None: ...

class RefreshSegmentRequest(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...

class RefreshSegmentResponse(_message.Message):
    __slots__ = ("refreshing",)
    REFRESHING_FIELD_NUMBER: _ClassVar[int]
    refreshing: bool
    def __init__(self, refreshing: _Optional[bool] = ...) -> None: ...

class ListSegmentSizesRequest(_message.Message):
    __slots__ = ("segment_id", "page_size", "page_token")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    page_size: int
    page_token: str
    def __init__(self, segment_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SegmentSize(_message.Message):
    __slots__ = ("refreshed_at", "user_count", "added", "removed", "full")
    REFRESHED_AT_FIELD_NUMBER: _ClassVar[int]
    USER_COUNT_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    FULL_FIELD_NUMBER: _ClassVar[int]
    refreshed_at: _timestamp_pb2.Timestamp
    user_count: int
    added: int
    removed: int
    full: bool
    def __init__(self, refreshed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., user_count: _Optional[int] = ..., added: _Optional[int] = ..., removed: _Optional[int] = ..., full: _Optional[bool] = ...) -> None: ...

class ListSegmentSizesResponse(_message.Message):
    __slots__ = ("sizes", "next_page_token")
    SIZES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sizes: _containers.RepeatedCompositeFieldContainer[SegmentSize]
    next_page_token: str
    def __init__(self, sizes: _Optional[_Iterable[_Union[SegmentSize, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListSegmentUsesRequest(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...

class SegmentUse(_message.Message):
    __slots__ = ("kind", "used_by", "name", "since")
    KIND_FIELD_NUMBER: _ClassVar[int]
    USED_BY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    used_by: str
    name: str
    since: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[str] = ..., used_by: _Optional[str] = ..., name: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListSegmentUsesResponse(_message.Message):
    __slots__ = ("uses",)
    USES_FIELD_NUMBER: _ClassVar[int]
    uses: _containers.RepeatedCompositeFieldContainer[SegmentUse]
    def __init__(self, uses: _Optional[_Iterable[_Union[SegmentUse, _Mapping]]] = ...) -> None: ...

class PutSegmentUseRequest(_message.Message):
    __slots__ = ("segment_id", "kind", "used_by", "name", "over")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    USED_BY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OVER_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    kind: str
    used_by: str
    name: str
    over: bool
    def __init__(self, segment_id: _Optional[str] = ..., kind: _Optional[str] = ..., used_by: _Optional[str] = ..., name: _Optional[str] = ..., over: _Optional[bool] = ...) -> None: ...

class PutSegmentUseResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
