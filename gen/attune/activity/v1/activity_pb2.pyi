import datetime

from attune.common.v1 import access_pb2 as _access_pb2
from attune.common.v1 import entries_pb2 as _entries_pb2
from attune.common.v1 import json_pb2 as _json_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LogActivityRequest(_message.Message):
    __slots__ = ("activity_type", "query_text", "response_data", "suggestion_clicked", "feedback_rating", "metadata", "user_id", "created_at", "request_id")
    ACTIVITY_TYPE_FIELD_NUMBER: _ClassVar[int]
    QUERY_TEXT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_DATA_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_CLICKED_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_RATING_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    activity_type: str
    query_text: str
    response_data: _json_pb2.Json
    suggestion_clicked: str
    feedback_rating: int
    metadata: _json_pb2.Json
    user_id: str
    created_at: _timestamp_pb2.Timestamp
    request_id: str
    def __init__(self, activity_type: _Optional[str] = ..., query_text: _Optional[str] = ..., response_data: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., suggestion_clicked: _Optional[str] = ..., feedback_rating: _Optional[int] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., user_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class LogActivityResponse(_message.Message):
    __slots__ = ("success", "activity_id", "activity_type")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_TYPE_FIELD_NUMBER: _ClassVar[int]
    success: bool
    activity_id: int
    activity_type: str
    def __init__(self, success: _Optional[bool] = ..., activity_id: _Optional[int] = ..., activity_type: _Optional[str] = ...) -> None: ...

class BatchLogActivitiesRequest(_message.Message):
    __slots__ = ("activities", "request_id", "unread")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    UNREAD_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[LogActivityRequest]
    request_id: str
    unread: _containers.RepeatedCompositeFieldContainer[_entries_pb2.UnreadEntry]
    def __init__(self, activities: _Optional[_Iterable[_Union[LogActivityRequest, _Mapping]]] = ..., request_id: _Optional[str] = ..., unread: _Optional[_Iterable[_Union[_entries_pb2.UnreadEntry, _Mapping]]] = ...) -> None: ...

class BatchLogActivitiesResponse(_message.Message):
    __slots__ = ("results", "accepted", "refused")
    class Result(_message.Message):
        __slots__ = ("index", "success", "activity_id", "errors")
        INDEX_FIELD_NUMBER: _ClassVar[int]
        SUCCESS_FIELD_NUMBER: _ClassVar[int]
        ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
        ERRORS_FIELD_NUMBER: _ClassVar[int]
        index: int
        success: bool
        activity_id: int
        errors: _containers.RepeatedCompositeFieldContainer[BatchLogActivitiesResponse.Violation]
        def __init__(self, index: _Optional[int] = ..., success: _Optional[bool] = ..., activity_id: _Optional[int] = ..., errors: _Optional[_Iterable[_Union[BatchLogActivitiesResponse.Violation, _Mapping]]] = ...) -> None: ...
    class Violation(_message.Message):
        __slots__ = ("field", "message", "reason")
        FIELD_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        field: str
        message: str
        reason: str
        def __init__(self, field: _Optional[str] = ..., message: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchLogActivitiesResponse.Result]
    accepted: int
    refused: int
    def __init__(self, results: _Optional[_Iterable[_Union[BatchLogActivitiesResponse.Result, _Mapping]]] = ..., accepted: _Optional[int] = ..., refused: _Optional[int] = ...) -> None: ...

class Activity(_message.Message):
    __slots__ = ("id", "user_id", "activity_type", "query_text", "response_data", "suggestion_clicked", "feedback_rating", "metadata", "created_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_TYPE_FIELD_NUMBER: _ClassVar[int]
    QUERY_TEXT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_DATA_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_CLICKED_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_RATING_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: int
    user_id: str
    activity_type: str
    query_text: str
    response_data: _json_pb2.Json
    suggestion_clicked: str
    feedback_rating: int
    metadata: _json_pb2.Json
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[int] = ..., user_id: _Optional[str] = ..., activity_type: _Optional[str] = ..., query_text: _Optional[str] = ..., response_data: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., suggestion_clicked: _Optional[str] = ..., feedback_rating: _Optional[int] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetActivityHistoryRequest(_message.Message):
    __slots__ = ("activity_type", "limit", "user_id", "start_time", "end_time", "page_token")
    ACTIVITY_TYPE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    activity_type: str
    limit: int
    user_id: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    page_token: str
    def __init__(self, activity_type: _Optional[str] = ..., limit: _Optional[int] = ..., user_id: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetActivityHistoryResponse(_message.Message):
    __slots__ = ("user_id", "activities", "count", "next_page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    count: int
    next_page_token: str
    def __init__(self, user_id: _Optional[str] = ..., activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., count: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SnapshotActivitiesRequest(_message.Message):
    __slots__ = ("after", "as_of")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    after: int
    as_of: int
    def __init__(self, after: _Optional[int] = ..., as_of: _Optional[int] = ...) -> None: ...

class SnapshotActivitiesResponse(_message.Message):
    __slots__ = ("activities", "as_of", "up_to")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    UP_TO_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[ActivityLogged]
    as_of: int
    up_to: int
    def __init__(self, activities: _Optional[_Iterable[_Union[ActivityLogged, _Mapping]]] = ..., as_of: _Optional[int] = ..., up_to: _Optional[int] = ...) -> None: ...

class ActivityLogged(_message.Message):
    __slots__ = ("activity_id", "user_id", "job_role", "activity_type", "query_text", "suggestion_clicked", "feedback_rating", "connection_id", "succeeded", "response_micros", "created_at", "session_id")
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_ROLE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_TYPE_FIELD_NUMBER: _ClassVar[int]
    QUERY_TEXT_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_CLICKED_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_RATING_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_MICROS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    activity_id: int
    user_id: str
    job_role: str
    activity_type: str
    query_text: str
    suggestion_clicked: str
    feedback_rating: int
    connection_id: str
    succeeded: bool
    response_micros: int
    created_at: _timestamp_pb2.Timestamp
    session_id: str
    def __init__(self, activity_id: _Optional[int] = ..., user_id: _Optional[str] = ..., job_role: _Optional[str] = ..., activity_type: _Optional[str] = ..., query_text: _Optional[str] = ..., suggestion_clicked: _Optional[str] = ..., feedback_rating: _Optional[int] = ..., connection_id: _Optional[str] = ..., succeeded: _Optional[bool] = ..., response_micros: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., session_id: _Optional[str] = ...) -> None: ...
