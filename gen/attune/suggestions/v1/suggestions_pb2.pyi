import datetime

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

class GetPersonalizedSuggestionsRequest(_message.Message):
    __slots__ = ("connection_id", "partial_query", "max_suggestions", "user_id", "session_id")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_QUERY_FIELD_NUMBER: _ClassVar[int]
    MAX_SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    partial_query: str
    max_suggestions: int
    user_id: str
    session_id: str
    def __init__(self, connection_id: _Optional[str] = ..., partial_query: _Optional[str] = ..., max_suggestions: _Optional[int] = ..., user_id: _Optional[str] = ..., session_id: _Optional[str] = ...) -> None: ...

class Suggestion(_message.Message):
    __slots__ = ("text", "type", "description", "icon")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ICON_FIELD_NUMBER: _ClassVar[int]
    text: str
    type: str
    description: str
    icon: str
    def __init__(self, text: _Optional[str] = ..., type: _Optional[str] = ..., description: _Optional[str] = ..., icon: _Optional[str] = ...) -> None: ...

class GetPersonalizedSuggestionsResponse(_message.Message):
    __slots__ = ("connection_id", "partial_query", "suggestions", "source", "original_source", "user_patterns", "role_patterns", "count", "degraded_reason")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_QUERY_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_SOURCE_FIELD_NUMBER: _ClassVar[int]
    USER_PATTERNS_FIELD_NUMBER: _ClassVar[int]
    ROLE_PATTERNS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_REASON_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    partial_query: str
    suggestions: _containers.RepeatedCompositeFieldContainer[Suggestion]
    source: str
    original_source: str
    user_patterns: _containers.RepeatedScalarFieldContainer[str]
    role_patterns: _containers.RepeatedScalarFieldContainer[str]
    count: int
    degraded_reason: str
    def __init__(self, connection_id: _Optional[str] = ..., partial_query: _Optional[str] = ..., suggestions: _Optional[_Iterable[_Union[Suggestion, _Mapping]]] = ..., source: _Optional[str] = ..., original_source: _Optional[str] = ..., user_patterns: _Optional[_Iterable[str]] = ..., role_patterns: _Optional[_Iterable[str]] = ..., count: _Optional[int] = ..., degraded_reason: _Optional[str] = ...) -> None: ...

class ExplainSuggestionsRequest(_message.Message):
    __slots__ = ("connection_id", "partial_query", "max_suggestions", "user_id", "session_id")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_QUERY_FIELD_NUMBER: _ClassVar[int]
    MAX_SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    partial_query: str
    max_suggestions: int
    user_id: str
    session_id: str
    def __init__(self, connection_id: _Optional[str] = ..., partial_query: _Optional[str] = ..., max_suggestions: _Optional[int] = ..., user_id: _Optional[str] = ..., session_id: _Optional[str] = ...) -> None: ...

class ExplainSuggestionsResponse(_message.Message):
    __slots__ = ("connection_id", "partial_query", "user_id", "source", "follows", "candidates", "filters", "cache", "count", "model")
    class Signal(_message.Message):
        __slots__ = ("name", "value")
        NAME_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        name: str
        value: float
        def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class Candidate(_message.Message):
        __slots__ = ("text", "template", "source", "score", "signals", "position")
        TEXT_FIELD_NUMBER: _ClassVar[int]
        TEMPLATE_FIELD_NUMBER: _ClassVar[int]
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        SCORE_FIELD_NUMBER: _ClassVar[int]
        SIGNALS_FIELD_NUMBER: _ClassVar[int]
        POSITION_FIELD_NUMBER: _ClassVar[int]
        text: str
        template: str
        source: str
        score: float
        signals: _containers.RepeatedCompositeFieldContainer[ExplainSuggestionsResponse.Signal]
        position: int
        def __init__(self, text: _Optional[str] = ..., template: _Optional[str] = ..., source: _Optional[str] = ..., score: _Optional[float] = ..., signals: _Optional[_Iterable[_Union[ExplainSuggestionsResponse.Signal, _Mapping]]] = ..., position: _Optional[int] = ...) -> None: ...
    class Filter(_message.Message):
        __slots__ = ("name", "count", "templates")
        NAME_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        TEMPLATES_FIELD_NUMBER: _ClassVar[int]
        name: str
        count: int
        templates: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, name: _Optional[str] = ..., count: _Optional[int] = ..., templates: _Optional[_Iterable[str]] = ...) -> None: ...
    class Cache(_message.Message):
        __slots__ = ("state", "key", "generated_at", "age_seconds", "expires_at", "hit_count", "version", "generation", "made_with_version", "made_with_generation", "source", "degraded_reason")
        STATE_FIELD_NUMBER: _ClassVar[int]
        KEY_FIELD_NUMBER: _ClassVar[int]
        GENERATED_AT_FIELD_NUMBER: _ClassVar[int]
        AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
        EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
        HIT_COUNT_FIELD_NUMBER: _ClassVar[int]
        VERSION_FIELD_NUMBER: _ClassVar[int]
        GENERATION_FIELD_NUMBER: _ClassVar[int]
        MADE_WITH_VERSION_FIELD_NUMBER: _ClassVar[int]
        MADE_WITH_GENERATION_FIELD_NUMBER: _ClassVar[int]
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        DEGRADED_REASON_FIELD_NUMBER: _ClassVar[int]
        state: str
        key: str
        generated_at: _timestamp_pb2.Timestamp
        age_seconds: float
        expires_at: _timestamp_pb2.Timestamp
        hit_count: int
        version: int
        generation: int
        made_with_version: int
        made_with_generation: int
        source: str
        degraded_reason: str
        def __init__(self, state: _Optional[str] = ..., key: _Optional[str] = ..., generated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., age_seconds: _Optional[float] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., hit_count: _Optional[int] = ..., version: _Optional[int] = ..., generation: _Optional[int] = ..., made_with_version: _Optional[int] = ..., made_with_generation: _Optional[int] = ..., source: _Optional[str] = ..., degraded_reason: _Optional[str] = ...) -> None: ...
    class Model(_message.Message):
        __slots__ = ("state", "learned_completions", "needed_completions", "source", "made_at", "expires_at", "texts_kept")
        STATE_FIELD_NUMBER: _ClassVar[int]
        LEARNED_COMPLETIONS_FIELD_NUMBER: _ClassVar[int]
        NEEDED_COMPLETIONS_FIELD_NUMBER: _ClassVar[int]
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        MADE_AT_FIELD_NUMBER: _ClassVar[int]
        EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
        TEXTS_KEPT_FIELD_NUMBER: _ClassVar[int]
        state: str
        learned_completions: int
        needed_completions: int
        source: str
        made_at: _timestamp_pb2.Timestamp
        expires_at: _timestamp_pb2.Timestamp
        texts_kept: int
        def __init__(self, state: _Optional[str] = ..., learned_completions: _Optional[int] = ..., needed_completions: _Optional[int] = ..., source: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., texts_kept: _Optional[int] = ...) -> None: ...
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_QUERY_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    FOLLOWS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    partial_query: str
    user_id: str
    source: str
    follows: str
    candidates: _containers.RepeatedCompositeFieldContainer[ExplainSuggestionsResponse.Candidate]
    filters: _containers.RepeatedCompositeFieldContainer[ExplainSuggestionsResponse.Filter]
    cache: ExplainSuggestionsResponse.Cache
    count: int
    model: ExplainSuggestionsResponse.Model
    def __init__(self, connection_id: _Optional[str] = ..., partial_query: _Optional[str] = ..., user_id: _Optional[str] = ..., source: _Optional[str] = ..., follows: _Optional[str] = ..., candidates: _Optional[_Iterable[_Union[ExplainSuggestionsResponse.Candidate, _Mapping]]] = ..., filters: _Optional[_Iterable[_Union[ExplainSuggestionsResponse.Filter, _Mapping]]] = ..., cache: _Optional[_Union[ExplainSuggestionsResponse.Cache, _Mapping]] = ..., count: _Optional[int] = ..., model: _Optional[_Union[ExplainSuggestionsResponse.Model, _Mapping]] = ...) -> None: ...

class ClearSuggestionCacheRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class ClearSuggestionCacheResponse(_message.Message):
    __slots__ = ("success", "cleared")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CLEARED_FIELD_NUMBER: _ClassVar[int]
    success: bool
    cleared: int
    def __init__(self, success: _Optional[bool] = ..., cleared: _Optional[int] = ...) -> None: ...
