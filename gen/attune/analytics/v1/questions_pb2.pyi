import datetime

from attune.common.v1 import access_pb2 as _access_pb2
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

class CertifiedQuestion(_message.Message):
    __slots__ = ("id", "question", "sql", "connection_id", "owner", "category", "tags", "version", "created_by", "created_at", "updated_by", "updated_at", "status", "author", "decided_by", "decided_at", "answer_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    question: str
    sql: str
    connection_id: str
    owner: str
    category: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    version: int
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    updated_by: str
    updated_at: _timestamp_pb2.Timestamp
    status: str
    author: str
    decided_by: str
    decided_at: _timestamp_pb2.Timestamp
    answer_id: str
    def __init__(self, id: _Optional[str] = ..., question: _Optional[str] = ..., sql: _Optional[str] = ..., connection_id: _Optional[str] = ..., owner: _Optional[str] = ..., category: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., status: _Optional[str] = ..., author: _Optional[str] = ..., decided_by: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., answer_id: _Optional[str] = ...) -> None: ...

class CreateCertifiedQuestionRequest(_message.Message):
    __slots__ = ("question", "note", "request_id")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    question: CertifiedQuestion
    note: str
    request_id: str
    def __init__(self, question: _Optional[_Union[CertifiedQuestion, _Mapping]] = ..., note: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListCertifiedQuestionsRequest(_message.Message):
    __slots__ = ("question", "category", "tags", "text", "connection_id", "page_size", "page_token")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    question: str
    category: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    text: str
    connection_id: str
    page_size: int
    page_token: str
    def __init__(self, question: _Optional[str] = ..., category: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., text: _Optional[str] = ..., connection_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCertifiedQuestionsResponse(_message.Message):
    __slots__ = ("questions", "next_page_token")
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    questions: _containers.RepeatedCompositeFieldContainer[CertifiedQuestion]
    next_page_token: str
    def __init__(self, questions: _Optional[_Iterable[_Union[CertifiedQuestion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetCertifiedQuestionRequest(_message.Message):
    __slots__ = ("question_id",)
    QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
    question_id: str
    def __init__(self, question_id: _Optional[str] = ...) -> None: ...

class UpdateCertifiedQuestionRequest(_message.Message):
    __slots__ = ("question_id", "question", "update_mask", "note")
    QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    question_id: str
    question: CertifiedQuestion
    update_mask: _field_mask_pb2.FieldMask
    note: str
    def __init__(self, question_id: _Optional[str] = ..., question: _Optional[_Union[CertifiedQuestion, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., note: _Optional[str] = ...) -> None: ...

class DeleteCertifiedQuestionRequest(_message.Message):
    __slots__ = ("question_id", "version", "note")
    QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    question_id: str
    version: int
    note: str
    def __init__(self, question_id: _Optional[str] = ..., version: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class DeleteCertifiedQuestionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ApproveQuestionRequest(_message.Message):
    __slots__ = ("question_id", "version", "note")
    QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    question_id: str
    version: int
    note: str
    def __init__(self, question_id: _Optional[str] = ..., version: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class RevokeQuestionRequest(_message.Message):
    __slots__ = ("question_id", "version", "note")
    QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    question_id: str
    version: int
    note: str
    def __init__(self, question_id: _Optional[str] = ..., version: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...
