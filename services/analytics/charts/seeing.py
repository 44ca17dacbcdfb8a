"""Which charts a caller sees, and what is on them."""

from attune.analytics.v1 import charts_pb2 as pb

from services.analytics.charts.domain import KeptChart
from services.analytics.charts.drawer import Drawer, Drawn
from services.analytics.charts.store import ChartStore
from services.common.caller import Caller
from services.common.errors import (
    FailedPrecondition,
    InvalidFields,
    NotFound,
    PermissionDenied,
)
from services.common.ids import uuid_of


class Charts:
    def __init__(self, store: ChartStore, drawer: Drawer) -> None:
        self._store = store
        self._drawer = drawer

    async def visible(self, who: Caller, chart_id: str) -> KeptChart:
        """One that the caller may see. Raises NotFound."""
        known = uuid_of(chart_id)
        found = await self._store.get(who.organization_id, known) if known else None
        if found is None or not found.visible_to(who):
            raise NotFound(f"no chart {chart_id!r} that you may see")
        return found

    async def changeable(self, who: Caller, chart_id: str) -> KeptChart:
        found = await self.visible(who, chart_id)
        if not found.changeable_by(who):
            raise PermissionDenied(f"this chart is {found.owner}'s: ask them, or make your own")
        return found

    async def drawn(self, who: Caller, chart_id: str, *, no_cache: bool = False) -> Drawn:
        """What the caller sees of it by now.

        Raises NotFound, and FailedPrecondition where what it rests on is no more.
        """
        return await self.drawn_of(who, await self.visible(who, chart_id), no_cache=no_cache)

    async def drawn_of(self, who: Caller, kept: KeptChart, *, no_cache: bool = False) -> Drawn:
        """The same of one that the caller sees."""
        source = pb.ChartSource.FromString(kept.source)
        design = pb.ChartDesign.FromString(kept.design)
        try:
            return await self._drawer.drawn(
                who, source, design, name=kept.name, owner=kept.owner, no_cache=no_cache
            )
        except (InvalidFields, NotFound) as error:
            raise FailedPrecondition(f"the chart shows nothing any more: {error}") from error
