"""Rows of a result as a table shows them: sorted by a column, and those that have a text. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from services.analytics.execution.domain import ResultColumn

NUMBERS = {"smallint", "integer", "bigint", "numeric", "real", "double precision"}


def arranged(
    columns: Sequence[ResultColumn], rows: Sequence[bytes], order_by: str, text: str
) -> list[bytes]:
    """Each row a JSON array; what is equal stays in its order.

    Raises LookupError where there is no such column; of several with the name the first counts.
    """
    wanted, found = text.casefold(), list(rows)
    if wanted:
        found = [row for row in found if any(wanted in said(cell) for cell in cells_of(row))]
    name = order_by.removeprefix("-")
    if not name:
        return found
    names = [column.name for column in columns]
    if name not in names:
        raise LookupError(name)
    place = names.index(name)
    numbers = columns[place].type.split("(")[0] in NUMBERS
    keyed = [(cells_of(row)[place], row) for row in found]
    known = [(rank(cell, numbers), row) for cell, row in keyed if cell is not None]
    known.sort(key=lambda pair: pair[0], reverse=order_by.startswith("-"))
    return [*(row for _, row in known), *(row for cell, row in keyed if cell is None)]


def cells_of(row: bytes) -> list[Any]:
    return msgspec.json.decode(row, type=list[Any])


def said(cell: object) -> str:
    """As a person reads it, in lower case."""
    if cell is None:
        return ""
    return cell.casefold() if isinstance(cell, str) else msgspec.json.encode(cell).decode()


def rank(cell: object, number: bool) -> tuple[int, float | str]:
    """Numbers by their size, before all that is none."""
    if number or isinstance(cell, int | float):
        try:
            return 0, float(cell)  # type: ignore[arg-type]  # what is none is refused
        except (TypeError, ValueError, OverflowError):
            pass
    return 1, said(cell)
