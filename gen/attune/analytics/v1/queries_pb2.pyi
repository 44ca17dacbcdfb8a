import datetime

from attune.analytics.v1 import metrics_pb2 as _metrics_pb2
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

class RunQueryRequest(_message.Message):
    __slots__ = ("sql", "connection_id", "limit", "time_zone", "no_cache", "metric_query")
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    METRIC_QUERY_FIELD_NUMBER: _ClassVar[int]
    sql: str
    connection_id: str
    limit: int
    time_zone: str
    no_cache: bool
    metric_query: _metrics_pb2.CompileMetricsRequest
    def __init__(self, sql: _Optional[str] = ..., connection_id: _Optional[str] = ..., limit: _Optional[int] = ..., time_zone: _Optional[str] = ..., no_cache: _Optional[bool] = ..., metric_query: _Optional[_Union[_metrics_pb2.CompileMetricsRequest, _Mapping]] = ...) -> None: ...

class ResultColumn(_message.Message):
    __slots__ = ("name", "type")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ...) -> None: ...

class QueryMetadata(_message.Message):
    __slots__ = ("query_id", "row_count", "execution_time_ms", "truncated", "cached", "as_of")
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    query_id: str
    row_count: int
    execution_time_ms: int
    truncated: bool
    cached: bool
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, query_id: _Optional[str] = ..., row_count: _Optional[int] = ..., execution_time_ms: _Optional[int] = ..., truncated: _Optional[bool] = ..., cached: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RunQueryResponse(_message.Message):
    __slots__ = ("columns", "rows", "metadata")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[ResultColumn]
    rows: _json_pb2.Json
    metadata: QueryMetadata
    def __init__(self, columns: _Optional[_Iterable[_Union[ResultColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., metadata: _Optional[_Union[QueryMetadata, _Mapping]] = ...) -> None: ...

class StreamQueryRequest(_message.Message):
    __slots__ = ("sql", "connection_id", "limit", "time_zone", "metric_query")
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    METRIC_QUERY_FIELD_NUMBER: _ClassVar[int]
    sql: str
    connection_id: str
    limit: int
    time_zone: str
    metric_query: _metrics_pb2.CompileMetricsRequest
    def __init__(self, sql: _Optional[str] = ..., connection_id: _Optional[str] = ..., limit: _Optional[int] = ..., time_zone: _Optional[str] = ..., metric_query: _Optional[_Union[_metrics_pb2.CompileMetricsRequest, _Mapping]] = ...) -> None: ...

class StreamQueryResponse(_message.Message):
    __slots__ = ("query_id", "columns", "rows", "metadata")
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    query_id: str
    columns: _containers.RepeatedCompositeFieldContainer[ResultColumn]
    rows: _json_pb2.Json
    metadata: QueryMetadata
    def __init__(self, query_id: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[ResultColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., metadata: _Optional[_Union[QueryMetadata, _Mapping]] = ...) -> None: ...

class Query(_message.Message):
    __slots__ = ("id", "user_id", "query", "connection_id", "status", "verdict", "error", "sqlstate", "tree_hash", "row_count", "bytes", "cost", "execution_time", "cached", "truncated", "created_at", "completed_at", "result")
    ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    SQLSTATE_FIELD_NUMBER: _ClassVar[int]
    TREE_HASH_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    id: str
    user_id: str
    query: str
    connection_id: str
    status: str
    verdict: str
    error: str
    sqlstate: str
    tree_hash: str
    row_count: int
    bytes: int
    cost: float
    execution_time: int
    cached: bool
    truncated: bool
    created_at: _timestamp_pb2.Timestamp
    completed_at: _timestamp_pb2.Timestamp
    result: _json_pb2.Json
    def __init__(self, id: _Optional[str] = ..., user_id: _Optional[str] = ..., query: _Optional[str] = ..., connection_id: _Optional[str] = ..., status: _Optional[str] = ..., verdict: _Optional[str] = ..., error: _Optional[str] = ..., sqlstate: _Optional[str] = ..., tree_hash: _Optional[str] = ..., row_count: _Optional[int] = ..., bytes: _Optional[int] = ..., cost: _Optional[float] = ..., execution_time: _Optional[int] = ..., cached: _Optional[bool] = ..., truncated: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., result: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...

class ListQueriesRequest(_message.Message):
    __slots__ = ("user_id", "status", "connection_id", "text", "since", "until", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    status: str
    connection_id: str
    text: str
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., status: _Optional[str] = ..., connection_id: _Optional[str] = ..., text: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQueriesResponse(_message.Message):
    __slots__ = ("queries", "next_page_token")
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    queries: _containers.RepeatedCompositeFieldContainer[Query]
    next_page_token: str
    def __init__(self, queries: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetQueryRequest(_message.Message):
    __slots__ = ("query_id",)
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    query_id: str
    def __init__(self, query_id: _Optional[str] = ...) -> None: ...

class GetQueryResultsRequest(_message.Message):
    __slots__ = ("query_id", "page_size", "page_token", "order_by", "text")
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    query_id: str
    page_size: int
    page_token: str
    order_by: str
    text: str
    def __init__(self, query_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class GetQueryResultsResponse(_message.Message):
    __slots__ = ("columns", "rows", "row_count", "as_of", "next_page_token")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[ResultColumn]
    rows: _json_pb2.Json
    row_count: int
    as_of: _timestamp_pb2.Timestamp
    next_page_token: str
    def __init__(self, columns: _Optional[_Iterable[_Union[ResultColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., row_count: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CancelQueryRequest(_message.Message):
    __slots__ = ("query_id",)
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    query_id: str
    def __init__(self, query_id: _Optional[str] = ...) -> None: ...

class ExportQueryRequest(_message.Message):
    __slots__ = ("sql", "connection_id", "limit", "time_zone", "format", "name", "metric_query")
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    METRIC_QUERY_FIELD_NUMBER: _ClassVar[int]
    sql: str
    connection_id: str
    limit: int
    time_zone: str
    format: str
    name: str
    metric_query: _metrics_pb2.CompileMetricsRequest
    def __init__(self, sql: _Optional[str] = ..., connection_id: _Optional[str] = ..., limit: _Optional[int] = ..., time_zone: _Optional[str] = ..., format: _Optional[str] = ..., name: _Optional[str] = ..., metric_query: _Optional[_Union[_metrics_pb2.CompileMetricsRequest, _Mapping]] = ...) -> None: ...

class GetQueryStatsRequest(_message.Message):
    __slots__ = ("by", "days", "user_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    by: str
    days: int
    user_id: str
    def __init__(self, by: _Optional[str] = ..., days: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...

class QueryFigures(_message.Message):
    __slots__ = ("key", "count", "errors", "refused", "cancelled", "p50_ms", "p95_ms", "row_count", "cache_share", "query")
    KEY_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    P50_MS_FIELD_NUMBER: _ClassVar[int]
    P95_MS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    CACHE_SHARE_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    key: str
    count: int
    errors: int
    refused: int
    cancelled: int
    p50_ms: float
    p95_ms: float
    row_count: int
    cache_share: float
    query: str
    def __init__(self, key: _Optional[str] = ..., count: _Optional[int] = ..., errors: _Optional[int] = ..., refused: _Optional[int] = ..., cancelled: _Optional[int] = ..., p50_ms: _Optional[float] = ..., p95_ms: _Optional[float] = ..., row_count: _Optional[int] = ..., cache_share: _Optional[float] = ..., query: _Optional[str] = ...) -> None: ...

class GetQueryStatsResponse(_message.Message):
    __slots__ = ("since", "total", "by", "groups", "slowest")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    SLOWEST_FIELD_NUMBER: _ClassVar[int]
    since: _timestamp_pb2.Timestamp
    total: QueryFigures
    by: str
    groups: _containers.RepeatedCompositeFieldContainer[QueryFigures]
    slowest: _containers.RepeatedCompositeFieldContainer[Query]
    def __init__(self, since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., total: _Optional[_Union[QueryFigures, _Mapping]] = ..., by: _Optional[str] = ..., groups: _Optional[_Iterable[_Union[QueryFigures, _Mapping]]] = ..., slowest: _Optional[_Iterable[_Union[Query, _Mapping]]] = ...) -> None: ...
