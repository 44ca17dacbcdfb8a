import datetime

from attune.analytics.v1 import questions_pb2 as _questions_pb2
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

class CertifyAnswerRequest(_message.Message):
    __slots__ = ("message_id", "question", "sql", "category", "tags", "note", "request_id")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    question: str
    sql: str
    category: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    note: str
    request_id: str
    def __init__(self, message_id: _Optional[str] = ..., question: _Optional[str] = ..., sql: _Optional[str] = ..., category: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., note: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetChatQualityRequest(_message.Message):
    __slots__ = ("to", "connection_id")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    to: _timestamp_pb2.Timestamp
    connection_id: str
    def __init__(self, to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., connection_id: _Optional[str] = ..., **kwargs) -> None: ...

class GetChatQualityResponse(_message.Message):
    __slots__ = ("to", "days", "disputed")
    class Day(_message.Message):
        __slots__ = ("date", "way", "model", "answers", "thumbs_up", "thumbs_down", "accepted", "rephrased", "abstained", "asked_back", "errors", "cancelled", "unfinished", "sql_errors", "dropped_sentences", "prompt_tokens", "completion_tokens", "cost_usd", "p50_ms", "p95_ms")
        DATE_FIELD_NUMBER: _ClassVar[int]
        WAY_FIELD_NUMBER: _ClassVar[int]
        MODEL_FIELD_NUMBER: _ClassVar[int]
        ANSWERS_FIELD_NUMBER: _ClassVar[int]
        THUMBS_UP_FIELD_NUMBER: _ClassVar[int]
        THUMBS_DOWN_FIELD_NUMBER: _ClassVar[int]
        ACCEPTED_FIELD_NUMBER: _ClassVar[int]
        REPHRASED_FIELD_NUMBER: _ClassVar[int]
        ABSTAINED_FIELD_NUMBER: _ClassVar[int]
        ASKED_BACK_FIELD_NUMBER: _ClassVar[int]
        ERRORS_FIELD_NUMBER: _ClassVar[int]
        CANCELLED_FIELD_NUMBER: _ClassVar[int]
        UNFINISHED_FIELD_NUMBER: _ClassVar[int]
        SQL_ERRORS_FIELD_NUMBER: _ClassVar[int]
        DROPPED_SENTENCES_FIELD_NUMBER: _ClassVar[int]
        PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
        COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
        COST_USD_FIELD_NUMBER: _ClassVar[int]
        P50_MS_FIELD_NUMBER: _ClassVar[int]
        P95_MS_FIELD_NUMBER: _ClassVar[int]
        date: str
        way: str
        model: str
        answers: int
        thumbs_up: int
        thumbs_down: int
        accepted: int
        rephrased: int
        abstained: int
        asked_back: int
        errors: int
        cancelled: int
        unfinished: int
        sql_errors: int
        dropped_sentences: int
        prompt_tokens: int
        completion_tokens: int
        cost_usd: float
        p50_ms: int
        p95_ms: int
        def __init__(self, date: _Optional[str] = ..., way: _Optional[str] = ..., model: _Optional[str] = ..., answers: _Optional[int] = ..., thumbs_up: _Optional[int] = ..., thumbs_down: _Optional[int] = ..., accepted: _Optional[int] = ..., rephrased: _Optional[int] = ..., abstained: _Optional[int] = ..., asked_back: _Optional[int] = ..., errors: _Optional[int] = ..., cancelled: _Optional[int] = ..., unfinished: _Optional[int] = ..., sql_errors: _Optional[int] = ..., dropped_sentences: _Optional[int] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., cost_usd: _Optional[float] = ..., p50_ms: _Optional[int] = ..., p95_ms: _Optional[int] = ...) -> None: ...
    class Disputed(_message.Message):
        __slots__ = ("question", "connection_id", "thumbs_down", "thumbs_up", "last_asked_at", "question_id")
        QUESTION_FIELD_NUMBER: _ClassVar[int]
        CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
        THUMBS_DOWN_FIELD_NUMBER: _ClassVar[int]
        THUMBS_UP_FIELD_NUMBER: _ClassVar[int]
        LAST_ASKED_AT_FIELD_NUMBER: _ClassVar[int]
        QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
        question: str
        connection_id: str
        thumbs_down: int
        thumbs_up: int
        last_asked_at: _timestamp_pb2.Timestamp
        question_id: str
        def __init__(self, question: _Optional[str] = ..., connection_id: _Optional[str] = ..., thumbs_down: _Optional[int] = ..., thumbs_up: _Optional[int] = ..., last_asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., question_id: _Optional[str] = ...) -> None: ...
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    DISPUTED_FIELD_NUMBER: _ClassVar[int]
    to: _timestamp_pb2.Timestamp
    days: _containers.RepeatedCompositeFieldContainer[GetChatQualityResponse.Day]
    disputed: _containers.RepeatedCompositeFieldContainer[GetChatQualityResponse.Disputed]
    def __init__(self, to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., days: _Optional[_Iterable[_Union[GetChatQualityResponse.Day, _Mapping]]] = ..., disputed: _Optional[_Iterable[_Union[GetChatQualityResponse.Disputed, _Mapping]]] = ..., **kwargs) -> None: ...

class AnswerAccepted(_message.Message):
    __slots__ = ("message_id", "user_id", "job_role", "question", "connection_id", "accepted", "at")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_ROLE_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    user_id: str
    job_role: str
    question: str
    connection_id: str
    accepted: bool
    at: _timestamp_pb2.Timestamp
    def __init__(self, message_id: _Optional[str] = ..., user_id: _Optional[str] = ..., job_role: _Optional[str] = ..., question: _Optional[str] = ..., connection_id: _Optional[str] = ..., accepted: _Optional[bool] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
