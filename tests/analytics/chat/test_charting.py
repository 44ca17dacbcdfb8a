"""Charts of answers in chat: as of the same rows elsewhere, and never instead of the rows."""

from datetime import UTC, datetime
from uuid import UUID

from services.analytics.charts.sources import metric_column
from services.analytics.chat.answering import charted
from services.analytics.chat.charting import columns_of
from services.analytics.chat.domain import Planned
from services.analytics.execution.domain import ResultColumn
from services.analytics.queries.domain import Result
from services.analytics.queries.running import Answer
from services.analytics.semantics.compiler import OutputColumn

NIL = UUID(int=0)
COLUMNS = (
    OutputColumn("plan", "dimension"),
    OutputColumn("users", "metric", "people", additive_over_dimensions=True),
)
PLANNED = Planned(way="asked", sql="SELECT 1", understood="Users by plan", columns=COLUMNS)
TYPES = [ResultColumn("plan", "text"), ResultColumn("users", "bigint")]


def answer_of(rows: list[bytes]) -> Answer:
    read_at = datetime(2026, 1, 1, tzinfo=UTC)
    return Answer(NIL, Result(NIL, TYPES, rows, False, 1.0, read_at), 1, False)


def test_columns_mean_the_same_as_on_a_chart_of_their_own() -> None:
    given = columns_of(PLANNED, answer_of([]).result)
    assert given == [metric_column(COLUMNS[0], "text"), metric_column(COLUMNS[1], "bigint")]
    assert [column.additive for column in given] == [False, True]


async def test_rows_have_a_chart() -> None:
    chart = await charted(PLANNED, answer_of([b'["free", 120]', b'["pro", 30]']))
    assert chart is not None
    assert chart.title == "Users by plan"


async def test_rows_that_break_the_drawing_have_no_chart() -> None:
    assert await charted(PLANNED, answer_of([b'["free"', b'["pro", 30]'])) is None
