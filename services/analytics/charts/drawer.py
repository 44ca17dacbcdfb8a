"""From a source and a design to what is drawn."""

from asyncio import to_thread
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
    """A chart with the rows that it was chosen for; none where a table tells them better.

    `spec` is Vega-Lite's: of the chart, or of a frame where there are no rows yet.
    """

    told: Told
    chart: Chart | None
    title: str
    spec: dict[str, Any] | None

    @property
    def type(self) -> str:
        return self.chart.type.value if self.chart else ChartType.TABLE.value


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
            return await to_thread(drawn_of, told, wanted)
        except CannotDraw as error:
            raise InvalidFields(Violation(f"design.{error.field}", error.message)) from None


def drawn_of(told: Told, design: Design) -> Drawn:
    """Takes up to a second of CPU for many columns and rows. Raises CannotDraw."""
    chart = choose(told.columns, told.rows, design, told.zone)
    if chart:
        return Drawn(told, chart, chart.title, spec_of(chart))
    return Drawn(told, None, design.title, None if told.rows else empty_spec(design.title))


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
