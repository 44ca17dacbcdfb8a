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

class IdentifyRequest(_message.Message):
    __slots__ = ("user_id", "traits", "timestamp")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    traits: _json_pb2.Json
    timestamp: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., traits: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UserTraits(_message.Message):
    __slots__ = ("user_id", "traits", "created_at", "updated_at")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    traits: _json_pb2.Json
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., traits: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetUserTraitsRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class ListTraitChangesRequest(_message.Message):
    __slots__ = ("user_id", "trait", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    trait: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., trait: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTraitChangesResponse(_message.Message):
    __slots__ = ("changes", "next_page_token")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[TraitChange]
    next_page_token: str
    def __init__(self, changes: _Optional[_Iterable[_Union[TraitChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class TraitChange(_message.Message):
    __slots__ = ("trait", "value", "told_at", "changed_at", "changed_by")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TOLD_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    trait: str
    value: _json_pb2.Json
    told_at: _timestamp_pb2.Timestamp
    changed_at: _timestamp_pb2.Timestamp
    changed_by: str
    def __init__(self, trait: _Optional[str] = ..., value: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., told_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ...) -> None: ...

class GetUserProfileRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class ListUserProfilesRequest(_message.Message):
    __slots__ = ("activation_status", "retention_cohort", "page_size", "page_token")
    ACTIVATION_STATUS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_COHORT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    activation_status: str
    retention_cohort: str
    page_size: int
    page_token: str
    def __init__(self, activation_status: _Optional[str] = ..., retention_cohort: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUserProfilesResponse(_message.Message):
    __slots__ = ("profiles", "next_page_token")
    PROFILES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    profiles: _containers.RepeatedCompositeFieldContainer[UserProfile]
    next_page_token: str
    def __init__(self, profiles: _Optional[_Iterable[_Union[UserProfile, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UserProfile(_message.Message):
    __slots__ = ("user_id", "email", "created_at", "total_conversations", "total_messages", "total_credits_used", "last_active_at", "primary_use_case", "preferred_tools", "average_session_length", "completion_rate", "retention_cohort", "activation_status", "credit_exhaustion_count", "preferences", "context_summary", "frequently_used_prompts")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_CREDITS_USED_FIELD_NUMBER: _ClassVar[int]
    LAST_ACTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_USE_CASE_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_TOOLS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_SESSION_LENGTH_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_RATE_FIELD_NUMBER: _ClassVar[int]
    RETENTION_COHORT_FIELD_NUMBER: _ClassVar[int]
    ACTIVATION_STATUS_FIELD_NUMBER: _ClassVar[int]
    CREDIT_EXHAUSTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_SUMMARY_FIELD_NUMBER: _ClassVar[int]
    FREQUENTLY_USED_PROMPTS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    email: str
    created_at: _timestamp_pb2.Timestamp
    total_conversations: int
    total_messages: int
    total_credits_used: int
    last_active_at: _timestamp_pb2.Timestamp
    primary_use_case: str
    preferred_tools: _json_pb2.Json
    average_session_length: int
    completion_rate: float
    retention_cohort: str
    activation_status: str
    credit_exhaustion_count: int
    preferences: _json_pb2.Json
    context_summary: str
    frequently_used_prompts: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_id: _Optional[str] = ..., email: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., total_conversations: _Optional[int] = ..., total_messages: _Optional[int] = ..., total_credits_used: _Optional[int] = ..., last_active_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., primary_use_case: _Optional[str] = ..., preferred_tools: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., average_session_length: _Optional[int] = ..., completion_rate: _Optional[float] = ..., retention_cohort: _Optional[str] = ..., activation_status: _Optional[str] = ..., credit_exhaustion_count: _Optional[int] = ..., preferences: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., context_summary: _Optional[str] = ..., frequently_used_prompts: _Optional[_Iterable[str]] = ...) -> None: ...

class RebuildUserProfilesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RebuildUserProfilesResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ...) -> None: ...

class GetUserContextRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class WatchUserContextRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class UserContext(_message.Message):
    __slots__ = ("user_id", "version", "context_summary", "preferences", "recent_intents", "frequent_prompts", "traits", "last_active_at", "satisfaction_signal", "recent_rating", "updated_at", "memory")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_SUMMARY_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    RECENT_INTENTS_FIELD_NUMBER: _ClassVar[int]
    FREQUENT_PROMPTS_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    LAST_ACTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    SATISFACTION_SIGNAL_FIELD_NUMBER: _ClassVar[int]
    RECENT_RATING_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    version: int
    context_summary: str
    preferences: _json_pb2.Json
    recent_intents: _containers.RepeatedScalarFieldContainer[str]
    frequent_prompts: _containers.RepeatedScalarFieldContainer[str]
    traits: _json_pb2.Json
    last_active_at: _timestamp_pb2.Timestamp
    satisfaction_signal: float
    recent_rating: float
    updated_at: _timestamp_pb2.Timestamp
    memory: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_id: _Optional[str] = ..., version: _Optional[int] = ..., context_summary: _Optional[str] = ..., preferences: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., recent_intents: _Optional[_Iterable[str]] = ..., frequent_prompts: _Optional[_Iterable[str]] = ..., traits: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., last_active_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., satisfaction_signal: _Optional[float] = ..., recent_rating: _Optional[float] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., memory: _Optional[_Iterable[str]] = ...) -> None: ...

class TraitsChanged(_message.Message):
    __slots__ = ("user_id", "traits", "changed_at", "current")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    traits: _containers.RepeatedScalarFieldContainer[str]
    changed_at: _timestamp_pb2.Timestamp
    current: _json_pb2.Json
    def __init__(self, user_id: _Optional[str] = ..., traits: _Optional[_Iterable[str]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., current: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...

class ProfileChanged(_message.Message):
    __slots__ = ("user_id", "profile")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    profile: UserProfile
    def __init__(self, user_id: _Optional[str] = ..., profile: _Optional[_Union[UserProfile, _Mapping]] = ...) -> None: ...
