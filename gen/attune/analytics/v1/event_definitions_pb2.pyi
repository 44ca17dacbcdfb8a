import datetime

from attune.common.v1 import access_pb2 as _access_pb2
from attune.common.v1 import json_pb2 as _json_pb2
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

class EventDefinition(_message.Message):
    __slots__ = ("id", "name", "description", "properties", "examples", "category", "tags", "version", "created_by", "created_at", "updated_by", "updated_at", "synonyms")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    SYNONYMS_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    properties: _containers.RepeatedCompositeFieldContainer[EventProperty]
    examples: _containers.RepeatedCompositeFieldContainer[_json_pb2.Json]
    category: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    version: int
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    updated_by: str
    updated_at: _timestamp_pb2.Timestamp
    synonyms: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., properties: _Optional[_Iterable[_Union[EventProperty, _Mapping]]] = ..., examples: _Optional[_Iterable[_Union[_json_pb2.Json, _Mapping]]] = ..., category: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., synonyms: _Optional[_Iterable[str]] = ...) -> None: ...

class EventProperty(_message.Message):
    __slots__ = ("name", "type", "description", "required", "example")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    EXAMPLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    description: str
    required: bool
    example: _json_pb2.Json
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., description: _Optional[str] = ..., required: _Optional[bool] = ..., example: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...

class CreateEventDefinitionRequest(_message.Message):
    __slots__ = ("event_definition", "note", "request_id")
    EVENT_DEFINITION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    event_definition: EventDefinition
    note: str
    request_id: str
    def __init__(self, event_definition: _Optional[_Union[EventDefinition, _Mapping]] = ..., note: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListEventDefinitionsRequest(_message.Message):
    __slots__ = ("name", "category", "tags", "text", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    category: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    text: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., category: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., text: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEventDefinitionsResponse(_message.Message):
    __slots__ = ("event_definitions", "next_page_token")
    EVENT_DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event_definitions: _containers.RepeatedCompositeFieldContainer[EventDefinition]
    next_page_token: str
    def __init__(self, event_definitions: _Optional[_Iterable[_Union[EventDefinition, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetEventDefinitionRequest(_message.Message):
    __slots__ = ("event_definition_id",)
    EVENT_DEFINITION_ID_FIELD_NUMBER: _ClassVar[int]
    event_definition_id: str
    def __init__(self, event_definition_id: _Optional[str] = ...) -> None: ...

class UpdateEventDefinitionRequest(_message.Message):
    __slots__ = ("event_definition_id", "event_definition", "update_mask", "note")
    EVENT_DEFINITION_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_DEFINITION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    event_definition_id: str
    event_definition: EventDefinition
    update_mask: _field_mask_pb2.FieldMask
    note: str
    def __init__(self, event_definition_id: _Optional[str] = ..., event_definition: _Optional[_Union[EventDefinition, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., note: _Optional[str] = ...) -> None: ...

class DeleteEventDefinitionRequest(_message.Message):
    __slots__ = ("event_definition_id", "version", "note")
    EVENT_DEFINITION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    event_definition_id: str
    version: int
    note: str
    def __init__(self, event_definition_id: _Optional[str] = ..., version: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class DeleteEventDefinitionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
