from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VocabularyChanged(_message.Message):
    __slots__ = ("connection_id", "terms", "deleted")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    terms: _containers.RepeatedCompositeFieldContainer[Term]
    deleted: bool
    def __init__(self, connection_id: _Optional[str] = ..., terms: _Optional[_Iterable[_Union[Term, _Mapping]]] = ..., deleted: _Optional[bool] = ...) -> None: ...

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
