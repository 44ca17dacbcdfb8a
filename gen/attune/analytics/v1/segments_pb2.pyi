import datetime

from attune.analytics.v1 import business_metrics_pb2 as _business_metrics_pb2
from attune.analytics.v1 import metrics_pb2 as _metrics_pb2
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

class SegmentRule(_message.Message):
    __slots__ = ("all", "any", "none", "event", "trait", "segment_id", "bucket")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NONE_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    all: _containers.RepeatedCompositeFieldContainer[SegmentRule]
    any: _containers.RepeatedCompositeFieldContainer[SegmentRule]
    none: _containers.RepeatedCompositeFieldContainer[SegmentRule]
    event: SegmentEvent
    trait: SegmentTrait
    segment_id: str
    bucket: SegmentHash
    def __init__(self, all: _Optional[_Iterable[_Union[SegmentRule, _Mapping]]] = ..., any: _Optional[_Iterable[_Union[SegmentRule, _Mapping]]] = ..., none: _Optional[_Iterable[_Union[SegmentRule, _Mapping]]] = ..., event: _Optional[_Union[SegmentEvent, _Mapping]] = ..., trait: _Optional[_Union[SegmentTrait, _Mapping]] = ..., segment_id: _Optional[str] = ..., bucket: _Optional[_Union[SegmentHash, _Mapping]] = ...) -> None: ...

class SegmentEvent(_message.Message):
    __slots__ = ("name", "filters", "operator", "count", "time_range")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    filters: _containers.RepeatedCompositeFieldContainer[_business_metrics_pb2.MetricFilter]
    operator: str
    count: int
    time_range: _metrics_pb2.TimeRange
    def __init__(self, name: _Optional[str] = ..., filters: _Optional[_Iterable[_Union[_business_metrics_pb2.MetricFilter, _Mapping]]] = ..., operator: _Optional[str] = ..., count: _Optional[int] = ..., time_range: _Optional[_Union[_metrics_pb2.TimeRange, _Mapping]] = ...) -> None: ...

class SegmentTrait(_message.Message):
    __slots__ = ("field", "operator", "values")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    field: _business_metrics_pb2.MetricField
    operator: str
    values: _containers.RepeatedCompositeFieldContainer[_json_pb2.Json]
    def __init__(self, field: _Optional[_Union[_business_metrics_pb2.MetricField, _Mapping]] = ..., operator: _Optional[str] = ..., values: _Optional[_Iterable[_Union[_json_pb2.Json, _Mapping]]] = ...) -> None: ...

class SegmentHash(_message.Message):
    __slots__ = ("salt", "start", "end")
    SALT_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    salt: str
    start: float
    end: float
    def __init__(self, salt: _Optional[str] = ..., start: _Optional[float] = ..., end: _Optional[float] = ...) -> None: ...

class SegmentBucket(_message.Message):
    __slots__ = ("segment_id", "hash")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    hash: SegmentHash
    def __init__(self, segment_id: _Optional[str] = ..., hash: _Optional[_Union[SegmentHash, _Mapping]] = ...) -> None: ...

class SegmentUpload(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Segment(_message.Message):
    __slots__ = ("id", "name", "description", "kind", "criteria", "query", "bucket", "owner", "version", "user_count", "refreshed_at", "refreshing", "error", "created_at", "updated_by", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    USER_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFRESHED_AT_FIELD_NUMBER: _ClassVar[int]
    REFRESHING_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    kind: str
    criteria: SegmentRule
    query: str
    bucket: SegmentBucket
    owner: str
    version: int
    user_count: int
    refreshed_at: _timestamp_pb2.Timestamp
    refreshing: bool
    error: str
    created_at: _timestamp_pb2.Timestamp
    updated_by: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., kind: _Optional[str] = ..., criteria: _Optional[_Union[SegmentRule, _Mapping]] = ..., query: _Optional[str] = ..., bucket: _Optional[_Union[SegmentBucket, _Mapping]] = ..., owner: _Optional[str] = ..., version: _Optional[int] = ..., user_count: _Optional[int] = ..., refreshed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refreshing: _Optional[bool] = ..., error: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateSegmentRequest(_message.Message):
    __slots__ = ("name", "description", "criteria", "query", "upload", "bucket", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    criteria: SegmentRule
    query: str
    upload: SegmentUpload
    bucket: SegmentBucket
    request_id: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., criteria: _Optional[_Union[SegmentRule, _Mapping]] = ..., query: _Optional[str] = ..., upload: _Optional[_Union[SegmentUpload, _Mapping]] = ..., bucket: _Optional[_Union[SegmentBucket, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateSegmentFromAnswerRequest(_message.Message):
    __slots__ = ("name", "description", "query_id", "conversation_id", "message_id", "column", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    query_id: str
    conversation_id: str
    message_id: str
    column: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., query_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., message_id: _Optional[str] = ..., column: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListSegmentsRequest(_message.Message):
    __slots__ = ("text", "owner", "kind", "page_size", "page_token")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    text: str
    owner: str
    kind: str
    page_size: int
    page_token: str
    def __init__(self, text: _Optional[str] = ..., owner: _Optional[str] = ..., kind: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSegmentsResponse(_message.Message):
    __slots__ = ("segments", "next_page_token")
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedCompositeFieldContainer[Segment]
    next_page_token: str
    def __init__(self, segments: _Optional[_Iterable[_Union[Segment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetSegmentRequest(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...

class UpdateSegmentRequest(_message.Message):
    __slots__ = ("segment_id", "segment", "update_mask", "version")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    segment: Segment
    update_mask: _field_mask_pb2.FieldMask
    version: int
    def __init__(self, segment_id: _Optional[str] = ..., segment: _Optional[_Union[Segment, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class DeleteSegmentRequest(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...

class DeleteSegmentResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PreviewSegmentRequest(_message.Message):
    __slots__ = ("criteria", "query", "bucket", "sample_size")
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SIZE_FIELD_NUMBER: _ClassVar[int]
    criteria: SegmentRule
    query: str
    bucket: SegmentBucket
    sample_size: int
    def __init__(self, criteria: _Optional[_Union[SegmentRule, _Mapping]] = ..., query: _Optional[str] = ..., bucket: _Optional[_Union[SegmentBucket, _Mapping]] = ..., sample_size: _Optional[int] = ...) -> None: ...

class PreviewSegmentResponse(_message.Message):
    __slots__ = ("user_count", "people", "query", "query_id")
    USER_COUNT_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    user_count: int
    people: _containers.RepeatedCompositeFieldContainer[SegmentPerson]
    query: str
    query_id: str
    def __init__(self, user_count: _Optional[int] = ..., people: _Optional[_Iterable[_Union[SegmentPerson, _Mapping]]] = ..., query: _Optional[str] = ..., query_id: _Optional[str] = ...) -> None: ...

class SegmentPerson(_message.Message):
    __slots__ = ("user_id", "traits")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    traits: _json_pb2.Json
    def __init__(self, user_id: _Optional[str] = ..., traits: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...

class EstimateSegmentRequest(_message.Message):
    __slots__ = ("criteria", "bucket")
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    criteria: SegmentRule
    bucket: SegmentBucket
    def __init__(self, criteria: _Optional[_Union[SegmentRule, _Mapping]] = ..., bucket: _Optional[_Union[SegmentBucket, _Mapping]] = ...) -> None: ...

class EstimateSegmentResponse(_message.Message):
    __slots__ = ("user_count", "low", "high", "people", "sampled")
    USER_COUNT_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    SAMPLED_FIELD_NUMBER: _ClassVar[int]
    user_count: int
    low: int
    high: int
    people: int
    sampled: int
    def __init__(self, user_count: _Optional[int] = ..., low: _Optional[int] = ..., high: _Optional[int] = ..., people: _Optional[int] = ..., sampled: _Optional[int] = ...) -> None: ...

class OverlapSegmentsRequest(_message.Message):
    __slots__ = ("segment_ids",)
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, segment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class OverlapSegmentsResponse(_message.Message):
    __slots__ = ("overlaps",)
    class Overlap(_message.Message):
        __slots__ = ("segment_id", "other_segment_id", "user_count", "other_user_count", "both", "jaccard")
        SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
        OTHER_SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
        USER_COUNT_FIELD_NUMBER: _ClassVar[int]
        OTHER_USER_COUNT_FIELD_NUMBER: _ClassVar[int]
        BOTH_FIELD_NUMBER: _ClassVar[int]
        JACCARD_FIELD_NUMBER: _ClassVar[int]
        segment_id: str
        other_segment_id: str
        user_count: int
        other_user_count: int
        both: int
        jaccard: float
        def __init__(self, segment_id: _Optional[str] = ..., other_segment_id: _Optional[str] = ..., user_count: _Optional[int] = ..., other_user_count: _Optional[int] = ..., both: _Optional[int] = ..., jaccard: _Optional[float] = ...) -> None: ...
    OVERLAPS_FIELD_NUMBER: _ClassVar[int]
    overlaps: _containers.RepeatedCompositeFieldContainer[OverlapSegmentsResponse.Overlap]
    def __init__(self, overlaps: _Optional[_Iterable[_Union[OverlapSegmentsResponse.Overlap, _Mapping]]] = ...) -> None: ...
