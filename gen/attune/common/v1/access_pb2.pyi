from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_VIEWER: _ClassVar[Role]
    ROLE_ANALYST: _ClassVar[Role]
    ROLE_ADMIN: _ClassVar[Role]
    ROLE_SERVICE: _ClassVar[Role]

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    SCOPE_ANY: _ClassVar[Scope]
    SCOPE_ACTIVITY_READ: _ClassVar[Scope]
    SCOPE_ACTIVITY_WRITE: _ClassVar[Scope]
    SCOPE_PATTERNS_READ: _ClassVar[Scope]
    SCOPE_PATTERNS_WRITE: _ClassVar[Scope]
    SCOPE_PREFERENCES_READ: _ClassVar[Scope]
    SCOPE_PREFERENCES_WRITE: _ClassVar[Scope]
    SCOPE_SUGGESTIONS_READ: _ClassVar[Scope]
    SCOPE_ORGANIZATION_READ: _ClassVar[Scope]
    SCOPE_ORGANIZATION_WRITE: _ClassVar[Scope]
    SCOPE_MEMBERS_READ: _ClassVar[Scope]
    SCOPE_SUGGESTIONS_WRITE: _ClassVar[Scope]
    SCOPE_METRICS_READ: _ClassVar[Scope]
    SCOPE_CONVERSATIONS_READ: _ClassVar[Scope]
    SCOPE_CONVERSATIONS_WRITE: _ClassVar[Scope]
    SCOPE_FEEDBACK_READ: _ClassVar[Scope]
    SCOPE_FEEDBACK_WRITE: _ClassVar[Scope]
    SCOPE_PROFILES_READ: _ClassVar[Scope]
    SCOPE_PROFILES_WRITE: _ClassVar[Scope]
    SCOPE_WEBHOOKS_READ: _ClassVar[Scope]
    SCOPE_EVENTS_WRITE: _ClassVar[Scope]
    SCOPE_KNOWLEDGE_READ: _ClassVar[Scope]
    SCOPE_KNOWLEDGE_WRITE: _ClassVar[Scope]
    SCOPE_CONNECTIONS_READ: _ClassVar[Scope]
    SCOPE_QUERIES_READ: _ClassVar[Scope]
    SCOPE_QUERIES_RUN: _ClassVar[Scope]
    SCOPE_EVENTS_READ: _ClassVar[Scope]
    SCOPE_SEGMENTS_READ: _ClassVar[Scope]
    SCOPE_SEGMENTS_WRITE: _ClassVar[Scope]
ROLE_UNSPECIFIED: Role
ROLE_VIEWER: Role
ROLE_ANALYST: Role
ROLE_ADMIN: Role
ROLE_SERVICE: Role
SCOPE_UNSPECIFIED: Scope
SCOPE_ANY: Scope
SCOPE_ACTIVITY_READ: Scope
SCOPE_ACTIVITY_WRITE: Scope
SCOPE_PATTERNS_READ: Scope
SCOPE_PATTERNS_WRITE: Scope
SCOPE_PREFERENCES_READ: Scope
SCOPE_PREFERENCES_WRITE: Scope
SCOPE_SUGGESTIONS_READ: Scope
SCOPE_ORGANIZATION_READ: Scope
SCOPE_ORGANIZATION_WRITE: Scope
SCOPE_MEMBERS_READ: Scope
SCOPE_SUGGESTIONS_WRITE: Scope
SCOPE_METRICS_READ: Scope
SCOPE_CONVERSATIONS_READ: Scope
SCOPE_CONVERSATIONS_WRITE: Scope
SCOPE_FEEDBACK_READ: Scope
SCOPE_FEEDBACK_WRITE: Scope
SCOPE_PROFILES_READ: Scope
SCOPE_PROFILES_WRITE: Scope
SCOPE_WEBHOOKS_READ: Scope
SCOPE_EVENTS_WRITE: Scope
SCOPE_KNOWLEDGE_READ: Scope
SCOPE_KNOWLEDGE_WRITE: Scope
SCOPE_CONNECTIONS_READ: Scope
SCOPE_QUERIES_READ: Scope
SCOPE_QUERIES_RUN: Scope
SCOPE_EVENTS_READ: Scope
SCOPE_SEGMENTS_READ: Scope
SCOPE_SEGMENTS_WRITE: Scope
ACCESS_FIELD_NUMBER: _ClassVar[int]
access: _descriptor.FieldDescriptor

class Access(_message.Message):
    __slots__ = ("anyone", "roles", "self_field", "system", "deadline_seconds", "scope")
    ANYONE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    SELF_FIELD_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    anyone: bool
    roles: _containers.RepeatedScalarFieldContainer[Role]
    self_field: str
    system: bool
    deadline_seconds: int
    scope: Scope
    def __init__(self, anyone: _Optional[bool] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ..., self_field: _Optional[str] = ..., system: _Optional[bool] = ..., deadline_seconds: _Optional[int] = ..., scope: _Optional[_Union[Scope, str]] = ...) -> None: ...
