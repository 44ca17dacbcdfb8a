import datetime

from attune.analytics.v1 import insights_pb2 as _insights_pb2
from attune.analytics.v1 import metrics_pb2 as _metrics_pb2
from attune.analytics.v1 import queries_pb2 as _queries_pb2
from attune.common.v1 import access_pb2 as _access_pb2
from attune.common.v1 import json_pb2 as _json_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChartSource(_message.Message):
    __slots__ = ("saved_query_id", "sql", "connection_id", "metric_query", "inline", "trend", "funnel", "retention")
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    METRIC_QUERY_FIELD_NUMBER: _ClassVar[int]
    INLINE_FIELD_NUMBER: _ClassVar[int]
    TREND_FIELD_NUMBER: _ClassVar[int]
    FUNNEL_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    sql: str
    connection_id: str
    metric_query: _metrics_pb2.CompileMetricsRequest
    inline: ChartRows
    trend: _insights_pb2.QueryTrendRequest
    funnel: _insights_pb2.QueryFunnelRequest
    retention: _insights_pb2.QueryRetentionRequest
    def __init__(self, saved_query_id: _Optional[str] = ..., sql: _Optional[str] = ..., connection_id: _Optional[str] = ..., metric_query: _Optional[_Union[_metrics_pb2.CompileMetricsRequest, _Mapping]] = ..., inline: _Optional[_Union[ChartRows, _Mapping]] = ..., trend: _Optional[_Union[_insights_pb2.QueryTrendRequest, _Mapping]] = ..., funnel: _Optional[_Union[_insights_pb2.QueryFunnelRequest, _Mapping]] = ..., retention: _Optional[_Union[_insights_pb2.QueryRetentionRequest, _Mapping]] = ...) -> None: ...

class ChartColumn(_message.Message):
    __slots__ = ("name", "type", "kind", "unit")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    kind: str
    unit: str
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., kind: _Optional[str] = ..., unit: _Optional[str] = ...) -> None: ...

class ChartRows(_message.Message):
    __slots__ = ("columns", "rows")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[ChartColumn]
    rows: _json_pb2.Json
    def __init__(self, columns: _Optional[_Iterable[_Union[ChartColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...

class ChartDesign(_message.Message):
    __slots__ = ("type", "x", "y", "colour", "stacked", "horizontal", "title", "sort", "limit")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    COLOUR_FIELD_NUMBER: _ClassVar[int]
    STACKED_FIELD_NUMBER: _ClassVar[int]
    HORIZONTAL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    type: str
    x: str
    y: _containers.RepeatedScalarFieldContainer[str]
    colour: str
    stacked: bool
    horizontal: bool
    title: str
    sort: str
    limit: int
    def __init__(self, type: _Optional[str] = ..., x: _Optional[str] = ..., y: _Optional[_Iterable[str]] = ..., colour: _Optional[str] = ..., stacked: _Optional[bool] = ..., horizontal: _Optional[bool] = ..., title: _Optional[str] = ..., sort: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class Chart(_message.Message):
    __slots__ = ("id", "name", "description", "source", "design", "type", "owner", "version", "shared", "created_at", "updated_by", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESIGN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    source: ChartSource
    design: ChartDesign
    type: str
    owner: str
    version: int
    shared: bool
    created_at: _timestamp_pb2.Timestamp
    updated_by: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., source: _Optional[_Union[ChartSource, _Mapping]] = ..., design: _Optional[_Union[ChartDesign, _Mapping]] = ..., type: _Optional[str] = ..., owner: _Optional[str] = ..., version: _Optional[int] = ..., shared: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DrawnChart(_message.Message):
    __slots__ = ("type", "title", "spec", "notes", "columns", "rows", "metadata")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    type: str
    title: str
    spec: _json_pb2.Json
    notes: _containers.RepeatedScalarFieldContainer[str]
    columns: _containers.RepeatedCompositeFieldContainer[ChartColumn]
    rows: _json_pb2.Json
    metadata: _queries_pb2.QueryMetadata
    def __init__(self, type: _Optional[str] = ..., title: _Optional[str] = ..., spec: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., notes: _Optional[_Iterable[str]] = ..., columns: _Optional[_Iterable[_Union[ChartColumn, _Mapping]]] = ..., rows: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., metadata: _Optional[_Union[_queries_pb2.QueryMetadata, _Mapping]] = ...) -> None: ...

class CreateChartRequest(_message.Message):
    __slots__ = ("name", "description", "source", "design", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESIGN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    source: ChartSource
    design: ChartDesign
    request_id: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., source: _Optional[_Union[ChartSource, _Mapping]] = ..., design: _Optional[_Union[ChartDesign, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class PreviewChartRequest(_message.Message):
    __slots__ = ("source", "design")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESIGN_FIELD_NUMBER: _ClassVar[int]
    source: ChartSource
    design: ChartDesign
    def __init__(self, source: _Optional[_Union[ChartSource, _Mapping]] = ..., design: _Optional[_Union[ChartDesign, _Mapping]] = ...) -> None: ...

class ListChartsRequest(_message.Message):
    __slots__ = ("text", "owner", "page_size", "page_token")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    text: str
    owner: str
    page_size: int
    page_token: str
    def __init__(self, text: _Optional[str] = ..., owner: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListChartsResponse(_message.Message):
    __slots__ = ("charts", "next_page_token")
    CHARTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    charts: _containers.RepeatedCompositeFieldContainer[Chart]
    next_page_token: str
    def __init__(self, charts: _Optional[_Iterable[_Union[Chart, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetChartRequest(_message.Message):
    __slots__ = ("chart_id",)
    CHART_ID_FIELD_NUMBER: _ClassVar[int]
    chart_id: str
    def __init__(self, chart_id: _Optional[str] = ...) -> None: ...

class DrawChartRequest(_message.Message):
    __slots__ = ("chart_id", "no_cache")
    CHART_ID_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    chart_id: str
    no_cache: bool
    def __init__(self, chart_id: _Optional[str] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class RenderChartRequest(_message.Message):
    __slots__ = ("chart_id", "format", "scale", "no_cache")
    CHART_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    chart_id: str
    format: str
    scale: float
    no_cache: bool
    def __init__(self, chart_id: _Optional[str] = ..., format: _Optional[str] = ..., scale: _Optional[float] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class UpdateChartRequest(_message.Message):
    __slots__ = ("chart_id", "chart", "update_mask", "version")
    CHART_ID_FIELD_NUMBER: _ClassVar[int]
    CHART_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    chart_id: str
    chart: Chart
    update_mask: _field_mask_pb2.FieldMask
    version: int
    def __init__(self, chart_id: _Optional[str] = ..., chart: _Optional[_Union[Chart, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class DeleteChartRequest(_message.Message):
    __slots__ = ("chart_id",)
    CHART_ID_FIELD_NUMBER: _ClassVar[int]
    chart_id: str
    def __init__(self, chart_id: _Optional[str] = ...) -> None: ...

class DeleteChartResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ShareChartRequest(_message.Message):
    __slots__ = ("chart_id", "shared")
    CHART_ID_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    chart_id: str
    shared: bool
    def __init__(self, chart_id: _Optional[str] = ..., shared: _Optional[bool] = ...) -> None: ...

class ShareChartResponse(_message.Message):
    __slots__ = ("shared", "link")
    SHARED_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    shared: bool
    link: str
    def __init__(self, shared: _Optional[bool] = ..., link: _Optional[str] = ...) -> None: ...

class GetSharedChartRequest(_message.Message):
    __slots__ = ("chart_token",)
    CHART_TOKEN_FIELD_NUMBER: _ClassVar[int]
    chart_token: str
    def __init__(self, chart_token: _Optional[str] = ...) -> None: ...
