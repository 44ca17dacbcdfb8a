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

class BusinessMetric(_message.Message):
    __slots__ = ("id", "name", "display_name", "description", "synonyms", "type", "connection_id", "formula", "source", "aggregate", "field", "percentile", "numerator", "denominator", "filters", "unit", "grain", "dimensions", "owner", "category", "tags", "needs", "used_by", "version", "created_by", "created_at", "updated_by", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SYNONYMS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    AGGREGATE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    NUMERATOR_FIELD_NUMBER: _ClassVar[int]
    DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    GRAIN_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    USED_BY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    display_name: str
    description: str
    synonyms: _containers.RepeatedScalarFieldContainer[str]
    type: str
    connection_id: str
    formula: str
    source: MetricSource
    aggregate: str
    field: MetricField
    percentile: float
    numerator: str
    denominator: str
    filters: _containers.RepeatedCompositeFieldContainer[MetricFilter]
    unit: str
    grain: str
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    owner: str
    category: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    needs: _containers.RepeatedScalarFieldContainer[str]
    used_by: _containers.RepeatedScalarFieldContainer[str]
    version: int
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    updated_by: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., synonyms: _Optional[_Iterable[str]] = ..., type: _Optional[str] = ..., connection_id: _Optional[str] = ..., formula: _Optional[str] = ..., source: _Optional[_Union[MetricSource, _Mapping]] = ..., aggregate: _Optional[str] = ..., field: _Optional[_Union[MetricField, _Mapping]] = ..., percentile: _Optional[float] = ..., numerator: _Optional[str] = ..., denominator: _Optional[str] = ..., filters: _Optional[_Iterable[_Union[MetricFilter, _Mapping]]] = ..., unit: _Optional[str] = ..., grain: _Optional[str] = ..., dimensions: _Optional[_Iterable[str]] = ..., owner: _Optional[str] = ..., category: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., needs: _Optional[_Iterable[str]] = ..., used_by: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MetricSource(_message.Message):
    __slots__ = ("relation", "schema", "time", "event")
    RELATION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    relation: str
    schema: str
    time: str
    event: str
    def __init__(self, relation: _Optional[str] = ..., schema: _Optional[str] = ..., time: _Optional[str] = ..., event: _Optional[str] = ...) -> None: ...

class MetricField(_message.Message):
    __slots__ = ("column", "path", "cast")
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    CAST_FIELD_NUMBER: _ClassVar[int]
    column: str
    path: _containers.RepeatedScalarFieldContainer[str]
    cast: str
    def __init__(self, column: _Optional[str] = ..., path: _Optional[_Iterable[str]] = ..., cast: _Optional[str] = ...) -> None: ...

class MetricFilter(_message.Message):
    __slots__ = ("dimension", "field", "operator", "values")
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    field: MetricField
    operator: str
    values: _containers.RepeatedCompositeFieldContainer[_json_pb2.Json]
    def __init__(self, dimension: _Optional[str] = ..., field: _Optional[_Union[MetricField, _Mapping]] = ..., operator: _Optional[str] = ..., values: _Optional[_Iterable[_Union[_json_pb2.Json, _Mapping]]] = ...) -> None: ...

class CreateBusinessMetricRequest(_message.Message):
    __slots__ = ("business_metric", "note", "request_id")
    BUSINESS_METRIC_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    business_metric: BusinessMetric
    note: str
    request_id: str
    def __init__(self, business_metric: _Optional[_Union[BusinessMetric, _Mapping]] = ..., note: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListBusinessMetricsRequest(_message.Message):
    __slots__ = ("connection_id", "name", "text", "page_size", "page_token", "category", "tags")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    name: str
    text: str
    page_size: int
    page_token: str
    category: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, connection_id: _Optional[str] = ..., name: _Optional[str] = ..., text: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., category: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ...) -> None: ...

class ListBusinessMetricsResponse(_message.Message):
    __slots__ = ("business_metrics", "next_page_token")
    BUSINESS_METRICS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    business_metrics: _containers.RepeatedCompositeFieldContainer[BusinessMetric]
    next_page_token: str
    def __init__(self, business_metrics: _Optional[_Iterable[_Union[BusinessMetric, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetBusinessMetricRequest(_message.Message):
    __slots__ = ("business_metric_id",)
    BUSINESS_METRIC_ID_FIELD_NUMBER: _ClassVar[int]
    business_metric_id: str
    def __init__(self, business_metric_id: _Optional[str] = ...) -> None: ...

class UpdateBusinessMetricRequest(_message.Message):
    __slots__ = ("business_metric_id", "business_metric", "update_mask", "note")
    BUSINESS_METRIC_ID_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_METRIC_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    business_metric_id: str
    business_metric: BusinessMetric
    update_mask: _field_mask_pb2.FieldMask
    note: str
    def __init__(self, business_metric_id: _Optional[str] = ..., business_metric: _Optional[_Union[BusinessMetric, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., note: _Optional[str] = ...) -> None: ...

class DeleteBusinessMetricRequest(_message.Message):
    __slots__ = ("business_metric_id", "version", "note")
    BUSINESS_METRIC_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    business_metric_id: str
    version: int
    note: str
    def __init__(self, business_metric_id: _Optional[str] = ..., version: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class DeleteBusinessMetricResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
