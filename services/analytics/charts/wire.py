"""Charts as messages."""

import msgspec
from attune.analytics.v1 import charts_pb2 as pb
from attune.analytics.v1.queries_pb2 import QueryMetadata
from attune.common.v1.json_pb2 import Json

from services.analytics.charts.domain import KeptChart
from services.analytics.charts.drawer import Drawn
from services.analytics.queries.running import Answer


def chart_to_pb(kept: KeptChart) -> pb.Chart:
    return pb.Chart(
        id=str(kept.id),
        name=kept.name,
        description=kept.description,
        source=pb.ChartSource.FromString(kept.source),
        design=pb.ChartDesign.FromString(kept.design),
        type=kept.type,
        owner=kept.owner,
        version=kept.version,
        shared=kept.share_token is not None,
        created_at=kept.created_at,
        updated_by=kept.updated_by,
        updated_at=kept.updated_at,
    )


def drawn_to_pb(drawn: Drawn) -> pb.DrawnChart:
    told, spec = drawn.told, drawn.spec
    columns = (
        pb.ChartColumn(name=column.name, type=column.type, kind=column.kind, unit=column.unit)
        for column in told.columns
    )
    return pb.DrawnChart(
        type=drawn.type,
        title=drawn.title,
        spec=Json(utf8=msgspec.json.encode(spec)) if spec else None,
        notes=drawn.chart.notes if drawn.chart else (),
        columns=columns,
        rows=Json(utf8=told.json),
        metadata=metadata_of(told.answer) if told.answer else None,
    )


def metadata_of(answer: Answer) -> QueryMetadata:
    result = answer.result
    return QueryMetadata(
        query_id=str(answer.query_id),
        row_count=len(result.rows),
        execution_time_ms=answer.milliseconds,
        truncated=result.truncated,
        cached=answer.cached,
        as_of=result.as_of,
    )
