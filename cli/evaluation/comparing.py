"""Whether rows are those that gold has. Pure.

Rows are compared as a multiset. Names and order of columns are free. The answer may have more
columns than gold: texts and times that label a row, and `extra` figures that were not asked for;
never fewer, and never other rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

# Of so many ways to match columns the first are tried.
MOST_MATCHES = 5_000

Row = Sequence[Any]


@dataclass(frozen=True)
class Rules:
    """`tolerance` is relative, and absolute below one. Times without a zone are of `zone`."""

    tolerance: float = 1e-6
    ordered: bool = False
    extra: int = 0
    zone: str = "UTC"


def same(gold: Sequence[Row], answer: Sequence[Row], rules: Rules) -> bool:
    """Whether the answer has the rows of gold."""
    if len(gold) != len(answer):
        return False
    if not gold:
        return True
    zone = ZoneInfo(rules.zone)
    wanted = [[plain(cell, zone) for cell in row] for row in gold]
    found = [[plain(cell, zone) for cell in row] for row in answer]
    if len(found[0]) < len(wanted[0]):
        return False
    matches = islice(column_matches(wanted, found, rules), MOST_MATCHES)
    return any(
        rows_match(wanted, [[row[at] for at in match] for row in found], rules) for match in matches
    )


def plain(cell: Any, zone: ZoneInfo) -> Any:
    """None, a bool, a Decimal, an instant or a text."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float | Decimal):
        return Decimal(str(cell))
    if isinstance(cell, datetime):
        return (cell if cell.tzinfo else cell.replace(tzinfo=zone)).timestamp()
    if isinstance(cell, date):
        return datetime.combine(cell, time(), zone).timestamp()
    return str(cell)


def column_matches(
    gold: Sequence[Row], answer: Sequence[Row], rules: Rules
) -> Iterator[tuple[int, ...]]:
    """For each column of gold one of the answer's, such that those left may be there."""
    width = len(answer[0])
    candidates = [
        [at for at in range(width) if columns_match(column(gold, want), column(answer, at), rules)]
        for want in range(len(gold[0]))
    ]
    figures = {at for at in range(width) if is_figure(column(answer, at))}
    for match in injections(candidates):
        if len(figures - set(match)) <= rules.extra:
            yield match


def injections(candidates: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    if not candidates:
        yield ()
        return
    *before, last = candidates
    for match in injections(before):
        for at in last:
            if at not in match:
                yield (*match, at)


def column(rows: Sequence[Row], at: int) -> list[Any]:
    return [row[at] for row in rows]


def is_figure(cells: Sequence[Any]) -> bool:
    return any(isinstance(cell, Decimal | bool) for cell in cells)


def columns_match(gold: Sequence[Any], answer: Sequence[Any], rules: Rules) -> bool:
    pairs = zip(sorted(gold, key=rank), sorted(answer, key=rank), strict=True)
    return all(cells_match(one, other, rules.tolerance) for one, other in pairs)


def rank(cell: Any) -> tuple[str, Any]:
    """An order of whatever cells; None is first."""
    return type(cell).__name__, 0 if cell is None else cell


def cells_match(gold: Any, answer: Any, tolerance: float) -> bool:
    if isinstance(gold, Decimal) and isinstance(answer, Decimal):
        if not gold.is_finite() or not answer.is_finite():
            return str(gold) == str(answer)
        return abs(gold - answer) <= Decimal(str(tolerance)) * max(abs(gold), Decimal(1))
    return type(gold) is type(answer) and bool(gold == answer)


def rows_match(gold: Sequence[Row], answer: Sequence[Row], rules: Rules) -> bool:
    """As multisets; where order is asked for, the figures come in gold's order as well.

    Labels of equal figures may come in any order.
    """
    if rules.ordered and not in_order(gold, answer, rules.tolerance):
        return False
    left = list(answer)
    for row in gold:
        at = next((n for n, one in enumerate(left) if row_matches(row, one, rules.tolerance)), None)
        if at is None:
            return False
        del left[at]
    return True


def in_order(gold: Sequence[Row], answer: Sequence[Row], tolerance: float) -> bool:
    ranked = [at for at in range(len(gold[0])) if not isinstance(gold[0][at], str)]
    ranked = ranked or list(range(len(gold[0])))
    return all(
        cells_match(row[at], other[at], tolerance)
        for row, other in zip(gold, answer, strict=True)
        for at in ranked
    )


def row_matches(gold: Row, answer: Row, tolerance: float) -> bool:
    return all(map(lambda one, other: cells_match(one, other, tolerance), gold, answer))


TIMES = {
    "timestamptz": datetime.fromisoformat,
    "timestamp with time zone": datetime.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "timestamp without time zone": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def decoded(columns: Sequence[Mapping[str, str]], rows: Sequence[Row]) -> list[Row]:
    """The rows of an answer of the API: what its columns say are times, as times."""
    readers = [TIMES.get(one["type"]) for one in columns]
    return [
        [
            reader(cell) if reader and isinstance(cell, str) else cell
            for reader, cell in zip(readers, row, strict=True)
        ]
        for row in rows
    ]
