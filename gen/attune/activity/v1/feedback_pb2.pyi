import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FeedbackReceived(_message.Message):
    __slots__ = ("feedback_id", "conversation_id", "external_id", "user_id", "score", "previous_score", "message_id", "text", "latency_ms", "tokens_used", "submitted_at")
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
    def __init__(self, feedback_id: _Optional[int] = ..., conversation_id: _Optional[str] = ..., external_id: _Optional[str] = ..., user_id: _Optional[str] = ..., score: _Optional[int] = ..., previous_score: _Optional[int] = ..., message_id: _Optional[str] = ..., text: _Optional[str] = ..., latency_ms: _Optional[float] = ..., tokens_used: _Optional[int] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
