"""From a source and a design to what is drawn."""

from dataclasses import dataclass
from typing import Any

from attune.analytics.v1 import charts_pb2 as pb

from services.analytics.charts.choosing import (
    CannotDraw,
    Chart,
    ChartType,
    Design,
    Sort,
    choose,
)
from services.analytics.charts.drawing import empty_spec, spec_of
from services.analytics.charts.sources import Sources, Told
from services.common.caller import Caller
from services.common.errors import InvalidFields, Violation


@dataclass(frozen=True)
class Drawn:
    """A chart with the rows that it was chosen for; none where a table tells them better."""

    told: Told
    chart: Chart | None
    title: str

    @property
    def type(self) -> str:
        return self.chart.type.value if self.chart else ChartType.TABLE.value

    @property
    def spec(self) -> dict[str, Any] | None:
        if self.chart:
            return spec_of(self.chart)
        return None if self.told.rows else empty_spec(self.title)


class Drawer:
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def drawn(
        self,
        who: Caller,
        source: pb.ChartSource,
        design: pb.ChartDesign,
        *,
        name: str = "",
        owner: str = "",
        no_cache: bool = False,
    ) -> Drawn:
        """What `who` sees of a chart of `owner`.

        Raises InvalidFields where the design does not fit, and what Sources.read raises.
        """
        told = await self._sources.read(who, source, owner or who.subject, no_cache)
        wanted = design_of(design, name)
        try:
            chart = choose(told.columns, told.rows, wanted, told.zone)
        except CannotDraw as error:
            raise InvalidFields(Violation(f"design.{error.field}", error.message)) from None
        return Drawn(told, chart, chart.title if chart else wanted.title)


def design_of(told: pb.ChartDesign, name: str) -> Design:
    """Its name is above a chart that has no title."""
    return Design(
        type=ChartType(told.type) if told.type else None,
        x=told.x,
        y=tuple(told.y),
        colour=told.colour,
        stacked=told.stacked if told.HasField("stacked") else None,
        horizontal=told.horizontal if told.HasField("horizontal") else None,
        title=told.title or name,
        sort=Sort(told.sort) if told.sort else None,
        limit=told.limit if told.HasField("limit") else None,
    )
