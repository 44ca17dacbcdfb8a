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

class SavedQuery(_message.Message):
    __slots__ = ("id", "name", "description", "query", "connection_id", "tags", "owner", "version", "shared", "favourite", "created_at", "updated_by", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    FAVOURITE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    query: str
    connection_id: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    owner: str
    version: int
    shared: bool
    favourite: bool
    created_at: _timestamp_pb2.Timestamp
    updated_by: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., query: _Optional[str] = ..., connection_id: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., owner: _Optional[str] = ..., version: _Optional[int] = ..., shared: _Optional[bool] = ..., favourite: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateSavedQueryRequest(_message.Message):
    __slots__ = ("name", "description", "query", "connection_id", "tags", "request_id", "message_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    query: str
    connection_id: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    message_id: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., query: _Optional[str] = ..., connection_id: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class ListSavedQueriesRequest(_message.Message):
    __slots__ = ("text", "favourites", "owner", "page_size", "page_token")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FAVOURITES_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    text: str
    favourites: bool
    owner: str
    page_size: int
    page_token: str
    def __init__(self, text: _Optional[str] = ..., favourites: _Optional[bool] = ..., owner: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSavedQueriesResponse(_message.Message):
    __slots__ = ("saved_queries", "next_page_token")
    SAVED_QUERIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    saved_queries: _containers.RepeatedCompositeFieldContainer[SavedQuery]
    next_page_token: str
    def __init__(self, saved_queries: _Optional[_Iterable[_Union[SavedQuery, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetSavedQueryRequest(_message.Message):
    __slots__ = ("saved_query_id",)
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    def __init__(self, saved_query_id: _Optional[str] = ...) -> None: ...

class UpdateSavedQueryRequest(_message.Message):
    __slots__ = ("saved_query_id", "saved_query", "update_mask", "version")
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    SAVED_QUERY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    saved_query: SavedQuery
    update_mask: _field_mask_pb2.FieldMask
    version: int
    def __init__(self, saved_query_id: _Optional[str] = ..., saved_query: _Optional[_Union[SavedQuery, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class DeleteSavedQueryRequest(_message.Message):
    __slots__ = ("saved_query_id",)
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    def __init__(self, saved_query_id: _Optional[str] = ...) -> None: ...

class DeleteSavedQueryResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSavedQueryVersionsRequest(_message.Message):
    __slots__ = ("saved_query_id", "page_size", "page_token")
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    page_size: int
    page_token: str
    def __init__(self, saved_query_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SavedQueryVersion(_message.Message):
    __slots__ = ("version", "name", "description", "query", "connection_id", "tags", "changed_by", "changed_at")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    version: int
    name: str
    description: str
    query: str
    connection_id: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    changed_by: str
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, version: _Optional[int] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., query: _Optional[str] = ..., connection_id: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., changed_by: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListSavedQueryVersionsResponse(_message.Message):
    __slots__ = ("versions", "next_page_token")
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[SavedQueryVersion]
    next_page_token: str
    def __init__(self, versions: _Optional[_Iterable[_Union[SavedQueryVersion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateSavedQueryCommentRequest(_message.Message):
    __slots__ = ("saved_query_id", "text")
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    text: str
    def __init__(self, saved_query_id: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class SavedQueryComment(_message.Message):
    __slots__ = ("id", "text", "created_by", "created_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListSavedQueryCommentsRequest(_message.Message):
    __slots__ = ("saved_query_id", "page_size", "page_token")
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    page_size: int
    page_token: str
    def __init__(self, saved_query_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSavedQueryCommentsResponse(_message.Message):
    __slots__ = ("comments", "next_page_token")
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    comments: _containers.RepeatedCompositeFieldContainer[SavedQueryComment]
    next_page_token: str
    def __init__(self, comments: _Optional[_Iterable[_Union[SavedQueryComment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FavouriteSavedQueryRequest(_message.Message):
    __slots__ = ("saved_query_id", "favourite")
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    FAVOURITE_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    favourite: bool
    def __init__(self, saved_query_id: _Optional[str] = ..., favourite: _Optional[bool] = ...) -> None: ...

class ShareSavedQueryRequest(_message.Message):
    __slots__ = ("saved_query_id", "shared")
    SAVED_QUERY_ID_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    saved_query_id: str
    shared: bool
    def __init__(self, saved_query_id: _Optional[str] = ..., shared: _Optional[bool] = ...) -> None: ...

class ShareSavedQueryResponse(_message.Message):
    __slots__ = ("shared", "link")
    SHARED_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    shared: bool
    link: str
    def __init__(self, shared: _Optional[bool] = ..., link: _Optional[str] = ...) -> None: ...

class GetSharedQueryRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...
