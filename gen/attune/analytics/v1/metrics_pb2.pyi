import datetime

from attune.analytics.v1 import business_metrics_pb2 as _business_metrics_pb2
from attune.common.v1 import access_pb2 as _access_pb2
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

class TimeRange(_message.Message):
    __slots__ = ("start", "end", "period")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    start: str
    end: str
    period: str
    def __init__(self, start: _Optional[str] = ..., end: _Optional[str] = ..., period: _Optional[str] = ...) -> None: ...

class MetricOrder(_message.Message):
    __slots__ = ("by", "descending")
    BY_FIELD_NUMBER: _ClassVar[int]
    DESCENDING_FIELD_NUMBER: _ClassVar[int]
    by: str
    descending: bool
    def __init__(self, by: _Optional[str] = ..., descending: _Optional[bool] = ...) -> None: ...

class MetricTop(_message.Message):
    __slots__ = ("dimension", "count", "drop_other")
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    DROP_OTHER_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    count: int
    drop_other: bool
    def __init__(self, dimension: _Optional[str] = ..., count: _Optional[int] = ..., drop_other: _Optional[bool] = ...) -> None: ...

class QueryMetricsRequest(_message.Message):
    __slots__ = ("metrics", "dimensions", "filters", "time_range", "grain", "order", "limit", "fill", "compare", "top", "connection_id", "time_zone", "no_cache")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    GRAIN_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    COMPARE_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.RepeatedScalarFieldContainer[str]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    filters: _containers.RepeatedCompositeFieldContainer[_business_metrics_pb2.MetricFilter]
    time_range: TimeRange
    grain: str
    order: _containers.RepeatedCompositeFieldContainer[MetricOrder]
    limit: int
    fill: bool
    compare: bool
    top: MetricTop
    connection_id: str
    time_zone: str
    no_cache: bool
    def __init__(self, metrics: _Optional[_Iterable[str]] = ..., dimensions: _Optional[_Iterable[str]] = ..., filters: _Optional[_Iterable[_Union[_business_metrics_pb2.MetricFilter, _Mapping]]] = ..., time_range: _Optional[_Union[TimeRange, _Mapping]] = ..., grain: _Optional[str] = ..., order: _Optional[_Iterable[_Union[MetricOrder, _Mapping]]] = ..., limit: _Optional[int] = ..., fill: _Optional[bool] = ..., compare: _Optional[bool] = ..., top: _Optional[_Union[MetricTop, _Mapping]] = ..., connection_id: _Optional[str] = ..., time_zone: _Optional[str] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class MetricColumn(_message.Message):
    __slots__ = ("name", "kind", "unit", "additive_over_time", "additive_over_dimensions")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    ADDITIVE_OVER_TIME_FIELD_NUMBER: _ClassVar[int]
    ADDITIVE_OVER_DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    unit: str
    additive_over_time: bool
    additive_over_dimensions: bool
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., unit: _Optional[str] = ..., additive_over_time: _Optional[bool] = ..., additive_over_dimensions: _Optional[bool] = ...) -> None: ...

class UsedDefinition(_message.Message):
    __slots__ = ("kind", "name", "version")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    kind: str
    name: str
    version: int
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class QueryMetricsResponse(_message.Message):
    __slots__ = ("columns", "rows", "sql", "definitions", "time_zone", "start", "end", "previous_start", "query_id", "row_count", "execution_time_ms", "truncated", "cached", "as_of")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_START_FIELD_NUMBER: _ClassVar[int]
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[MetricColumn]
    rows: _json_pb2.Json
    sql: str
    definitions: _containers.RepeatedCompositeFieldContainer[UsedDefinition]
    time_zone: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    previous_start: _timestamp_pb2.Timestamp
    query_id: str
    row_count: int
    execution_time_ms: int
    truncated: bool
    cached: bool
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, columns: _Optional[_Iterable[_Union[MetricColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., sql: _Optional[str] = ..., definitions: _Optional[_Iterable[_Union[UsedDefinition, _Mapping]]] = ..., time_zone: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., previous_start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., query_id: _Optional[str] = ..., row_count: _Optional[int] = ..., execution_time_ms: _Optional[int] = ..., truncated: _Optional[bool] = ..., cached: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CompileMetricsRequest(_message.Message):
    __slots__ = ("metrics", "dimensions", "filters", "time_range", "grain", "order", "limit", "fill", "compare", "top", "connection_id", "time_zone")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    GRAIN_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    COMPARE_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.RepeatedScalarFieldContainer[str]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    filters: _containers.RepeatedCompositeFieldContainer[_business_metrics_pb2.MetricFilter]
    time_range: TimeRange
    grain: str
    order: _containers.RepeatedCompositeFieldContainer[MetricOrder]
    limit: int
    fill: bool
    compare: bool
    top: MetricTop
    connection_id: str
    time_zone: str
    def __init__(self, metrics: _Optional[_Iterable[str]] = ..., dimensions: _Optional[_Iterable[str]] = ..., filters: _Optional[_Iterable[_Union[_business_metrics_pb2.MetricFilter, _Mapping]]] = ..., time_range: _Optional[_Union[TimeRange, _Mapping]] = ..., grain: _Optional[str] = ..., order: _Optional[_Iterable[_Union[MetricOrder, _Mapping]]] = ..., limit: _Optional[int] = ..., fill: _Optional[bool] = ..., compare: _Optional[bool] = ..., top: _Optional[_Union[MetricTop, _Mapping]] = ..., connection_id: _Optional[str] = ..., time_zone: _Optional[str] = ...) -> None: ...

class CompileMetricsResponse(_message.Message):
    __slots__ = ("columns", "sql", "definitions", "time_zone", "start", "end", "previous_start")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_START_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[MetricColumn]
    sql: str
    definitions: _containers.RepeatedCompositeFieldContainer[UsedDefinition]
    time_zone: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    previous_start: _timestamp_pb2.Timestamp
    def __init__(self, columns: _Optional[_Iterable[_Union[MetricColumn, _Mapping]]] = ..., sql: _Optional[str] = ..., definitions: _Optional[_Iterable[_Union[UsedDefinition, _Mapping]]] = ..., time_zone: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., previous_start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
