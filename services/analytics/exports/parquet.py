"""A Parquet file, a row group for so many rows. pyarrow is loaded where one is asked for."""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from services.analytics.execution.domain import ResultColumn
from services.analytics.execution.values import row_to_json
from services.analytics.exports.names import unique_names

# A group is written when there are so many rows, or so many bytes of them.
GROUP_ROWS = 20_000
GROUP_BYTES = 16 * 1024 * 1024
INTEGERS = {"smallint": "int16", "integer": "int32", "bigint": "int64", "oid": "int64"}
FLOATS = {"real", "double precision"}


class Parquet:
    """Numerics are texts, which keep all their digits; what is of no other type is one, too."""

    content_type = "application/vnd.apache.parquet"
    suffix = "parquet"

    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        fields = [
            pa.field(name, type_of(column.type))
            for name, column in zip(unique_names(columns), columns, strict=True)
        ]
        self._schema = pa.schema(fields)
        self._converters = [converter_of(column.type) for column in columns]
        self._waiting: list[Sequence[Any]] = []
        self._waiting_bytes = 0
        self._taken = bytearray()
        self._writer = pq.ParquetWriter(Collected(self._taken), self._schema, compression="zstd")

    def head(self) -> bytes:
        return self._out()

    def rows(self, batch: Sequence[Sequence[Any]]) -> bytes:
        self._waiting += batch
        self._waiting_bytes += sum(map(len, map(row_to_json, batch)))
        if len(self._waiting) >= GROUP_ROWS or self._waiting_bytes >= GROUP_BYTES:
            self._write_group()
        return self._out()

    def tail(self) -> bytes:
        if self._waiting:
            self._write_group()
        self._writer.close()
        return self._out()

    def _write_group(self) -> None:
        import pyarrow as pa

        columns = [
            pa.array([convert(row[place]) for row in self._waiting], field.type)
            for place, (field, convert) in enumerate(
                zip(self._schema, self._converters, strict=True)
            )
        ]
        self._waiting, self._waiting_bytes = [], 0
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def _out(self) -> bytes:
        data = bytes(self._taken)
        self._taken.clear()
        return data


class Collected(io.RawIOBase):
    """What the writer writes to: nothing stays that was taken."""

    def __init__(self, into: bytearray) -> None:
        self._into = into
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        size = len(data)
        self._into += data
        self._written += size
        return size

    def tell(self) -> int:
        return self._written


def type_of(kind: str) -> Any:
    import pyarrow as pa

    if kind in INTEGERS:
        return getattr(pa, INTEGERS[kind])()
    if kind in FLOATS:
        return pa.float64()
    known = {
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp with time zone": pa.timestamp("us", tz="UTC"),
        "timestamp without time zone": pa.timestamp("us"),
    }
    return known.get(kind, pa.string())


def converter_of(kind: str) -> Callable[[Any], Any]:
    if kind in INTEGERS or kind == "boolean":
        return lambda value: value
    if kind in FLOATS:
        return lambda value: None if value is None else float(value)
    if kind == "date":
        return day
    if kind.startswith("timestamp with") and not kind.endswith("[]"):
        return moment
    return text


def day(value: str | None) -> date | None:
    """Infinite and very early days, which the format does not have, are missing."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def moment(value: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if value else None
    except ValueError:
        return None


def text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return row_to_json(value).decode()
