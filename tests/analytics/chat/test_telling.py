"""Sentences by rule: what they say of zeros, and of weeks and days that are not whole."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from services.analytics.chat.domain import METRIC, Planned
from services.analytics.chat.prose import prose_of
from services.analytics.execution.domain import ResultColumn
from services.analytics.queries.domain import Result
from services.analytics.semantics.compiler import OutputColumn, Period

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
COLUMNS = (OutputColumn("time", "time"), OutputColumn("orders", "metric", "", True, True))


def day(number: int, month: int = 3) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def said(rows: list[list[object]], during: Period | None, *columns: OutputColumn) -> str:
    planned = Planned(
        way=METRIC, sql="", understood="orders", columns=columns or COLUMNS, during=during
    )
    types = {"time": "date", "metric": "bigint"}
    told = [ResultColumn(one.name, types[one.kind]) for one in planned.columns]
    encoded = [msgspec.json.encode(row) for row in rows]
    return prose_of(planned, Result(UUID(int=1), told, encoded, False, 1.0, NOW), NOW).text


WEEKS: list[list[object]] = [
    ["2026-02-23", 10], ["2026-03-02", 40], ["2026-03-09", 50], ["2026-03-16", 5],
]  # fmt: skip


@pytest.mark.parametrize(
    ("weeks", "start", "end", "ends"),
    [
        (4, day(27, 2), day(1, 4), "from 40 on 2 March 2026 to 50 on 9 March 2026"),
        (3, day(23, 2), day(16), "from 10 on 23 February 2026 to 50 on 9 March 2026"),
        (3, day(23, 2), day(12), "from 10 on 23 February 2026 to 40 on 2 March 2026"),
    ],
)
def test_weeks_of_which_only_a_part_is_there_are_not_compared(
    weeks: int, start: datetime, end: datetime, ends: str
) -> None:
    """It is Wednesday, 18 March: the fourth week goes on."""
    assert ends in said(WEEKS[:weeks], Period(start, end))


def test_months_are_as_long_as_they_are() -> None:
    rows: list[list[object]] = [["2026-01-01", 4], ["2026-02-01", 6], ["2026-03-01", 1]]
    assert "from 4 in January 2026 to 6 in February 2026" in said(
        rows, Period(day(1, 1), day(1, 4))
    )


def test_zeros_are_no_percentages() -> None:
    figure = OutputColumn("orders", "metric", "", True, True)
    assert said([[0]], None, figure) == "Orders: 0."
    rate = OutputColumn("conversion_rate", "metric", "", False, False)
    assert said([[0]], None, rate) == "Conversion rate: 0 %."
