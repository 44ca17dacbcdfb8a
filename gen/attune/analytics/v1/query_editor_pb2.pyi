from attune.analytics.v1 import queries_pb2 as _queries_pb2
from attune.common.v1 import access_pb2 as _access_pb2
from attune.common.v1 import json_pb2 as _json_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ValidateQueryRequest(_message.Message):
    __slots__ = ("sql", "connection_id")
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    sql: str
    connection_id: str
    def __init__(self, sql: _Optional[str] = ..., connection_id: _Optional[str] = ...) -> None: ...

class ValidateQueryResponse(_message.Message):
    __slots__ = ("valid", "verdict", "message", "position", "relations", "columns")
    VALID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RELATIONS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    verdict: str
    message: str
    position: int
    relations: _containers.RepeatedScalarFieldContainer[str]
    columns: _containers.RepeatedCompositeFieldContainer[_queries_pb2.ResultColumn]
    def __init__(self, valid: _Optional[bool] = ..., verdict: _Optional[str] = ..., message: _Optional[str] = ..., position: _Optional[int] = ..., relations: _Optional[_Iterable[str]] = ..., columns: _Optional[_Iterable[_Union[_queries_pb2.ResultColumn, _Mapping]]] = ...) -> None: ...

class ExplainQueryRequest(_message.Message):
    __slots__ = ("sql", "connection_id")
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    sql: str
    connection_id: str
    def __init__(self, sql: _Optional[str] = ..., connection_id: _Optional[str] = ...) -> None: ...

class ExplainQueryResponse(_message.Message):
    __slots__ = ("plan", "cost", "row_count", "columns", "advice")
    PLAN_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    plan: _json_pb2.Json
    cost: float
    row_count: float
    columns: _containers.RepeatedCompositeFieldContainer[_queries_pb2.ResultColumn]
    advice: _containers.RepeatedCompositeFieldContainer[Advice]
    def __init__(self, plan: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., cost: _Optional[float] = ..., row_count: _Optional[float] = ..., columns: _Optional[_Iterable[_Union[_queries_pb2.ResultColumn, _Mapping]]] = ..., advice: _Optional[_Iterable[_Union[Advice, _Mapping]]] = ...) -> None: ...

class Advice(_message.Message):
    __slots__ = ("kind", "message", "relation", "columns")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    message: str
    relation: str
    columns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[str] = ..., message: _Optional[str] = ..., relation: _Optional[str] = ..., columns: _Optional[_Iterable[str]] = ...) -> None: ...

class CompleteQueryRequest(_message.Message):
    __slots__ = ("sql", "position", "connection_id", "limit")
    SQL_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    sql: str
    position: int
    connection_id: str
    limit: int
    def __init__(self, sql: _Optional[str] = ..., position: _Optional[int] = ..., connection_id: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class CompleteQueryResponse(_message.Message):
    __slots__ = ("start", "items")
    START_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    start: int
    items: _containers.RepeatedCompositeFieldContainer[Completion]
    def __init__(self, start: _Optional[int] = ..., items: _Optional[_Iterable[_Union[Completion, _Mapping]]] = ...) -> None: ...

class Completion(_message.Message):
    __slots__ = ("text", "kind", "detail")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    text: str
    kind: str
    detail: str
    def __init__(self, text: _Optional[str] = ..., kind: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...

class ImproveQueryRequest(_message.Message):
    __slots__ = ("sql", "connection_id", "goal")
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    sql: str
    connection_id: str
    goal: str
    def __init__(self, sql: _Optional[str] = ..., connection_id: _Optional[str] = ..., goal: _Optional[str] = ...) -> None: ...

class ImproveQueryResponse(_message.Message):
    __slots__ = ("valid", "message", "position", "cost", "row_count", "advice", "proposals", "degraded_reason")
    VALID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    PROPOSALS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_REASON_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    message: str
    position: int
    cost: float
    row_count: float
    advice: _containers.RepeatedCompositeFieldContainer[Advice]
    proposals: _containers.RepeatedCompositeFieldContainer[QueryProposal]
    degraded_reason: str
    def __init__(self, valid: _Optional[bool] = ..., message: _Optional[str] = ..., position: _Optional[int] = ..., cost: _Optional[float] = ..., row_count: _Optional[float] = ..., advice: _Optional[_Iterable[_Union[Advice, _Mapping]]] = ..., proposals: _Optional[_Iterable[_Union[QueryProposal, _Mapping]]] = ..., degraded_reason: _Optional[str] = ...) -> None: ...

class QueryProposal(_message.Message):
    __slots__ = ("sql", "reason", "cost", "row_count", "columns")
    SQL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    sql: str
    reason: str
    cost: float
    row_count: float
    columns: _containers.RepeatedCompositeFieldContainer[_queries_pb2.ResultColumn]
    def __init__(self, sql: _Optional[str] = ..., reason: _Optional[str] = ..., cost: _Optional[float] = ..., row_count: _Optional[float] = ..., columns: _Optional[_Iterable[_Union[_queries_pb2.ResultColumn, _Mapping]]] = ...) -> None: ...
