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

class Connection(_message.Message):
    __slots__ = ("id", "name", "kind", "dsn", "sample_values", "override_reason", "created_by", "created_at", "updated_at", "tested_at", "problem", "server_version", "introspected_at", "relation_count")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DSN_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_VALUES_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_REASON_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    TESTED_AT_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    INTROSPECTED_AT_FIELD_NUMBER: _ClassVar[int]
    RELATION_COUNT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    kind: str
    dsn: str
    sample_values: bool
    override_reason: str
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    tested_at: _timestamp_pb2.Timestamp
    problem: str
    server_version: str
    introspected_at: _timestamp_pb2.Timestamp
    relation_count: int
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[str] = ..., dsn: _Optional[str] = ..., sample_values: _Optional[bool] = ..., override_reason: _Optional[str] = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tested_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., problem: _Optional[str] = ..., server_version: _Optional[str] = ..., introspected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., relation_count: _Optional[int] = ...) -> None: ...

class CreateConnectionRequest(_message.Message):
    __slots__ = ("connection_id", "name", "dsn", "sample_values", "override_reason", "request_id")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DSN_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_VALUES_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    name: str
    dsn: str
    sample_values: bool
    override_reason: str
    request_id: str
    def __init__(self, connection_id: _Optional[str] = ..., name: _Optional[str] = ..., dsn: _Optional[str] = ..., sample_values: _Optional[bool] = ..., override_reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListConnectionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListConnectionsResponse(_message.Message):
    __slots__ = ("connections", "next_page_token")
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    connections: _containers.RepeatedCompositeFieldContainer[Connection]
    next_page_token: str
    def __init__(self, connections: _Optional[_Iterable[_Union[Connection, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetConnectionRequest(_message.Message):
    __slots__ = ("connection_id",)
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    def __init__(self, connection_id: _Optional[str] = ...) -> None: ...

class UpdateConnectionRequest(_message.Message):
    __slots__ = ("connection_id", "connection", "update_mask")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    connection: Connection
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, connection_id: _Optional[str] = ..., connection: _Optional[_Union[Connection, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class DeleteConnectionRequest(_message.Message):
    __slots__ = ("connection_id", "force")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    force: bool
    def __init__(self, connection_id: _Optional[str] = ..., force: _Optional[bool] = ...) -> None: ...

class DeleteConnectionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TestConnectionRequest(_message.Message):
    __slots__ = ("connection_id",)
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    def __init__(self, connection_id: _Optional[str] = ...) -> None: ...

class TestConnectionResponse(_message.Message):
    __slots__ = ("ok", "problems", "advice", "server_version", "duration_ms")
    OK_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    problems: _containers.RepeatedCompositeFieldContainer[ConnectionProblem]
    advice: _containers.RepeatedCompositeFieldContainer[ConnectionProblem]
    server_version: str
    duration_ms: int
    def __init__(self, ok: _Optional[bool] = ..., problems: _Optional[_Iterable[_Union[ConnectionProblem, _Mapping]]] = ..., advice: _Optional[_Iterable[_Union[ConnectionProblem, _Mapping]]] = ..., server_version: _Optional[str] = ..., duration_ms: _Optional[int] = ...) -> None: ...

class ConnectionProblem(_message.Message):
    __slots__ = ("message", "remedy")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    message: str
    remedy: str
    def __init__(self, message: _Optional[str] = ..., remedy: _Optional[str] = ...) -> None: ...

class IntrospectConnectionRequest(_message.Message):
    __slots__ = ("connection_id",)
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    def __init__(self, connection_id: _Optional[str] = ...) -> None: ...

class IntrospectConnectionResponse(_message.Message):
    __slots__ = ("relation_count", "changes")
    RELATION_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    relation_count: int
    changes: CatalogueChanges
    def __init__(self, relation_count: _Optional[int] = ..., changes: _Optional[_Union[CatalogueChanges, _Mapping]] = ...) -> None: ...

class ListCatalogueRequest(_message.Message):
    __slots__ = ("connection_id", "schema", "search", "page_size", "page_token")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    schema: str
    search: str
    page_size: int
    page_token: str
    def __init__(self, connection_id: _Optional[str] = ..., schema: _Optional[str] = ..., search: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCatalogueResponse(_message.Message):
    __slots__ = ("relations", "introspected_at", "search_path", "truncated", "next_page_token", "metrics", "dimensions")
    RELATIONS_FIELD_NUMBER: _ClassVar[int]
    INTROSPECTED_AT_FIELD_NUMBER: _ClassVar[int]
    SEARCH_PATH_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    relations: _containers.RepeatedCompositeFieldContainer[CatalogueRelation]
    introspected_at: _timestamp_pb2.Timestamp
    search_path: _containers.RepeatedScalarFieldContainer[str]
    truncated: bool
    next_page_token: str
    metrics: _containers.RepeatedScalarFieldContainer[str]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, relations: _Optional[_Iterable[_Union[CatalogueRelation, _Mapping]]] = ..., introspected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., search_path: _Optional[_Iterable[str]] = ..., truncated: _Optional[bool] = ..., next_page_token: _Optional[str] = ..., metrics: _Optional[_Iterable[str]] = ..., dimensions: _Optional[_Iterable[str]] = ...) -> None: ...

class CatalogueRelation(_message.Message):
    __slots__ = ("schema", "name", "kind", "columns", "primary_key", "foreign_keys", "indexes", "comment", "rows")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_KEY_FIELD_NUMBER: _ClassVar[int]
    FOREIGN_KEYS_FIELD_NUMBER: _ClassVar[int]
    INDEXES_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    name: str
    kind: str
    columns: _containers.RepeatedCompositeFieldContainer[CatalogueColumn]
    primary_key: _containers.RepeatedScalarFieldContainer[str]
    foreign_keys: _containers.RepeatedCompositeFieldContainer[CatalogueForeignKey]
    indexes: _containers.RepeatedCompositeFieldContainer[CatalogueIndex]
    comment: str
    rows: int
    def __init__(self, schema: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[CatalogueColumn, _Mapping]]] = ..., primary_key: _Optional[_Iterable[str]] = ..., foreign_keys: _Optional[_Iterable[_Union[CatalogueForeignKey, _Mapping]]] = ..., indexes: _Optional[_Iterable[_Union[CatalogueIndex, _Mapping]]] = ..., comment: _Optional[str] = ..., rows: _Optional[int] = ...) -> None: ...

class CatalogueColumn(_message.Message):
    __slots__ = ("name", "type", "nullable", "comment", "samples")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    NULLABLE_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    nullable: bool
    comment: str
    samples: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., nullable: _Optional[bool] = ..., comment: _Optional[str] = ..., samples: _Optional[_Iterable[str]] = ...) -> None: ...

class CatalogueForeignKey(_message.Message):
    __slots__ = ("columns", "schema", "relation", "referenced")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    REFERENCED_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedScalarFieldContainer[str]
    schema: str
    relation: str
    referenced: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, columns: _Optional[_Iterable[str]] = ..., schema: _Optional[str] = ..., relation: _Optional[str] = ..., referenced: _Optional[_Iterable[str]] = ...) -> None: ...

class CatalogueIndex(_message.Message):
    __slots__ = ("columns",)
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, columns: _Optional[_Iterable[str]] = ...) -> None: ...

class ListCatalogueChangesRequest(_message.Message):
    __slots__ = ("connection_id", "page_size", "page_token")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    page_size: int
    page_token: str
    def __init__(self, connection_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCatalogueChangesResponse(_message.Message):
    __slots__ = ("changes", "next_page_token")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[CatalogueChanges]
    next_page_token: str
    def __init__(self, changes: _Optional[_Iterable[_Union[CatalogueChanges, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CatalogueChanges(_message.Message):
    __slots__ = ("version", "introspected_at", "changes", "truncated")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    INTROSPECTED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    version: int
    introspected_at: _timestamp_pb2.Timestamp
    changes: _containers.RepeatedCompositeFieldContainer[CatalogueChange]
    truncated: bool
    def __init__(self, version: _Optional[int] = ..., introspected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[CatalogueChange, _Mapping]]] = ..., truncated: _Optional[bool] = ...) -> None: ...

class CatalogueChange(_message.Message):
    __slots__ = ("change", "schema", "relation", "column", "before", "after")
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    change: str
    schema: str
    relation: str
    column: str
    before: str
    after: str
    def __init__(self, change: _Optional[str] = ..., schema: _Optional[str] = ..., relation: _Optional[str] = ..., column: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...
