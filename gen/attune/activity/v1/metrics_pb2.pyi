import datetime

from attune.common.v1 import access_pb2 as _access_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetActivityBreakdownRequest(_message.Message):
    __slots__ = ("days",)
    DAYS_FIELD_NUMBER: _ClassVar[int]
    days: int
    def __init__(self, days: _Optional[int] = ...) -> None: ...

class GetActivityBreakdownResponse(_message.Message):
    __slots__ = ("days", "since", "activities", "click_through")
    class Type(_message.Message):
        __slots__ = ("activity_type", "count", "unique_users")
        ACTIVITY_TYPE_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        UNIQUE_USERS_FIELD_NUMBER: _ClassVar[int]
        activity_type: str
        count: int
        unique_users: int
        def __init__(self, activity_type: _Optional[str] = ..., count: _Optional[int] = ..., unique_users: _Optional[int] = ...) -> None: ...
    class ClickThrough(_message.Message):
        __slots__ = ("total_queries", "clicked_suggestions", "click_through_rate")
        TOTAL_QUERIES_FIELD_NUMBER: _ClassVar[int]
        CLICKED_SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
        CLICK_THROUGH_RATE_FIELD_NUMBER: _ClassVar[int]
        total_queries: int
        clicked_suggestions: int
        click_through_rate: float
        def __init__(self, total_queries: _Optional[int] = ..., clicked_suggestions: _Optional[int] = ..., click_through_rate: _Optional[float] = ...) -> None: ...
    DAYS_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    CLICK_THROUGH_FIELD_NUMBER: _ClassVar[int]
    days: int
    since: _timestamp_pb2.Timestamp
    activities: _containers.RepeatedCompositeFieldContainer[GetActivityBreakdownResponse.Type]
    click_through: GetActivityBreakdownResponse.ClickThrough
    def __init__(self, days: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., activities: _Optional[_Iterable[_Union[GetActivityBreakdownResponse.Type, _Mapping]]] = ..., click_through: _Optional[_Union[GetActivityBreakdownResponse.ClickThrough, _Mapping]] = ...) -> None: ...

class ListClickThroughRatesRequest(_message.Message):
    __slots__ = ("days", "page_size", "page_token")
    DAYS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    days: int
    page_size: int
    page_token: str
    def __init__(self, days: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListClickThroughRatesResponse(_message.Message):
    __slots__ = ("days", "since", "users", "next_page_token")
    class User(_message.Message):
        __slots__ = ("user_id", "total_queries", "clicked_suggestions", "click_through_rate")
        USER_ID_FIELD_NUMBER: _ClassVar[int]
        TOTAL_QUERIES_FIELD_NUMBER: _ClassVar[int]
        CLICKED_SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
        CLICK_THROUGH_RATE_FIELD_NUMBER: _ClassVar[int]
        user_id: str
        total_queries: int
        clicked_suggestions: int
        click_through_rate: float
        def __init__(self, user_id: _Optional[str] = ..., total_queries: _Optional[int] = ..., clicked_suggestions: _Optional[int] = ..., click_through_rate: _Optional[float] = ...) -> None: ...
    DAYS_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    days: int
    since: _timestamp_pb2.Timestamp
    users: _containers.RepeatedCompositeFieldContainer[ListClickThroughRatesResponse.User]
    next_page_token: str
    def __init__(self, days: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., users: _Optional[_Iterable[_Union[ListClickThroughRatesResponse.User, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
