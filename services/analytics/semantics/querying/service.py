"""The gRPC face of metric queries: compile, run as any other statement, answer with the receipt."""

from collections.abc import Iterator
from typing import Any

from attune.analytics.v1 import metrics_pb2 as pb
from attune.analytics.v1 import metrics_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.analytics.queries.domain import Asked, rows_json
from services.analytics.queries.running import Answer, Runner
from services.analytics.semantics.compiler import Compiled
from services.analytics.semantics.querying.asking import rows_of
from services.analytics.semantics.querying.compiling import Compiling, connection_of
from services.common.caller import caller
from services.common.interceptors import Context


class MetricsService(pb_grpc.MetricsServiceServicer):
    def __init__(self, compiling: Compiling, runner: Runner) -> None:
        self._compiling = compiling
        self._runner = runner

    async def QueryMetrics(
        self, request: pb.QueryMetricsRequest, context: Context
    ) -> pb.QueryMetricsResponse:
        who = caller()
        compiled = await self._compiling.compiled(who.organization_id, request)
        asked = Asked(
            sql=compiled.sql,
            connection_id=connection_of(request),
            rows=rows_of(request),
            no_cache=request.no_cache,
        )
        answer = await self._runner.run(who, asked)
        return pb.QueryMetricsResponse(**receipt_of(compiled), **figures_of(answer))

    async def CompileMetrics(
        self, request: pb.CompileMetricsRequest, context: Context
    ) -> pb.CompileMetricsResponse:
        compiled = await self._compiling.compiled(caller().organization_id, request)
        return pb.CompileMetricsResponse(**receipt_of(compiled))


def receipt_of(compiled: Compiled) -> dict[str, Any]:
    """What figures rest on."""
    period, earlier = compiled.period, compiled.compared_with
    return {
        "columns": [pb.MetricColumn(**vars(column)) for column in compiled.columns],
        "sql": compiled.sql,
        "definitions": list(definitions_of(compiled)),
        "time_zone": compiled.calendar.zone,
        "start": period and period.start,
        "end": period and period.end,
        "previous_start": earlier and earlier.start,
    }


def definitions_of(compiled: Compiled) -> Iterator[pb.UsedDefinition]:
    for kind, used in (("metric", compiled.metrics), ("dimension", compiled.dimensions)):
        for name, version in used.items():
            yield pb.UsedDefinition(kind=kind, name=name, version=version)


def figures_of(answer: Answer) -> dict[str, Any]:
    result = answer.result
    return {
        "rows": Json(utf8=rows_json(result.rows)),
        "query_id": str(answer.query_id),
        "row_count": len(result.rows),
        "execution_time_ms": answer.milliseconds,
        "truncated": result.truncated,
        "cached": answer.cached,
        "as_of": result.as_of,
    }
