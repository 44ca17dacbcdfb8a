"""The rows of a chart: given with it, or read as who looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from attune.analytics.v1 import charts_pb2 as pb

from services.analytics.charts.choosing import ChartColumn
from services.analytics.insights.compiling import Insights
from services.analytics.insights.domain import Plan
from services.analytics.insights.wire import funnel_of, retention_of, trend_of
from services.analytics.queries.domain import EVENTS, Asked, rows_json
from services.analytics.queries.running import Answer, Runner
from services.analytics.saved.store import SavedStore
from services.analytics.semantics.compiler import Compiled, OutputColumn
from services.analytics.semantics.querying.asking import rows_of
from services.analytics.semantics.querying.compiling import Compiling, connection_of
from services.common.caller import Caller
from services.common.errors import InvalidFields, NotFound, Violation
from services.common.ids import uuid_of
from services.common.payloads import check_json

ROWS = 10_000
# Statements run in it, as by RunQuery, so that figures are the same there and here.
UTC = "UTC"
INLINE_ROWS = 1_000
INLINE_BYTES = 256 * 1024
INSIGHTS = ("trend", "funnel", "retention")
WAYS = ("saved_query_id", "sql", "metric_query", *INSIGHTS, "inline")


@dataclass(frozen=True)
class Told:
    """What a source says; `answer` is absent where the rows were given. Moments are of the zone."""

    columns: Sequence[ChartColumn]
    rows: Sequence[Sequence[Any]]
    json: bytes
    zone: str = UTC
    answer: Answer | None = None


class Sources:
    def __init__(
        self, runner: Runner, compiling: Compiling, insights: Insights, saved: SavedStore
    ) -> None:
        self._runner = runner
        self._compiling = compiling
        self._insights = insights
        self._saved = saved

    async def read(
        self, who: Caller, source: pb.ChartSource, owner: str, no_cache: bool = False
    ) -> Told:
        """Reads for `who` what `owner` put on the chart.

        Raises InvalidFields, NotFound, and what Runner.run raises.
        """
        check_source(source)
        if source.HasField("inline"):
            return told_inline(source.inline)
        if source.HasField("metric_query"):
            return await self._metrics(who, source, no_cache)
        if any(map(source.HasField, INSIGHTS)):
            return await self._insight(who, source, no_cache)
        sql, connection_id = source.sql, source.connection_id
        if source.saved_query_id:
            sql, connection_id = await self._statement(who, source.saved_query_id, owner)
        asked = Asked(sql, connection_id or EVENTS, ROWS, no_cache=no_cache)
        answer = await self._runner.run(who, asked)
        columns = [ChartColumn(c.name, c.type) for c in answer.result.columns]
        return told(answer, columns, UTC)

    async def _metrics(self, who: Caller, source: pb.ChartSource, no_cache: bool) -> Told:
        wanted = source.metric_query
        compiled = await self._compiling.compiled(who.organization_id, wanted)
        asked = Asked(compiled.sql, connection_of(wanted), rows_of(wanted), no_cache=no_cache)
        return told_compiled(compiled, await self._runner.run(who, asked))

    async def _insight(self, who: Caller, source: pb.ChartSource, no_cache: bool) -> Told:
        plan, zone = plan_of(source)
        compiled = await self._insights.compiled(who.organization_id, plan, zone, counted=True)
        asked = Asked(compiled.sql, EVENTS, ROWS, no_cache=no_cache)
        return told_compiled(compiled, await self._runner.run(who, asked))

    async def _statement(self, who: Caller, saved_query_id: str, owner: str) -> tuple[str, str]:
        """Of a saved query that the caller sees, or that is of the chart's own owner."""
        known = uuid_of(saved_query_id)
        saved = await self._saved.get(who, known) if known else None
        if saved is None or not (saved.visible_to(who) or saved.owner == owner):
            raise NotFound(f"no saved query {saved_query_id!r} that you may see")
        return saved.query, saved.connection_id


def plan_of(source: pb.ChartSource) -> tuple[Plan, str]:
    """An insight, and the zone that it names. Raises InvalidFields."""
    if source.HasField("trend"):
        return trend_of(source.trend), source.trend.time_zone
    if source.HasField("funnel"):
        return funnel_of(source.funnel), source.funnel.time_zone
    return retention_of(source.retention), source.retention.time_zone


def check_source(source: pb.ChartSource) -> None:
    """Raises InvalidFields where there is not exactly one."""
    given = {field.name for field, _ in source.ListFields()}
    if len(given.intersection(WAYS)) != 1:
        raise InvalidFields(Violation("source", f"needs exactly one of {', '.join(WAYS)}"))
    if "connection_id" in given and "sql" not in given:
        raise InvalidFields(Violation("source.connection_id", "goes with sql alone"))


def told_inline(given: pb.ChartRows) -> Told:
    """Raises InvalidFields for what is no array of rows as wide as there are columns."""
    utf8 = given.rows.utf8
    problem = check_json(utf8, max_bytes=INLINE_BYTES)
    rows: list[list[Any]] = []
    if not problem:
        try:
            rows = msgspec.json.decode(utf8, type=list[list[Any]])
        except (msgspec.MsgspecError, ValueError):
            problem = "is no array of arrays"
    if len(rows) > INLINE_ROWS:
        problem = f"has more than {INLINE_ROWS:,} rows"
    if any(len(row) != len(given.columns) for row in rows):
        problem = f"has rows that are not of {len(given.columns)} values"
    if problem:
        raise InvalidFields(Violation("source.inline.rows", problem))
    columns = [ChartColumn(c.name, c.type, c.kind, c.unit) for c in given.columns]
    return Told(columns, rows, utf8)


def told(answer: Answer, columns: list[ChartColumn], zone: str) -> Told:
    utf8 = rows_json(answer.result.rows)
    return Told(columns, msgspec.json.decode(utf8, type=list[list[Any]]), utf8, zone, answer)


def told_compiled(compiled: Compiled, answer: Answer) -> Told:
    types = [column.type for column in answer.result.columns]
    columns = [metric_column(*pair) for pair in zip(compiled.columns, types, strict=True)]
    return told(answer, columns, compiled.calendar.zone)


def metric_column(column: OutputColumn, type_: str) -> ChartColumn:
    """Parts of a dimension may be summed to a whole only where the metric says so."""
    summed = column.additive_over_dimensions
    return ChartColumn(column.name, type_, column.kind, column.unit, summed)
