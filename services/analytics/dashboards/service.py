"""The gRPC face of dashboards: translate, check, store, answer."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from attune.analytics.v1 import dashboards_pb2 as pb
from attune.analytics.v1 import dashboards_pb2_grpc as pb_grpc

from services.analytics.dashboards.arranging import Arranger
from services.analytics.dashboards.domain import Dashboard, Draft, Filters
from services.analytics.dashboards.refreshing import Refresher
from services.analytics.dashboards.store import DashboardStore
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.errors import (
    InvalidFields,
    NotFound,
    PermissionDenied,
    VersionConflict,
    Violation,
)
from services.common.idempotency import claim_of
from services.common.ids import uuid_of
from services.common.interceptors import Context
from services.common.masks import masked
from services.common.pages import filters_hash, page_token, position_of

PAGE = 100
START = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
# What the server knows; a caller may send back what it read.
OURS = {"id", "owner", "version", "shared", "created_at", "updated_by", "updated_at"}


class DashboardsService(pb_grpc.DashboardsServiceServicer):
    def __init__(
        self, store: DashboardStore, arranger: Arranger, refresher: Refresher, now: Clock
    ) -> None:
        self._store = store
        self._arranger = arranger
        self._refresher = refresher
        self._now = now

    async def CreateDashboard(
        self, request: pb.CreateDashboardRequest, context: Context
    ) -> pb.Dashboard:
        who = caller()
        draft = Draft(
            name=request.name,
            description=request.description,
            tiles=await self._arranger.arranged(who, request.tiles),
            refresh_seconds=request.refresh_seconds,
        )
        made = await self._arranger.make(who, draft, claim_of(who.subject, request))
        return dashboard_to_pb(await self._visible(who, str(made)))

    async def ListDashboards(
        self, request: pb.ListDashboardsRequest, context: Context
    ) -> pb.ListDashboardsResponse:
        limit, after = request.page_size or PAGE, START
        wanted = Filters(text=request.text, owner=request.owner)
        bound = filters_hash("dashboards", wanted)
        if request.page_token:
            after = position_of(request.page_token, bound, tuple[datetime, UUID])
        found = await self._store.page(caller(), wanted, after, limit)
        page, more = found[:limit], len(found) > limit
        last = (page[-1].created_at, page[-1].id) if more else None
        return pb.ListDashboardsResponse(
            dashboards=map(dashboard_to_pb, page),
            next_page_token=page_token(bound, last) if last else None,
        )

    async def GetDashboard(self, request: pb.GetDashboardRequest, context: Context) -> pb.Dashboard:
        return dashboard_to_pb(await self._visible(caller(), request.dashboard_id))

    async def RefreshDashboard(
        self, request: pb.RefreshDashboardRequest, context: Context
    ) -> AsyncIterator[pb.RefreshDashboardResponse]:
        who = caller()
        known = await self._visible(who, request.dashboard_id)
        tiles = self._refresher.refreshed(who, known.tiles, no_cache=request.no_cache)
        async for tile in tiles:
            yield tile

    async def UpdateDashboard(
        self, request: pb.UpdateDashboardRequest, context: Context
    ) -> pb.Dashboard:
        who = caller()
        known = await self._changeable(who, request.dashboard_id)
        if request.HasField("version") and request.version != known.version:
            told = f"the newest version is {known.version}, by {known.updated_by}; read it again"
            raise VersionConflict(told, version=str(known.version))
        changes = masked(request.dashboard, request.update_mask, ignore=OURS)
        if "name" in changes and not changes["name"]:
            raise InvalidFields(Violation("name", "must not be empty"))
        if "tiles" in changes:
            changes["tiles"] = await self._arranger.arranged(who, changes["tiles"], known.tiles)
        await self._arranger.change(who, known, replace(known.draft, **changes))
        return dashboard_to_pb(await self._visible(who, request.dashboard_id))

    async def AddDashboardTile(
        self, request: pb.AddDashboardTileRequest, context: Context
    ) -> pb.Dashboard:
        who = caller()
        known = await self._changeable(who, request.dashboard_id)
        draft = await self._arranger.with_one_more(who, known, request.tile)
        await self._arranger.change(who, known, draft)
        return dashboard_to_pb(await self._visible(who, request.dashboard_id))

    async def DeleteDashboard(
        self, request: pb.DeleteDashboardRequest, context: Context
    ) -> pb.DeleteDashboardResponse:
        known = await self._changeable(caller(), request.dashboard_id)
        await self._store.delete(caller().organization_id, known.id)
        return pb.DeleteDashboardResponse()

    async def ShareDashboard(
        self, request: pb.ShareDashboardRequest, context: Context
    ) -> pb.ShareDashboardResponse:
        known = await self._changeable(caller(), request.dashboard_id)
        place = (caller().organization_id, known.id)
        if request.HasField("shared") and not request.shared:
            await self._store.unshare(*place)
            return pb.ShareDashboardResponse(shared=False)
        token = await self._store.share(*place, secrets.token_urlsafe(16))
        return pb.ShareDashboardResponse(shared=True, link=f"/api/v1/shared-dashboards/{token}")

    async def GetSharedDashboard(
        self, request: pb.GetSharedDashboardRequest, context: Context
    ) -> pb.Dashboard:
        found = await self._store.find_shared(caller().organization_id, request.dashboard_token)
        if found is None:
            raise NotFound("this link shares nothing, or no more")
        return dashboard_to_pb(await self._visible(caller(), str(found)))

    async def _visible(self, who: Caller, dashboard_id: str) -> Dashboard:
        """One that the caller may see. Raises NotFound."""
        known = uuid_of(dashboard_id)
        found = await self._store.get(who.organization_id, known) if known else None
        if found is None or not found.visible_to(who):
            raise NotFound(f"no dashboard {dashboard_id!r} that you may see")
        return found

    async def _changeable(self, who: Caller, dashboard_id: str) -> Dashboard:
        found = await self._visible(who, dashboard_id)
        if not found.changeable_by(who):
            told = f"this dashboard is {found.owner}'s: ask them, or make your own"
            raise PermissionDenied(told)
        return found


def dashboard_to_pb(known: Dashboard) -> pb.Dashboard:
    tiles = (
        pb.DashboardTile(**{**vars(tile), "chart_id": str(tile.chart_id)}) for tile in known.tiles
    )
    fields = {**vars(known), "id": str(known.id), "shared": known.share_token is not None}
    del fields["share_token"]
    return pb.Dashboard(**{**fields, "tiles": list(tiles)})
