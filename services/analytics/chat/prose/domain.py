"""What prose is checked against, and what is left of it. No I/O, no protobuf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.analytics.charts.choosing import ChartColumn as Column

__all__ = ["Checked", "Column", "Evidence", "Table"]


@dataclass(frozen=True)
class Table:
    """A result with decoded cells. Of a `truncated` one, what is not in `rows` is not known."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    truncated: bool = False
    row_count: int = 0


@dataclass(frozen=True)
class Evidence:
    """What sentences may rest on.

    `told` are texts whose numbers and dates are given: what was understood of the question, and
    assumptions. What is `asked` is given where it narrows down, as "the last 7 days" does, and not
    where it may be wrong: "did we have 5,000 orders?" Moments of cells are shown in the time zone;
    `now` is what "yesterday" goes by.
    """

    tables: Sequence[Table]
    told: Sequence[str]
    time_zone: str
    now: datetime
    asked: Sequence[str] = ()


@dataclass(frozen=True)
class Checked:
    """The text with the sentences that hold, and those that were dropped from it."""

    text: str
    dropped: Sequence[str] = ()
