import datetime

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

class QueryKnowledgeRequest(_message.Message):
    __slots__ = ("question", "kinds", "connection_id", "limit")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    question: str
    kinds: _containers.RepeatedScalarFieldContainer[str]
    connection_id: str
    limit: int
    def __init__(self, question: _Optional[str] = ..., kinds: _Optional[_Iterable[str]] = ..., connection_id: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class QueryKnowledgeResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[RelevantItem]
    def __init__(self, results: _Optional[_Iterable[_Union[RelevantItem, _Mapping]]] = ...) -> None: ...

class RelevantItem(_message.Message):
    __slots__ = ("id", "kind", "name", "connection_id", "category", "tags", "version", "updated_at", "content", "score", "why")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: str
    name: str
    connection_id: str
    category: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    version: int
    updated_at: _timestamp_pb2.Timestamp
    content: _json_pb2.Json
    score: float
    why: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ..., connection_id: _Optional[str] = ..., category: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., content: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., score: _Optional[float] = ..., why: _Optional[_Iterable[str]] = ...) -> None: ...

class LintKnowledgeRequest(_message.Message):
    __slots__ = ("unused_days",)
    UNUSED_DAYS_FIELD_NUMBER: _ClassVar[int]
    unused_days: int
    def __init__(self, unused_days: _Optional[int] = ...) -> None: ...

class LintKnowledgeResponse(_message.Message):
    __slots__ = ("findings", "checked")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[KnowledgeFinding]
    checked: int
    def __init__(self, findings: _Optional[_Iterable[_Union[KnowledgeFinding, _Mapping]]] = ..., checked: _Optional[int] = ...) -> None: ...

class KnowledgeFinding(_message.Message):
    __slots__ = ("rule", "severity", "kind", "item_id", "name", "message", "advice")
    RULE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    severity: str
    kind: str
    item_id: str
    name: str
    message: str
    advice: str
    def __init__(self, rule: _Optional[str] = ..., severity: _Optional[str] = ..., kind: _Optional[str] = ..., item_id: _Optional[str] = ..., name: _Optional[str] = ..., message: _Optional[str] = ..., advice: _Optional[str] = ...) -> None: ...
