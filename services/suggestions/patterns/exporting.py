"""Patterns as a file: JSON or CSV, row by row. No I/O."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

COLUMNS = (
    *("id", "pattern_type", "target_id", "query_template", "frequency", "success_rate"),
    *("avg_response_time", "last_used", "metadata", "created_at", "updated_at"),
)
# What spreadsheets take for a formula at the beginning of a cell (OWASP, CSV injection).
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
BREAKS = ("\t", "\r", "\n")


@dataclass(frozen=True, kw_only=True)
class ExportedPattern:
    """A row of query_patterns as it is exported; `metadata` is JSON text."""

    id: int
    pattern_type: str
    target_id: str
    query_template: str
    frequency: int
    success_rate: float
    avg_response_time: float | None
    last_used: datetime
    metadata: str
    created_at: datetime
    updated_at: datetime


class File(Protocol):
    """How patterns become bytes."""

    content_type: str
    suffix: str

    def head(self) -> bytes: ...
    def row(self, pattern: ExportedPattern) -> bytes: ...
    def tail(self) -> bytes: ...


class JsonFile:
    """One array, an object a line."""

    content_type = "application/json"
    suffix = "json"

    def __init__(self) -> None:
        self._before = b""

    def head(self) -> bytes:
        return b"["

    def row(self, pattern: ExportedPattern) -> bytes:
        fields = vars(pattern) | {"metadata": msgspec.Raw(pattern.metadata.encode())}
        before, self._before = self._before, b","
        return before + b"\n" + msgspec.json.encode(fields)

    def tail(self) -> bytes:
        return b"\n]\n"


class CsvFile:
    """Names first, then a row a pattern (RFC 4180)."""

    content_type = "text/csv; charset=utf-8"
    suffix = "csv"

    def head(self) -> bytes:
        return line(COLUMNS)

    def row(self, pattern: ExportedPattern) -> bytes:
        return line(tuple(cells(pattern)))

    def tail(self) -> bytes:
        return b""


FILES: dict[str, type[JsonFile] | type[CsvFile]] = {"json": JsonFile, "csv": CsvFile}


def cells(pattern: ExportedPattern) -> Iterator[object]:
    for name in COLUMNS:
        value = getattr(pattern, name)
        if isinstance(value, datetime):
            value = msgspec.json.encode(value).decode().strip('"')
        yield harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it as a formula."""
    risky = text.startswith(BREAKS) or text.lstrip().startswith(FORMULA)
    return f"'{text}" if risky else text


def line(values: tuple[object, ...]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue().encode()
