import datetime

from attune.analytics.v1 import charts_pb2 as _charts_pb2
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

class DashboardTile(_message.Message):
    __slots__ = ("chart_id", "x", "y", "width", "height")
    CHART_ID_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    chart_id: str
    x: int
    y: int
    width: int
    height: int
    def __init__(self, chart_id: _Optional[str] = ..., x: _Optional[int] = ..., y: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ...) -> None: ...

class Dashboard(_message.Message):
    __slots__ = ("id", "name", "description", "tiles", "refresh_seconds", "owner", "version", "shared", "created_at", "updated_by", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TILES_FIELD_NUMBER: _ClassVar[int]
    REFRESH_SECONDS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    tiles: _containers.RepeatedCompositeFieldContainer[DashboardTile]
    refresh_seconds: int
    owner: str
    version: int
    shared: bool
    created_at: _timestamp_pb2.Timestamp
    updated_by: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., tiles: _Optional[_Iterable[_Union[DashboardTile, _Mapping]]] = ..., refresh_seconds: _Optional[int] = ..., owner: _Optional[str] = ..., version: _Optional[int] = ..., shared: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateDashboardRequest(_message.Message):
    __slots__ = ("name", "description", "tiles", "refresh_seconds", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TILES_FIELD_NUMBER: _ClassVar[int]
    REFRESH_SECONDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    tiles: _containers.RepeatedCompositeFieldContainer[DashboardTile]
    refresh_seconds: int
    request_id: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., tiles: _Optional[_Iterable[_Union[DashboardTile, _Mapping]]] = ..., refresh_seconds: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListDashboardsRequest(_message.Message):
    __slots__ = ("text", "owner", "page_size", "page_token")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    text: str
    owner: str
    page_size: int
    page_token: str
    def __init__(self, text: _Optional[str] = ..., owner: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDashboardsResponse(_message.Message):
    __slots__ = ("dashboards", "next_page_token")
    DASHBOARDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    dashboards: _containers.RepeatedCompositeFieldContainer[Dashboard]
    next_page_token: str
    def __init__(self, dashboards: _Optional[_Iterable[_Union[Dashboard, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetDashboardRequest(_message.Message):
    __slots__ = ("dashboard_id",)
    DASHBOARD_ID_FIELD_NUMBER: _ClassVar[int]
    dashboard_id: str
    def __init__(self, dashboard_id: _Optional[str] = ...) -> None: ...

class RefreshDashboardRequest(_message.Message):
    __slots__ = ("dashboard_id", "no_cache")
    DASHBOARD_ID_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    dashboard_id: str
    no_cache: bool
    def __init__(self, dashboard_id: _Optional[str] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class RefreshDashboardResponse(_message.Message):
    __slots__ = ("tile", "chart_id", "chart", "reason", "problem", "stale")
    TILE_FIELD_NUMBER: _ClassVar[int]
    CHART_ID_FIELD_NUMBER: _ClassVar[int]
    CHART_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    tile: int
    chart_id: str
    chart: _charts_pb2.DrawnChart
    reason: str
    problem: str
    stale: bool
    def __init__(self, tile: _Optional[int] = ..., chart_id: _Optional[str] = ..., chart: _Optional[_Union[_charts_pb2.DrawnChart, _Mapping]] = ..., reason: _Optional[str] = ..., problem: _Optional[str] = ..., stale: _Optional[bool] = ...) -> None: ...

class UpdateDashboardRequest(_message.Message):
    __slots__ = ("dashboard_id", "dashboard", "update_mask", "version")
    DASHBOARD_ID_FIELD_NUMBER: _ClassVar[int]
    DASHBOARD_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    dashboard_id: str
    dashboard: Dashboard
    update_mask: _field_mask_pb2.FieldMask
    version: int
    def __init__(self, dashboard_id: _Optional[str] = ..., dashboard: _Optional[_Union[Dashboard, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class AddDashboardTileRequest(_message.Message):
    __slots__ = ("dashboard_id", "tile")
    DASHBOARD_ID_FIELD_NUMBER: _ClassVar[int]
    TILE_FIELD_NUMBER: _ClassVar[int]
    dashboard_id: str
    tile: DashboardTile
    def __init__(self, dashboard_id: _Optional[str] = ..., tile: _Optional[_Union[DashboardTile, _Mapping]] = ...) -> None: ...

class DeleteDashboardRequest(_message.Message):
    __slots__ = ("dashboard_id",)
    DASHBOARD_ID_FIELD_NUMBER: _ClassVar[int]
    dashboard_id: str
    def __init__(self, dashboard_id: _Optional[str] = ...) -> None: ...

class DeleteDashboardResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ShareDashboardRequest(_message.Message):
    __slots__ = ("dashboard_id", "shared")
    DASHBOARD_ID_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    dashboard_id: str
    shared: bool
    def __init__(self, dashboard_id: _Optional[str] = ..., shared: _Optional[bool] = ...) -> None: ...

class ShareDashboardResponse(_message.Message):
    __slots__ = ("shared", "link")
    SHARED_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    shared: bool
    link: str
    def __init__(self, shared: _Optional[bool] = ..., link: _Optional[str] = ...) -> None: ...

class GetSharedDashboardRequest(_message.Message):
    __slots__ = ("dashboard_token",)
    DASHBOARD_TOKEN_FIELD_NUMBER: _ClassVar[int]
    dashboard_token: str
    def __init__(self, dashboard_token: _Optional[str] = ...) -> None: ...
