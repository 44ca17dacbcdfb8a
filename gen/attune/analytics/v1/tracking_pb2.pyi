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

class IngestEventsRequest(_message.Message):
    __slots__ = ("body", "imported", "request_id")
    BODY_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    body: _httpbody_pb2.HttpBody
    imported: bool
    request_id: str
    def __init__(self, body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ..., imported: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class IngestEventsResponse(_message.Message):
    __slots__ = ("results", "accepted", "duplicates", "refused")
    class Result(_message.Message):
        __slots__ = ("status", "id", "errors")
        STATUS_FIELD_NUMBER: _ClassVar[int]
        ID_FIELD_NUMBER: _ClassVar[int]
        ERRORS_FIELD_NUMBER: _ClassVar[int]
        status: str
        id: str
        errors: _containers.RepeatedCompositeFieldContainer[IngestEventsResponse.Violation]
        def __init__(self, status: _Optional[str] = ..., id: _Optional[str] = ..., errors: _Optional[_Iterable[_Union[IngestEventsResponse.Violation, _Mapping]]] = ...) -> None: ...
    class Violation(_message.Message):
        __slots__ = ("field", "message")
        FIELD_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        field: str
        message: str
        def __init__(self, field: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[IngestEventsResponse.Result]
    accepted: int
    duplicates: int
    refused: int
    def __init__(self, results: _Optional[_Iterable[_Union[IngestEventsResponse.Result, _Mapping]]] = ..., accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., refused: _Optional[int] = ...) -> None: ...

class StreamEventsRequest(_message.Message):
    __slots__ = ("body", "imported", "request_id")
    BODY_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    body: _httpbody_pb2.HttpBody
    imported: bool
    request_id: str
    def __init__(self, body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ..., imported: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class StreamEventsResponse(_message.Message):
    __slots__ = ("accepted", "duplicates", "refused", "refusals")
    class Refusal(_message.Message):
        __slots__ = ("line", "id", "errors")
        LINE_FIELD_NUMBER: _ClassVar[int]
        ID_FIELD_NUMBER: _ClassVar[int]
        ERRORS_FIELD_NUMBER: _ClassVar[int]
        line: int
        id: str
        errors: _containers.RepeatedCompositeFieldContainer[IngestEventsResponse.Violation]
        def __init__(self, line: _Optional[int] = ..., id: _Optional[str] = ..., errors: _Optional[_Iterable[_Union[IngestEventsResponse.Violation, _Mapping]]] = ...) -> None: ...
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    duplicates: int
    refused: int
    refusals: _containers.RepeatedCompositeFieldContainer[StreamEventsResponse.Refusal]
    def __init__(self, accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., refused: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[StreamEventsResponse.Refusal, _Mapping]]] = ...) -> None: ...

class CollectEventsRequest(_message.Message):
    __slots__ = ("call", "body")
    CALL_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    call: str
    body: _httpbody_pb2.HttpBody
    def __init__(self, call: _Optional[str] = ..., body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class CollectEventsResponse(_message.Message):
    __slots__ = ("success",)
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    def __init__(self, success: _Optional[bool] = ...) -> None: ...

class ListRefusedEventsRequest(_message.Message):
    __slots__ = ("reason", "replayed", "page_size", "page_token")
    REASON_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    reason: str
    replayed: bool
    page_size: int
    page_token: str
    def __init__(self, reason: _Optional[str] = ..., replayed: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRefusedEventsResponse(_message.Message):
    __slots__ = ("refused_events", "next_page_token")
    REFUSED_EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refused_events: _containers.RepeatedCompositeFieldContainer[RefusedEvent]
    next_page_token: str
    def __init__(self, refused_events: _Optional[_Iterable[_Union[RefusedEvent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RefusedEvent(_message.Message):
    __slots__ = ("id", "received_at", "source", "form", "imported", "reason", "errors", "body", "replayed_at", "event_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_AT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    received_at: _timestamp_pb2.Timestamp
    source: str
    form: str
    imported: bool
    reason: str
    errors: _containers.RepeatedCompositeFieldContainer[IngestEventsResponse.Violation]
    body: str
    replayed_at: _timestamp_pb2.Timestamp
    event_id: str
    def __init__(self, id: _Optional[str] = ..., received_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., source: _Optional[str] = ..., form: _Optional[str] = ..., imported: _Optional[bool] = ..., reason: _Optional[str] = ..., errors: _Optional[_Iterable[_Union[IngestEventsResponse.Violation, _Mapping]]] = ..., body: _Optional[str] = ..., replayed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_id: _Optional[str] = ...) -> None: ...

class ReplayRefusedEventsRequest(_message.Message):
    __slots__ = ("ids", "reason", "all", "corrections", "rename", "imported", "page_token")
    class RenameEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_FIELD_NUMBER: _ClassVar[int]
    RENAME_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    all: bool
    corrections: _json_pb2.Json
    rename: _containers.ScalarMap[str, str]
    imported: bool
    page_token: str
    def __init__(self, ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., all: _Optional[bool] = ..., corrections: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., rename: _Optional[_Mapping[str, str]] = ..., imported: _Optional[bool] = ..., page_token: _Optional[str] = ...) -> None: ...

class ReplayRefusedEventsResponse(_message.Message):
    __slots__ = ("accepted", "duplicates", "refused", "refusals", "next_page_token")
    class Refusal(_message.Message):
        __slots__ = ("id", "errors")
        ID_FIELD_NUMBER: _ClassVar[int]
        ERRORS_FIELD_NUMBER: _ClassVar[int]
        id: str
        errors: _containers.RepeatedCompositeFieldContainer[IngestEventsResponse.Violation]
        def __init__(self, id: _Optional[str] = ..., errors: _Optional[_Iterable[_Union[IngestEventsResponse.Violation, _Mapping]]] = ...) -> None: ...
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    duplicates: int
    refused: int
    refusals: _containers.RepeatedCompositeFieldContainer[ReplayRefusedEventsResponse.Refusal]
    next_page_token: str
    def __init__(self, accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., refused: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[ReplayRefusedEventsResponse.Refusal, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
