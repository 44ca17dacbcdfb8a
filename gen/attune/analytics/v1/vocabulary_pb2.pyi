import datetime

from attune.common.v1 import access_pb2 as _access_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetVocabularyRequest(_message.Message):
    __slots__ = ("connection_id",)
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    def __init__(self, connection_id: _Optional[str] = ...) -> None: ...

class ReplaceVocabularyRequest(_message.Message):
    __slots__ = ("connection_id", "metrics", "dimensions", "entities")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    metrics: _containers.RepeatedCompositeFieldContainer[Vocabulary.Metric]
    dimensions: _containers.RepeatedCompositeFieldContainer[Vocabulary.Dimension]
    entities: _containers.RepeatedCompositeFieldContainer[Vocabulary.Entity]
    def __init__(self, connection_id: _Optional[str] = ..., metrics: _Optional[_Iterable[_Union[Vocabulary.Metric, _Mapping]]] = ..., dimensions: _Optional[_Iterable[_Union[Vocabulary.Dimension, _Mapping]]] = ..., entities: _Optional[_Iterable[_Union[Vocabulary.Entity, _Mapping]]] = ...) -> None: ...

class DeleteVocabularyRequest(_message.Message):
    __slots__ = ("connection_id",)
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    def __init__(self, connection_id: _Optional[str] = ...) -> None: ...

class DeleteVocabularyResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Vocabulary(_message.Message):
    __slots__ = ("connection_id", "metrics", "dimensions", "entities", "updated_at", "updated_by")
    class Metric(_message.Message):
        __slots__ = ("name", "synonyms", "derived")
        NAME_FIELD_NUMBER: _ClassVar[int]
        SYNONYMS_FIELD_NUMBER: _ClassVar[int]
        DERIVED_FIELD_NUMBER: _ClassVar[int]
        name: str
        synonyms: _containers.RepeatedScalarFieldContainer[str]
        derived: bool
        def __init__(self, name: _Optional[str] = ..., synonyms: _Optional[_Iterable[str]] = ..., derived: _Optional[bool] = ...) -> None: ...
    class Dimension(_message.Message):
        __slots__ = ("name", "synonyms", "values")
        NAME_FIELD_NUMBER: _ClassVar[int]
        SYNONYMS_FIELD_NUMBER: _ClassVar[int]
        VALUES_FIELD_NUMBER: _ClassVar[int]
        name: str
        synonyms: _containers.RepeatedScalarFieldContainer[str]
        values: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, name: _Optional[str] = ..., synonyms: _Optional[_Iterable[str]] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...
    class Entity(_message.Message):
        __slots__ = ("name", "synonyms")
        NAME_FIELD_NUMBER: _ClassVar[int]
        SYNONYMS_FIELD_NUMBER: _ClassVar[int]
        name: str
        synonyms: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, name: _Optional[str] = ..., synonyms: _Optional[_Iterable[str]] = ...) -> None: ...
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    metrics: _containers.RepeatedCompositeFieldContainer[Vocabulary.Metric]
    dimensions: _containers.RepeatedCompositeFieldContainer[Vocabulary.Dimension]
    entities: _containers.RepeatedCompositeFieldContainer[Vocabulary.Entity]
    updated_at: _timestamp_pb2.Timestamp
    updated_by: str
    def __init__(self, connection_id: _Optional[str] = ..., metrics: _Optional[_Iterable[_Union[Vocabulary.Metric, _Mapping]]] = ..., dimensions: _Optional[_Iterable[_Union[Vocabulary.Dimension, _Mapping]]] = ..., entities: _Optional[_Iterable[_Union[Vocabulary.Entity, _Mapping]]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ...) -> None: ...

class ListVocabulariesRequest(_message.Message):
    __slots__ = ("after_connection",)
    AFTER_CONNECTION_FIELD_NUMBER: _ClassVar[int]
    after_connection: str
    def __init__(self, after_connection: _Optional[str] = ...) -> None: ...

class ListVocabulariesResponse(_message.Message):
    __slots__ = ("vocabularies", "as_of")
    VOCABULARIES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    vocabularies: _containers.RepeatedCompositeFieldContainer[VocabularyChanged]
    as_of: int
    def __init__(self, vocabularies: _Optional[_Iterable[_Union[VocabularyChanged, _Mapping]]] = ..., as_of: _Optional[int] = ...) -> None: ...

class VocabularyChanged(_message.Message):
    __slots__ = ("connection_id", "terms", "deleted", "omitted")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    OMITTED_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    terms: _containers.RepeatedCompositeFieldContainer[Term]
    deleted: bool
    omitted: int
    def __init__(self, connection_id: _Optional[str] = ..., terms: _Optional[_Iterable[_Union[Term, _Mapping]]] = ..., deleted: _Optional[bool] = ..., omitted: _Optional[int] = ...) -> None: ...

class Term(_message.Message):
    __slots__ = ("name", "kind", "synonyms", "derived", "values")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Term.Kind]
        KIND_METRIC: _ClassVar[Term.Kind]
        KIND_DIMENSION: _ClassVar[Term.Kind]
        KIND_ENTITY: _ClassVar[Term.Kind]
    KIND_UNSPECIFIED: Term.Kind
    KIND_METRIC: Term.Kind
    KIND_DIMENSION: Term.Kind
    KIND_ENTITY: Term.Kind
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SYNONYMS_FIELD_NUMBER: _ClassVar[int]
    DERIVED_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: Term.Kind
    synonyms: _containers.RepeatedScalarFieldContainer[str]
    derived: bool
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[Term.Kind, str]] = ..., synonyms: _Optional[_Iterable[str]] = ..., derived: _Optional[bool] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...
