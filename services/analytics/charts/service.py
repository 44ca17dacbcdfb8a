"""The gRPC face of charts: translate, check, store, answer."""

import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from attune.analytics.v1 import charts_pb2 as pb
from attune.analytics.v1 import charts_pb2_grpc as pb_grpc
from attune.common.v1.http_pb2 import HttpResponse
from google.api.httpbody_pb2 import HttpBody

from services.analytics.charts.domain import Draft, Filters, KeptChart
from services.analytics.charts.drawer import Drawer, Drawn
from services.analytics.charts.keeping import Keeper
from services.analytics.charts.rendering import Renderer
from services.analytics.charts.seeing import Charts
from services.analytics.charts.store import ChartStore
from services.analytics.charts.wire import chart_to_pb, drawn_to_pb
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.errors import (
    FailedPrecondition,
    InvalidFields,
    NotFound,
    VersionConflict,
    Violation,
)
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.masks import masked
from services.common.pages import filters_hash, page_token, position_of

PAGE = 100
SCALE = 2.0
START = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
UNTITLED = "Chart"
NAME_LENGTH = 200
# What the server knows; a caller may send back what it read.
OURS = {"id", "type", "owner", "version", "shared", "created_at", "updated_by", "updated_at"}
# An SVG opened by itself is a page: it runs nothing and loads nothing.
PICTURE_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}


class ChartsService(pb_grpc.ChartsServiceServicer):
    def __init__(
        self,
        store: ChartStore,
        charts: Charts,
        keeper: Keeper,
        drawer: Drawer,
        renderer: Renderer,
        now: Clock,
    ) -> None:
        self._store = store
        self._charts = charts
        self._keeper = keeper
        self._drawer = drawer
        self._renderer = renderer
        self._now = now

    async def CreateChart(self, request: pb.CreateChartRequest, context: Context) -> pb.Chart:
        """What a repetition asks for was drawn before, and may not be possible by now."""
        who = caller()
        claim = claim_of(who.subject, request)
        made = await self._keeper.kept(who, claim)
        if made is None:
            made = await self._keeper.keep(who, await self._drafted(who, request), claim)
        return chart_to_pb(await self._charts.visible(who, str(made)))

    async def PreviewChart(
        self, request: pb.PreviewChartRequest, context: Context
    ) -> pb.DrawnChart:
        return drawn_to_pb(await self._drawer.drawn(caller(), request.source, request.design))

    async def ListCharts(
        self, request: pb.ListChartsRequest, context: Context
    ) -> pb.ListChartsResponse:
        limit, after = request.page_size or PAGE, START
        wanted = Filters(text=request.text, owner=request.owner)
        bound = filters_hash("charts", wanted)
        if request.page_token:
            after = position_of(request.page_token, bound, tuple[datetime, UUID])
        found = await self._store.page(caller(), wanted, after, limit)
        page, more = found[:limit], len(found) > limit
        last = (page[-1].created_at, page[-1].id) if more else None
        return pb.ListChartsResponse(
            charts=map(chart_to_pb, page), next_page_token=page_token(bound, last) if last else None
        )

    async def GetChart(self, request: pb.GetChartRequest, context: Context) -> pb.Chart:
        return chart_to_pb(await self._charts.visible(caller(), request.chart_id))

    async def DrawChart(self, request: pb.DrawChartRequest, context: Context) -> pb.DrawnChart:
        place = (caller(), request.chart_id)
        return drawn_to_pb(await self._charts.drawn(*place, no_cache=request.no_cache))

    async def RenderChart(self, request: pb.RenderChartRequest, context: Context) -> HttpBody:
        place = (caller(), request.chart_id)
        drawn = await self._charts.drawn(*place, no_cache=request.no_cache)
        if drawn.spec is None:
            raise FailedPrecondition("this chart is a table, which has no picture: draw it instead")
        scale = request.scale if request.HasField("scale") else SCALE
        picture = await self._renderer.render(drawn.spec, request.format or "png", scale)
        body = HttpBody(content_type=picture.content_type, data=picture.data)
        body.extensions.add().Pack(HttpResponse(headers=PICTURE_HEADERS))
        return body

    async def UpdateChart(self, request: pb.UpdateChartRequest, context: Context) -> pb.Chart:
        who, chart_id = caller(), request.chart_id
        known = await self._charts.changeable(who, chart_id)
        if request.HasField("version") and request.version != known.version:
            raise conflict(known)
        changes = masked(request.chart, request.update_mask, ignore=OURS)
        draft = await self._changed(known, changes)
        if draft != draft_of(known):
            version = await self._store.change(who, known, draft, self._now())
            if version is None:
                raise conflict(await self._charts.visible(who, chart_id))
        return chart_to_pb(await self._charts.visible(who, chart_id))

    async def DeleteChart(
        self, request: pb.DeleteChartRequest, context: Context
    ) -> pb.DeleteChartResponse:
        known = await self._charts.changeable(caller(), request.chart_id)
        await self._store.delete(caller().organization_id, known.id)
        return pb.DeleteChartResponse()

    async def ShareChart(
        self, request: pb.ShareChartRequest, context: Context
    ) -> pb.ShareChartResponse:
        known = await self._charts.changeable(caller(), request.chart_id)
        place = (caller().organization_id, known.id)
        if request.HasField("shared") and not request.shared:
            await self._store.unshare(*place)
            return pb.ShareChartResponse(shared=False)
        token = await self._store.share(*place, secrets.token_urlsafe(16))
        return pb.ShareChartResponse(shared=True, link=f"/api/v1/shared-charts/{token}")

    async def GetSharedChart(self, request: pb.GetSharedChartRequest, context: Context) -> pb.Chart:
        found = await self._store.find_shared(caller().organization_id, request.chart_token)
        if found is None:
            raise NotFound("this link shares nothing, or no more")
        return chart_to_pb(await self._charts.visible(caller(), str(found)))

    async def _drafted(self, who: Caller, request: pb.CreateChartRequest) -> Draft:
        """Drawn once, as that may not be possible."""
        told = (request.source, request.design)
        drawn = await self._drawer.drawn(who, *told, name=request.name)
        return Draft(
            name=request.name or name_of(drawn),
            description=request.description,
            source=request.source.SerializeToString(),
            design=request.design.SerializeToString(),
            type=drawn.type,
        )

    async def _changed(self, known: KeptChart, changes: dict[str, Any]) -> Draft:
        """What the chart is to be; drawn once where that may not be possible."""
        if "name" in changes and not changes["name"]:
            raise InvalidFields(Violation("name", "must not be empty"))
        now = chart_to_pb(known)
        wanted = pb.Chart(name=now.name, description=now.description)
        wanted.source.CopyFrom(now.source)
        wanted.design.CopyFrom(now.design)
        for field, value in changes.items():
            wanted.ClearField(field)
            wanted.MergeFrom(pb.Chart(**{field: value}))
        kind = known.type
        if (wanted.source, wanted.design) != (now.source, now.design):
            told = (wanted.source, wanted.design)
            kind = (await self._drawer.drawn(caller(), *told, owner=known.owner)).type
        return Draft(
            name=wanted.name,
            description=wanted.description,
            source=wanted.source.SerializeToString(),
            design=wanted.design.SerializeToString(),
            type=kind,
        )


def name_of(drawn: Drawn) -> str:
    """Of a chart that was given none."""
    return (drawn.title or UNTITLED)[:NAME_LENGTH]


def draft_of(known: KeptChart) -> Draft:
    return Draft(
        name=known.name,
        description=known.description,
        source=known.source,
        design=known.design,
        type=known.type,
    )


def conflict(newest: KeptChart) -> VersionConflict:
    told = f"the newest version is {newest.version}, by {newest.updated_by}; read it again"
    return VersionConflict(told, version=str(newest.version))
