"""Rows as a file: JSON or CSV, row by row."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from services.common.clock import rfc3339

# What spreadsheets take for a formula at the beginning of a cell (OWASP, CSV injection).
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
BREAKS = ("\t", "\r", "\n")

Row = Mapping[str, object]
"""Column -> value; JSON is msgspec.Raw."""


class File(Protocol):
    """How rows become bytes."""

    content_type: str
    suffix: str

    def head(self) -> bytes: ...
    def row(self, row: Row) -> bytes: ...
    def tail(self) -> bytes: ...


class JsonFile:
    """One array, an object a line."""

    content_type = "application/json"
    suffix = "json"

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._before = b""

    def head(self) -> bytes:
        return b"["

    def row(self, row: Row) -> bytes:
        before, self._before = self._before, b","
        fields = {name: timed(row[name]) for name in self._columns}
        return before + b"\n" + msgspec.json.encode(fields)

    def tail(self) -> bytes:
        return b"\n]\n"


class CsvFile:
    """Names first, then a row each (RFC 4180)."""

    content_type = "text/csv; charset=utf-8"
    suffix = "csv"

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns

    def head(self) -> bytes:
        return line(self._columns)

    def row(self, row: Row) -> bytes:
        return line(cell(row[name]) for name in self._columns)

    def tail(self) -> bytes:
        return b""


FILES: dict[str, type[JsonFile] | type[CsvFile]] = {"json": JsonFile, "csv": CsvFile}


def timed(value: object) -> object:
    """A time as REST writes it; anything else as it is."""
    return rfc3339(value) if isinstance(value, datetime) else value


def cell(value: object) -> object:
    if isinstance(value, msgspec.Raw):
        return harmless(bytes(value).decode())
    return harmless(value) if isinstance(value, str) else timed(value)


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it as a formula."""
    risky = text.startswith(BREAKS) or text.lstrip().startswith(FORMULA)
    return f"'{text}" if risky else text


def line(values: Iterable[object]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue().encode()


async def chunks(file: File, rows: AsyncIterator[Row]) -> AsyncIterator[bytes]:
    """The whole file, a row at a time."""
    yield file.head()
    async for row in rows:
        yield file.row(row)
    yield file.tail()
