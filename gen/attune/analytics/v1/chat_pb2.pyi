import datetime

from attune.common.v1 import access_pb2 as _access_pb2
from attune.common.v1 import json_pb2 as _json_pb2
from attune.common.v1 import streams_pb2 as _streams_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChatRequest(_message.Message):
    __slots__ = ("message", "conversation_id", "connection_id")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    message: str
    conversation_id: str
    connection_id: str
    def __init__(self, message: _Optional[str] = ..., conversation_id: _Optional[str] = ..., connection_id: _Optional[str] = ...) -> None: ...

class StreamChatRequest(_message.Message):
    __slots__ = ("message", "conversation_id", "connection_id")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    message: str
    conversation_id: str
    connection_id: str
    def __init__(self, message: _Optional[str] = ..., conversation_id: _Optional[str] = ..., connection_id: _Optional[str] = ...) -> None: ...

class ChatAction(_message.Message):
    __slots__ = ("type", "label", "data")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    type: str
    label: str
    data: _json_pb2.Json
    def __init__(self, type: _Optional[str] = ..., label: _Optional[str] = ..., data: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...

class ChatMessage(_message.Message):
    __slots__ = ("id", "type", "content", "timestamp", "data", "actions")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    content: str
    timestamp: _timestamp_pb2.Timestamp
    data: _json_pb2.Json
    actions: _containers.RepeatedCompositeFieldContainer[ChatAction]
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., content: _Optional[str] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., data: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., actions: _Optional[_Iterable[_Union[ChatAction, _Mapping]]] = ...) -> None: ...

class ChatReceipt(_message.Message):
    __slots__ = ("way", "understood", "sql", "connection_id", "query_id", "definitions", "assumptions", "row_count", "truncated", "execution_time_ms", "cached", "as_of", "model", "prompt_tokens", "completion_tokens", "cost_usd", "degraded_reason", "sql_errors", "dropped_sentences", "context", "follows")
    WAY_FIELD_NUMBER: _ClassVar[int]
    UNDERSTOOD_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    ASSUMPTIONS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COST_USD_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_REASON_FIELD_NUMBER: _ClassVar[int]
    SQL_ERRORS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_SENTENCES_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FOLLOWS_FIELD_NUMBER: _ClassVar[int]
    way: str
    understood: str
    sql: str
    connection_id: str
    query_id: str
    definitions: _json_pb2.Json
    assumptions: _containers.RepeatedScalarFieldContainer[str]
    row_count: int
    truncated: bool
    execution_time_ms: int
    cached: bool
    as_of: _timestamp_pb2.Timestamp
    model: str
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    degraded_reason: str
    sql_errors: int
    dropped_sentences: int
    context: _containers.RepeatedScalarFieldContainer[str]
    follows: bool
    def __init__(self, way: _Optional[str] = ..., understood: _Optional[str] = ..., sql: _Optional[str] = ..., connection_id: _Optional[str] = ..., query_id: _Optional[str] = ..., definitions: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., assumptions: _Optional[_Iterable[str]] = ..., row_count: _Optional[int] = ..., truncated: _Optional[bool] = ..., execution_time_ms: _Optional[int] = ..., cached: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., model: _Optional[str] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., cost_usd: _Optional[float] = ..., degraded_reason: _Optional[str] = ..., sql_errors: _Optional[int] = ..., dropped_sentences: _Optional[int] = ..., context: _Optional[_Iterable[str]] = ..., follows: _Optional[bool] = ...) -> None: ...

class ChatResponse(_message.Message):
    __slots__ = ("run_id", "conversation_id", "message_id", "way", "messages", "receipt")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    WAY_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    conversation_id: str
    message_id: str
    way: str
    messages: _containers.RepeatedCompositeFieldContainer[ChatMessage]
    receipt: ChatReceipt
    def __init__(self, run_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., message_id: _Optional[str] = ..., way: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[ChatMessage, _Mapping]]] = ..., receipt: _Optional[_Union[ChatReceipt, _Mapping]] = ...) -> None: ...

class ChatPart(_message.Message):
    __slots__ = ("id", "type", "run", "content", "message", "receipt")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    run: ChatRun
    content: str
    message: ChatMessage
    receipt: ChatReceipt
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., run: _Optional[_Union[ChatRun, _Mapping]] = ..., content: _Optional[str] = ..., message: _Optional[_Union[ChatMessage, _Mapping]] = ..., receipt: _Optional[_Union[ChatReceipt, _Mapping]] = ...) -> None: ...

class ChatRun(_message.Message):
    __slots__ = ("run_id", "conversation_id", "message_id")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    conversation_id: str
    message_id: str
    def __init__(self, run_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class StreamRunRequest(_message.Message):
    __slots__ = ("run_id", "last_event_id")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    last_event_id: str
    def __init__(self, run_id: _Optional[str] = ..., last_event_id: _Optional[str] = ...) -> None: ...

class CancelRunRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class CancelRunResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AnswerQuestionRequest(_message.Message):
    __slots__ = ("question", "connection_id")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    question: str
    connection_id: str
    def __init__(self, question: _Optional[str] = ..., connection_id: _Optional[str] = ...) -> None: ...

class AnswerQuestionResponse(_message.Message):
    __slots__ = ("data", "metadata")
    DATA_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    data: _json_pb2.Json
    metadata: AnswerMetadata
    def __init__(self, data: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., metadata: _Optional[_Union[AnswerMetadata, _Mapping]] = ...) -> None: ...

class AnswerMetadata(_message.Message):
    __slots__ = ("generated_sql", "execution_time_ms", "row_count")
    GENERATED_SQL_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    generated_sql: str
    execution_time_ms: int
    row_count: int
    def __init__(self, generated_sql: _Optional[str] = ..., execution_time_ms: _Optional[int] = ..., row_count: _Optional[int] = ...) -> None: ...
