import datetime

from attune.analytics.v1 import business_metrics_pb2 as _business_metrics_pb2
from attune.analytics.v1 import metrics_pb2 as _metrics_pb2
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

class InsightStep(_message.Message):
    __slots__ = ("event", "filters")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    event: str
    filters: _containers.RepeatedCompositeFieldContainer[_business_metrics_pb2.MetricFilter]
    def __init__(self, event: _Optional[str] = ..., filters: _Optional[_Iterable[_Union[_business_metrics_pb2.MetricFilter, _Mapping]]] = ...) -> None: ...

class InsightMeasure(_message.Message):
    __slots__ = ("quantity", "field")
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    quantity: str
    field: _business_metrics_pb2.MetricField
    def __init__(self, quantity: _Optional[str] = ..., field: _Optional[_Union[_business_metrics_pb2.MetricField, _Mapping]] = ...) -> None: ...

class InsightBreakdown(_message.Message):
    __slots__ = ("dimension", "field")
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    field: _business_metrics_pb2.MetricField
    def __init__(self, dimension: _Optional[str] = ..., field: _Optional[_Union[_business_metrics_pb2.MetricField, _Mapping]] = ...) -> None: ...

class QueryTrendRequest(_message.Message):
    __slots__ = ("step", "time_range", "measure", "grain", "breakdown", "top", "time_zone", "no_cache")
    STEP_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    GRAIN_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    step: InsightStep
    time_range: _metrics_pb2.TimeRange
    measure: InsightMeasure
    grain: str
    breakdown: InsightBreakdown
    top: int
    time_zone: str
    no_cache: bool
    def __init__(self, step: _Optional[_Union[InsightStep, _Mapping]] = ..., time_range: _Optional[_Union[_metrics_pb2.TimeRange, _Mapping]] = ..., measure: _Optional[_Union[InsightMeasure, _Mapping]] = ..., grain: _Optional[str] = ..., breakdown: _Optional[_Union[InsightBreakdown, _Mapping]] = ..., top: _Optional[int] = ..., time_zone: _Optional[str] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class QueryTrendResponse(_message.Message):
    __slots__ = ("columns", "rows", "sql", "definitions", "time_zone", "start", "end", "query_id", "row_count", "execution_time_ms", "truncated", "cached", "as_of")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.MetricColumn]
    rows: _json_pb2.Json
    sql: str
    definitions: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.UsedDefinition]
    time_zone: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    query_id: str
    row_count: int
    execution_time_ms: int
    truncated: bool
    cached: bool
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, columns: _Optional[_Iterable[_Union[_metrics_pb2.MetricColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., sql: _Optional[str] = ..., definitions: _Optional[_Iterable[_Union[_metrics_pb2.UsedDefinition, _Mapping]]] = ..., time_zone: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., query_id: _Optional[str] = ..., row_count: _Optional[int] = ..., execution_time_ms: _Optional[int] = ..., truncated: _Optional[bool] = ..., cached: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class QueryFunnelRequest(_message.Message):
    __slots__ = ("steps", "within_seconds", "time_range", "breakdown", "time_zone", "no_cache")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    WITHIN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[InsightStep]
    within_seconds: int
    time_range: _metrics_pb2.TimeRange
    breakdown: InsightBreakdown
    time_zone: str
    no_cache: bool
    def __init__(self, steps: _Optional[_Iterable[_Union[InsightStep, _Mapping]]] = ..., within_seconds: _Optional[int] = ..., time_range: _Optional[_Union[_metrics_pb2.TimeRange, _Mapping]] = ..., breakdown: _Optional[_Union[InsightBreakdown, _Mapping]] = ..., time_zone: _Optional[str] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class QueryFunnelResponse(_message.Message):
    __slots__ = ("columns", "rows", "sql", "definitions", "time_zone", "start", "end", "query_id", "row_count", "execution_time_ms", "truncated", "cached", "as_of")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.MetricColumn]
    rows: _json_pb2.Json
    sql: str
    definitions: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.UsedDefinition]
    time_zone: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    query_id: str
    row_count: int
    execution_time_ms: int
    truncated: bool
    cached: bool
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, columns: _Optional[_Iterable[_Union[_metrics_pb2.MetricColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., sql: _Optional[str] = ..., definitions: _Optional[_Iterable[_Union[_metrics_pb2.UsedDefinition, _Mapping]]] = ..., time_zone: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., query_id: _Optional[str] = ..., row_count: _Optional[int] = ..., execution_time_ms: _Optional[int] = ..., truncated: _Optional[bool] = ..., cached: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class QueryRetentionRequest(_message.Message):
    __slots__ = ("first", "again", "grain", "periods", "time_range", "time_zone", "no_cache")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AGAIN_FIELD_NUMBER: _ClassVar[int]
    GRAIN_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    first: InsightStep
    again: InsightStep
    grain: str
    periods: int
    time_range: _metrics_pb2.TimeRange
    time_zone: str
    no_cache: bool
    def __init__(self, first: _Optional[_Union[InsightStep, _Mapping]] = ..., again: _Optional[_Union[InsightStep, _Mapping]] = ..., grain: _Optional[str] = ..., periods: _Optional[int] = ..., time_range: _Optional[_Union[_metrics_pb2.TimeRange, _Mapping]] = ..., time_zone: _Optional[str] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class QueryRetentionResponse(_message.Message):
    __slots__ = ("columns", "rows", "sql", "definitions", "time_zone", "start", "end", "query_id", "row_count", "execution_time_ms", "truncated", "cached", "as_of")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.MetricColumn]
    rows: _json_pb2.Json
    sql: str
    definitions: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.UsedDefinition]
    time_zone: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    query_id: str
    row_count: int
    execution_time_ms: int
    truncated: bool
    cached: bool
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, columns: _Optional[_Iterable[_Union[_metrics_pb2.MetricColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., sql: _Optional[str] = ..., definitions: _Optional[_Iterable[_Union[_metrics_pb2.UsedDefinition, _Mapping]]] = ..., time_zone: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., query_id: _Optional[str] = ..., row_count: _Optional[int] = ..., execution_time_ms: _Optional[int] = ..., truncated: _Optional[bool] = ..., cached: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class QueryDidNotDoRequest(_message.Message):
    __slots__ = ("did", "did_not", "time_range", "page_size", "page_token", "time_zone", "no_cache")
    DID_FIELD_NUMBER: _ClassVar[int]
    DID_NOT_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    did: InsightStep
    did_not: InsightStep
    time_range: _metrics_pb2.TimeRange
    page_size: int
    page_token: str
    time_zone: str
    no_cache: bool
    def __init__(self, did: _Optional[_Union[InsightStep, _Mapping]] = ..., did_not: _Optional[_Union[InsightStep, _Mapping]] = ..., time_range: _Optional[_Union[_metrics_pb2.TimeRange, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., time_zone: _Optional[str] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class QueryDidNotDoResponse(_message.Message):
    __slots__ = ("columns", "rows", "sql", "definitions", "time_zone", "start", "end", "query_id", "row_count", "execution_time_ms", "truncated", "cached", "as_of", "people", "next_page_token")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.MetricColumn]
    rows: _json_pb2.Json
    sql: str
    definitions: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.UsedDefinition]
    time_zone: str
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    query_id: str
    row_count: int
    execution_time_ms: int
    truncated: bool
    cached: bool
    as_of: _timestamp_pb2.Timestamp
    people: int
    next_page_token: str
    def __init__(self, columns: _Optional[_Iterable[_Union[_metrics_pb2.MetricColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., sql: _Optional[str] = ..., definitions: _Optional[_Iterable[_Union[_metrics_pb2.UsedDefinition, _Mapping]]] = ..., time_zone: _Optional[str] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., query_id: _Optional[str] = ..., row_count: _Optional[int] = ..., execution_time_ms: _Optional[int] = ..., truncated: _Optional[bool] = ..., cached: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., people: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...
