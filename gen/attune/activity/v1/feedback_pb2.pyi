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

class SubmitFeedbackRequest(_message.Message):
    __slots__ = ("conversation_id", "score", "text", "latency_ms", "tokens_used", "message_id", "input_hash", "output_hash", "metadata", "user_id", "request_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_USED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    INPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    score: int
    text: str
    latency_ms: float
    tokens_used: int
    message_id: str
    input_hash: str
    output_hash: str
    metadata: _json_pb2.Json
    user_id: str
    request_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., score: _Optional[int] = ..., text: _Optional[str] = ..., latency_ms: _Optional[float] = ..., tokens_used: _Optional[int] = ..., message_id: _Optional[str] = ..., input_hash: _Optional[str] = ..., output_hash: _Optional[str] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., user_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SubmitFeedbackResponse(_message.Message):
    __slots__ = ("status", "message", "conversation_id", "feedback_score")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_SCORE_FIELD_NUMBER: _ClassVar[int]
    status: str
    message: str
    conversation_id: str
    feedback_score: int
    def __init__(self, status: _Optional[str] = ..., message: _Optional[str] = ..., conversation_id: _Optional[str] = ..., feedback_score: _Optional[int] = ...) -> None: ...

class WithdrawFeedbackRequest(_message.Message):
    __slots__ = ("conversation_id", "message_id", "user_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    message_id: str
    user_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., message_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class WithdrawFeedbackResponse(_message.Message):
    __slots__ = ("status", "message", "conversation_id")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    status: str
    message: str
    conversation_id: str
    def __init__(self, status: _Optional[str] = ..., message: _Optional[str] = ..., conversation_id: _Optional[str] = ...) -> None: ...

class Feedback(_message.Message):
    __slots__ = ("id", "conversation_id", "external_id", "user_id", "message_id", "input_hash", "output_hash", "user_feedback_score", "user_feedback_text", "original_text", "personal_data", "latency_ms", "tokens_used", "created_at", "updated_at", "metadata", "revision", "sentiment", "sentiment_value", "sentiment_source")
    ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    INPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    USER_FEEDBACK_SCORE_FIELD_NUMBER: _ClassVar[int]
    USER_FEEDBACK_TEXT_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_TEXT_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_USED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_VALUE_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_SOURCE_FIELD_NUMBER: _ClassVar[int]
    id: int
    conversation_id: str
    external_id: str
    user_id: str
    message_id: str
    input_hash: str
    output_hash: str
    user_feedback_score: int
    user_feedback_text: str
    original_text: str
    personal_data: _containers.RepeatedScalarFieldContainer[str]
    latency_ms: float
    tokens_used: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    metadata: _json_pb2.Json
    revision: int
    sentiment: str
    sentiment_value: float
    sentiment_source: str
    def __init__(self, id: _Optional[int] = ..., conversation_id: _Optional[str] = ..., external_id: _Optional[str] = ..., user_id: _Optional[str] = ..., message_id: _Optional[str] = ..., input_hash: _Optional[str] = ..., output_hash: _Optional[str] = ..., user_feedback_score: _Optional[int] = ..., user_feedback_text: _Optional[str] = ..., original_text: _Optional[str] = ..., personal_data: _Optional[_Iterable[str]] = ..., latency_ms: _Optional[float] = ..., tokens_used: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., revision: _Optional[int] = ..., sentiment: _Optional[str] = ..., sentiment_value: _Optional[float] = ..., sentiment_source: _Optional[str] = ...) -> None: ...

class ListFeedbackRequest(_message.Message):
    __slots__ = ("conversation_id", "min_score", "max_score", "start_time", "end_time", "sentiment", "user_id", "input_hash", "output_hash", "include_original", "page_size", "page_token")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_SCORE_FIELD_NUMBER: _ClassVar[int]
    MAX_SCORE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    INPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ORIGINAL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    min_score: int
    max_score: int
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    sentiment: str
    user_id: str
    input_hash: str
    output_hash: str
    include_original: bool
    page_size: int
    page_token: str
    def __init__(self, conversation_id: _Optional[str] = ..., min_score: _Optional[int] = ..., max_score: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sentiment: _Optional[str] = ..., user_id: _Optional[str] = ..., input_hash: _Optional[str] = ..., output_hash: _Optional[str] = ..., include_original: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFeedbackResponse(_message.Message):
    __slots__ = ("feedback", "next_page_token")
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    feedback: _containers.RepeatedCompositeFieldContainer[Feedback]
    next_page_token: str
    def __init__(self, feedback: _Optional[_Iterable[_Union[Feedback, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetFeedbackStatsRequest(_message.Message):
    __slots__ = ("conversation_id",)
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    def __init__(self, conversation_id: _Optional[str] = ...) -> None: ...

class GetFeedbackStatsResponse(_message.Message):
    __slots__ = ("avg_score", "total_count", "score_1", "score_2", "score_3", "score_4", "score_5", "avg_latency_ms", "avg_tokens")
    AVG_SCORE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    SCORE_1_FIELD_NUMBER: _ClassVar[int]
    SCORE_2_FIELD_NUMBER: _ClassVar[int]
    SCORE_3_FIELD_NUMBER: _ClassVar[int]
    SCORE_4_FIELD_NUMBER: _ClassVar[int]
    SCORE_5_FIELD_NUMBER: _ClassVar[int]
    AVG_LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    AVG_TOKENS_FIELD_NUMBER: _ClassVar[int]
    avg_score: float
    total_count: int
    score_1: int
    score_2: int
    score_3: int
    score_4: int
    score_5: int
    avg_latency_ms: float
    avg_tokens: float
    def __init__(self, avg_score: _Optional[float] = ..., total_count: _Optional[int] = ..., score_1: _Optional[int] = ..., score_2: _Optional[int] = ..., score_3: _Optional[int] = ..., score_4: _Optional[int] = ..., score_5: _Optional[int] = ..., avg_latency_ms: _Optional[float] = ..., avg_tokens: _Optional[float] = ...) -> None: ...

class GetFeedbackTrendRequest(_message.Message):
    __slots__ = ("period", "start_time", "end_time")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    period: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, period: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetFeedbackTrendResponse(_message.Message):
    __slots__ = ("period", "time_zone", "periods", "prior", "shift")
    class Period(_message.Message):
        __slots__ = ("start", "count", "avg_score", "bayesian_avg")
        START_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        AVG_SCORE_FIELD_NUMBER: _ClassVar[int]
        BAYESIAN_AVG_FIELD_NUMBER: _ClassVar[int]
        start: str
        count: int
        avg_score: float
        bayesian_avg: float
        def __init__(self, start: _Optional[str] = ..., count: _Optional[int] = ..., avg_score: _Optional[float] = ..., bayesian_avg: _Optional[float] = ...) -> None: ...
    class Prior(_message.Message):
        __slots__ = ("mean", "weight")
        MEAN_FIELD_NUMBER: _ClassVar[int]
        WEIGHT_FIELD_NUMBER: _ClassVar[int]
        mean: float
        weight: float
        def __init__(self, mean: _Optional[float] = ..., weight: _Optional[float] = ...) -> None: ...
    class Shift(_message.Message):
        __slots__ = ("detected", "statistic", "threshold", "start", "avg_before", "avg_after")
        DETECTED_FIELD_NUMBER: _ClassVar[int]
        STATISTIC_FIELD_NUMBER: _ClassVar[int]
        THRESHOLD_FIELD_NUMBER: _ClassVar[int]
        START_FIELD_NUMBER: _ClassVar[int]
        AVG_BEFORE_FIELD_NUMBER: _ClassVar[int]
        AVG_AFTER_FIELD_NUMBER: _ClassVar[int]
        detected: bool
        statistic: float
        threshold: float
        start: str
        avg_before: float
        avg_after: float
        def __init__(self, detected: _Optional[bool] = ..., statistic: _Optional[float] = ..., threshold: _Optional[float] = ..., start: _Optional[str] = ..., avg_before: _Optional[float] = ..., avg_after: _Optional[float] = ...) -> None: ...
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    PRIOR_FIELD_NUMBER: _ClassVar[int]
    SHIFT_FIELD_NUMBER: _ClassVar[int]
    period: str
    time_zone: str
    periods: _containers.RepeatedCompositeFieldContainer[GetFeedbackTrendResponse.Period]
    prior: GetFeedbackTrendResponse.Prior
    shift: GetFeedbackTrendResponse.Shift
    def __init__(self, period: _Optional[str] = ..., time_zone: _Optional[str] = ..., periods: _Optional[_Iterable[_Union[GetFeedbackTrendResponse.Period, _Mapping]]] = ..., prior: _Optional[_Union[GetFeedbackTrendResponse.Prior, _Mapping]] = ..., shift: _Optional[_Union[GetFeedbackTrendResponse.Shift, _Mapping]] = ...) -> None: ...

class ExportFeedbackRequest(_message.Message):
    __slots__ = ("format", "conversation_id", "min_score", "max_score", "start_time", "end_time", "sentiment", "user_id")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_SCORE_FIELD_NUMBER: _ClassVar[int]
    MAX_SCORE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    format: str
    conversation_id: str
    min_score: int
    max_score: int
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    sentiment: str
    user_id: str
    def __init__(self, format: _Optional[str] = ..., conversation_id: _Optional[str] = ..., min_score: _Optional[int] = ..., max_score: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sentiment: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class ForgetFeedbackRequest(_message.Message):
    __slots__ = ("older_than_days",)
    OLDER_THAN_DAYS_FIELD_NUMBER: _ClassVar[int]
    older_than_days: int
    def __init__(self, older_than_days: _Optional[int] = ...) -> None: ...

class ForgetFeedbackResponse(_message.Message):
    __slots__ = ("forgotten",)
    FORGOTTEN_FIELD_NUMBER: _ClassVar[int]
    forgotten: int
    def __init__(self, forgotten: _Optional[int] = ...) -> None: ...

class FeedbackReceived(_message.Message):
    __slots__ = ("feedback_id", "conversation_id", "external_id", "user_id", "score", "previous_score", "message_id", "text", "latency_ms", "tokens_used", "submitted_at", "withdrawn", "revision", "personal_data", "created_at", "input_hash", "output_hash", "metadata")
    FEEDBACK_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SCORE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_USED_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    INPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    feedback_id: int
    conversation_id: str
    external_id: str
    user_id: str
    score: int
    previous_score: int
    message_id: str
    text: str
    latency_ms: float
    tokens_used: int
    submitted_at: _timestamp_pb2.Timestamp
    withdrawn: bool
    revision: int
    personal_data: _containers.RepeatedScalarFieldContainer[str]
    created_at: _timestamp_pb2.Timestamp
    input_hash: str
    output_hash: str
    metadata: _json_pb2.Json
    def __init__(self, feedback_id: _Optional[int] = ..., conversation_id: _Optional[str] = ..., external_id: _Optional[str] = ..., user_id: _Optional[str] = ..., score: _Optional[int] = ..., previous_score: _Optional[int] = ..., message_id: _Optional[str] = ..., text: _Optional[str] = ..., latency_ms: _Optional[float] = ..., tokens_used: _Optional[int] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., withdrawn: _Optional[bool] = ..., revision: _Optional[int] = ..., personal_data: _Optional[_Iterable[str]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., input_hash: _Optional[str] = ..., output_hash: _Optional[str] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...

class FeedbackForgotten(_message.Message):
    __slots__ = ("feedback_ids",)
    FEEDBACK_IDS_FIELD_NUMBER: _ClassVar[int]
    feedback_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, feedback_ids: _Optional[_Iterable[int]] = ...) -> None: ...
