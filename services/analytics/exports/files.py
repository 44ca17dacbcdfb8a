"""Results as files, a batch of rows at a time: CSV, JSON, XLSX, Parquet."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

import msgspec
from msgspec import Raw

from services.analytics.execution.domain import ResultColumn
from services.analytics.execution.values import row_to_json
from services.analytics.exports.names import unique_names
from services.analytics.exports.parquet import Parquet
from services.analytics.exports.spreadsheet import Spreadsheet
from services.common.exporting import JsonFile, harmless, line

read_row = msgspec.json.Decoder(list[Any], float_hook=Decimal).decode


class Writing(Protocol):
    """A file under way; each step returns what can be sent so far."""

    def head(self) -> bytes: ...
    def rows(self, batch: Sequence[Sequence[Any]]) -> bytes:
        """Values are None, bool, int, Decimal, str, and of JSON lists and dicts."""

    def tail(self) -> bytes: ...


class Csv:
    """Names first, then a row each (RFC 4180)."""

    content_type = "text/csv; charset=utf-8"
    suffix = "csv"

    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        self._columns = columns

    def head(self) -> bytes:
        return line(harmless(column.name) for column in self._columns)

    def rows(self, batch: Sequence[Sequence[Any]]) -> bytes:
        return b"".join(line(map(cell, row)) for row in batch)

    def tail(self) -> bytes:
        return b""


class Json:
    """One array, an object a line."""

    content_type = JsonFile.content_type
    suffix = JsonFile.suffix

    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        self._names = unique_names(columns)
        self._file = JsonFile(self._names)

    def head(self) -> bytes:
        return self._file.head()

    def rows(self, batch: Sequence[Sequence[Any]]) -> bytes:
        as_raw = (map(Raw, map(row_to_json, row)) for row in batch)
        return b"".join(self._file.row(dict(zip(self._names, row, strict=True))) for row in as_raw)

    def tail(self) -> bytes:
        return self._file.tail()


FILES: dict[str, type[Csv] | type[Json] | type[Spreadsheet] | type[Parquet]] = {
    "csv": Csv,
    "json": Json,
    "xlsx": Spreadsheet,
    "parquet": Parquet,
}


async def written(file: Writing, batches: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    """The whole file; of the result, no more than a batch is in memory."""
    yield await asyncio.to_thread(file.head)
    async for batch in batches:
        yield await asyncio.to_thread(formatted, file, batch)
    yield await asyncio.to_thread(file.tail)


def formatted(file: Writing, batch: Sequence[bytes]) -> bytes:
    return file.rows([read_row(row) for row in batch])


def cell(value: Any) -> object:
    """As CSV has it: no text that a spreadsheet takes for a formula."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case list() | dict():
            return harmless(row_to_json(value).decode())
        case str():
            return harmless(value)
    return value
