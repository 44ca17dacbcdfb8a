import datetime

from attune.analytics.v1 import event_definitions_pb2 as _event_definitions_pb2
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

class ListEventSchemasRequest(_message.Message):
    __slots__ = ("event", "page_size", "page_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: str
    page_size: int
    page_token: str
    def __init__(self, event: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEventSchemasResponse(_message.Message):
    __slots__ = ("event_schemas", "next_page_token")
    EVENT_SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event_schemas: _containers.RepeatedCompositeFieldContainer[EventSchema]
    next_page_token: str
    def __init__(self, event_schemas: _Optional[_Iterable[_Union[EventSchema, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class EventSchema(_message.Message):
    __slots__ = ("event", "events", "first_seen", "last_seen", "properties", "days")
    class PropertyType(_message.Message):
        __slots__ = ("type", "occurrences", "first_seen", "last_seen", "examples")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
        FIRST_SEEN_FIELD_NUMBER: _ClassVar[int]
        LAST_SEEN_FIELD_NUMBER: _ClassVar[int]
        EXAMPLES_FIELD_NUMBER: _ClassVar[int]
        type: str
        occurrences: int
        first_seen: _timestamp_pb2.Timestamp
        last_seen: _timestamp_pb2.Timestamp
        examples: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, type: _Optional[str] = ..., occurrences: _Optional[int] = ..., first_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., examples: _Optional[_Iterable[str]] = ...) -> None: ...
    class Property(_message.Message):
        __slots__ = ("name", "share", "types")
        NAME_FIELD_NUMBER: _ClassVar[int]
        SHARE_FIELD_NUMBER: _ClassVar[int]
        TYPES_FIELD_NUMBER: _ClassVar[int]
        name: str
        share: float
        types: _containers.RepeatedCompositeFieldContainer[EventSchema.PropertyType]
        def __init__(self, name: _Optional[str] = ..., share: _Optional[float] = ..., types: _Optional[_Iterable[_Union[EventSchema.PropertyType, _Mapping]]] = ...) -> None: ...
    class Day(_message.Message):
        __slots__ = ("day", "events")
        DAY_FIELD_NUMBER: _ClassVar[int]
        EVENTS_FIELD_NUMBER: _ClassVar[int]
        day: str
        events: int
        def __init__(self, day: _Optional[str] = ..., events: _Optional[int] = ...) -> None: ...
    EVENT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    event: str
    events: int
    first_seen: _timestamp_pb2.Timestamp
    last_seen: _timestamp_pb2.Timestamp
    properties: _containers.RepeatedCompositeFieldContainer[EventSchema.Property]
    days: _containers.RepeatedCompositeFieldContainer[EventSchema.Day]
    def __init__(self, event: _Optional[str] = ..., events: _Optional[int] = ..., first_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., properties: _Optional[_Iterable[_Union[EventSchema.Property, _Mapping]]] = ..., days: _Optional[_Iterable[_Union[EventSchema.Day, _Mapping]]] = ...) -> None: ...

class ListSchemaDriftsRequest(_message.Message):
    __slots__ = ("event", "kind", "page_size", "page_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: str
    kind: str
    page_size: int
    page_token: str
    def __init__(self, event: _Optional[str] = ..., kind: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSchemaDriftsResponse(_message.Message):
    __slots__ = ("drifts", "next_page_token")
    DRIFTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    drifts: _containers.RepeatedCompositeFieldContainer[SchemaDrift]
    next_page_token: str
    def __init__(self, drifts: _Optional[_Iterable[_Union[SchemaDrift, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SchemaDrift(_message.Message):
    __slots__ = ("kind", "event", "property", "type", "happened_at", "detected_at", "observed", "expected")
    KIND_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    HAPPENED_AT_FIELD_NUMBER: _ClassVar[int]
    DETECTED_AT_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    kind: str
    event: str
    property: str
    type: str
    happened_at: _timestamp_pb2.Timestamp
    detected_at: _timestamp_pb2.Timestamp
    observed: int
    expected: float
    def __init__(self, kind: _Optional[str] = ..., event: _Optional[str] = ..., property: _Optional[str] = ..., type: _Optional[str] = ..., happened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., detected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., observed: _Optional[int] = ..., expected: _Optional[float] = ...) -> None: ...

class ListProposedDefinitionsRequest(_message.Message):
    __slots__ = ("page_size",)
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    def __init__(self, page_size: _Optional[int] = ...) -> None: ...

class ListProposedDefinitionsResponse(_message.Message):
    __slots__ = ("event_definitions",)
    EVENT_DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    event_definitions: _containers.RepeatedCompositeFieldContainer[_event_definitions_pb2.EventDefinition]
    def __init__(self, event_definitions: _Optional[_Iterable[_Union[_event_definitions_pb2.EventDefinition, _Mapping]]] = ...) -> None: ...
