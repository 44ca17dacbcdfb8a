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

class GetCacheMetricsRequest(_message.Message):
    __slots__ = ("hours",)
    HOURS_FIELD_NUMBER: _ClassVar[int]
    hours: int
    def __init__(self, hours: _Optional[int] = ...) -> None: ...

class GetCacheMetricsResponse(_message.Message):
    __slots__ = ("hours", "since", "entries", "entries_hit", "cache_hit_rate_percent", "requests", "hits", "request_hit_rate_percent", "sources")
    class Source(_message.Message):
        __slots__ = ("source", "requests")
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        REQUESTS_FIELD_NUMBER: _ClassVar[int]
        source: str
        requests: int
        def __init__(self, source: _Optional[str] = ..., requests: _Optional[int] = ...) -> None: ...
    HOURS_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_HIT_FIELD_NUMBER: _ClassVar[int]
    CACHE_HIT_RATE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_HIT_RATE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    hours: int
    since: _timestamp_pb2.Timestamp
    entries: int
    entries_hit: int
    cache_hit_rate_percent: float
    requests: int
    hits: int
    request_hit_rate_percent: float
    sources: _containers.RepeatedCompositeFieldContainer[GetCacheMetricsResponse.Source]
    def __init__(self, hours: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entries: _Optional[int] = ..., entries_hit: _Optional[int] = ..., cache_hit_rate_percent: _Optional[float] = ..., requests: _Optional[int] = ..., hits: _Optional[int] = ..., request_hit_rate_percent: _Optional[float] = ..., sources: _Optional[_Iterable[_Union[GetCacheMetricsResponse.Source, _Mapping]]] = ...) -> None: ...

class ListPopularPatternsRequest(_message.Message):
    __slots__ = ("role", "days", "limit")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    role: str
    days: int
    limit: int
    def __init__(self, role: _Optional[str] = ..., days: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class ListPopularPatternsResponse(_message.Message):
    __slots__ = ("patterns",)
    class Pattern(_message.Message):
        __slots__ = ("role", "query_template", "frequency", "success_rate")
        ROLE_FIELD_NUMBER: _ClassVar[int]
        QUERY_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
        FREQUENCY_FIELD_NUMBER: _ClassVar[int]
        SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
        role: str
        query_template: str
        frequency: int
        success_rate: float
        def __init__(self, role: _Optional[str] = ..., query_template: _Optional[str] = ..., frequency: _Optional[int] = ..., success_rate: _Optional[float] = ...) -> None: ...
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    patterns: _containers.RepeatedCompositeFieldContainer[ListPopularPatternsResponse.Pattern]
    def __init__(self, patterns: _Optional[_Iterable[_Union[ListPopularPatternsResponse.Pattern, _Mapping]]] = ...) -> None: ...

class ListPopularSuggestionsRequest(_message.Message):
    __slots__ = ("by", "hours", "limit")
    BY_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    by: str
    hours: int
    limit: int
    def __init__(self, by: _Optional[str] = ..., hours: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class ListPopularSuggestionsResponse(_message.Message):
    __slots__ = ("by", "since", "suggestions")
    class Suggestion(_message.Message):
        __slots__ = ("text", "count", "people")
        TEXT_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        PEOPLE_FIELD_NUMBER: _ClassVar[int]
        text: str
        count: int
        people: int
        def __init__(self, text: _Optional[str] = ..., count: _Optional[int] = ..., people: _Optional[int] = ...) -> None: ...
    BY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    by: str
    since: _timestamp_pb2.Timestamp
    suggestions: _containers.RepeatedCompositeFieldContainer[ListPopularSuggestionsResponse.Suggestion]
    def __init__(self, by: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., suggestions: _Optional[_Iterable[_Union[ListPopularSuggestionsResponse.Suggestion, _Mapping]]] = ...) -> None: ...

class GetServingClickThroughRequest(_message.Message):
    __slots__ = ("days",)
    DAYS_FIELD_NUMBER: _ClassVar[int]
    days: int
    def __init__(self, days: _Optional[int] = ...) -> None: ...

class GetServingClickThroughResponse(_message.Message):
    __slots__ = ("days", "since", "servings", "clicked_servings", "click_through_rate", "clicks", "unmatched_clicks", "positions")
    class Position(_message.Message):
        __slots__ = ("position", "clicks")
        POSITION_FIELD_NUMBER: _ClassVar[int]
        CLICKS_FIELD_NUMBER: _ClassVar[int]
        position: int
        clicks: int
        def __init__(self, position: _Optional[int] = ..., clicks: _Optional[int] = ...) -> None: ...
    DAYS_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    SERVINGS_FIELD_NUMBER: _ClassVar[int]
    CLICKED_SERVINGS_FIELD_NUMBER: _ClassVar[int]
    CLICK_THROUGH_RATE_FIELD_NUMBER: _ClassVar[int]
    CLICKS_FIELD_NUMBER: _ClassVar[int]
    UNMATCHED_CLICKS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    days: int
    since: _timestamp_pb2.Timestamp
    servings: int
    clicked_servings: int
    click_through_rate: float
    clicks: int
    unmatched_clicks: int
    positions: _containers.RepeatedCompositeFieldContainer[GetServingClickThroughResponse.Position]
    def __init__(self, days: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., servings: _Optional[int] = ..., clicked_servings: _Optional[int] = ..., click_through_rate: _Optional[float] = ..., clicks: _Optional[int] = ..., unmatched_clicks: _Optional[int] = ..., positions: _Optional[_Iterable[_Union[GetServingClickThroughResponse.Position, _Mapping]]] = ...) -> None: ...
