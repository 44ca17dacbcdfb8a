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

class GetEventSeriesRequest(_message.Message):
    __slots__ = ("event", "start_time", "end_time", "granularity", "time_zone", "source")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    GRANULARITY_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    event: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    granularity: str
    time_zone: str
    source: str
    def __init__(self, event: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., granularity: _Optional[str] = ..., time_zone: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class GetEventSeriesResponse(_message.Message):
    __slots__ = ("event", "granularity", "time_zone", "points", "pending")
    class Point(_message.Message):
        __slots__ = ("start", "events", "users", "users_exact")
        START_FIELD_NUMBER: _ClassVar[int]
        EVENTS_FIELD_NUMBER: _ClassVar[int]
        USERS_FIELD_NUMBER: _ClassVar[int]
        USERS_EXACT_FIELD_NUMBER: _ClassVar[int]
        start: _timestamp_pb2.Timestamp
        events: int
        users: int
        users_exact: bool
        def __init__(self, start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., events: _Optional[int] = ..., users: _Optional[int] = ..., users_exact: _Optional[bool] = ...) -> None: ...
    EVENT_FIELD_NUMBER: _ClassVar[int]
    GRANULARITY_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    event: str
    granularity: str
    time_zone: str
    points: _containers.RepeatedCompositeFieldContainer[GetEventSeriesResponse.Point]
    pending: bool
    def __init__(self, event: _Optional[str] = ..., granularity: _Optional[str] = ..., time_zone: _Optional[str] = ..., points: _Optional[_Iterable[_Union[GetEventSeriesResponse.Point, _Mapping]]] = ..., pending: _Optional[bool] = ...) -> None: ...
