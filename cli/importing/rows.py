"""Rows of a file of events: CSV with a row of names, JSON lines, or Parquet."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from cli.local.errors import UsageError

KINDS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?")
WORDS = {"true": True, "false": False}
PARQUET_ROWS = 5_000
# In a CSV file; a quote that nobody closes would take all of it into memory.
LONGEST_VALUE = 16 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """A row: its number, from 1, how far in the file it is (0 to 1), and what it holds.

    `problem` says why it holds nothing.
    """

    number: int
    part: float
    values: dict[str, Any]
    problem: str = ""


def rows(path: Path) -> Iterator[Row]:
    """The rows of a file. Raises UsageError where it is of no known kind or cannot be read."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"{path} has to end in {', '.join(KINDS)}.")
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    return {"csv": csv_rows, "jsonl": json_rows, "parquet": parquet_rows}[kind](path)


def columns(path: Path) -> list[str] | None:
    """Which columns a file of `rows` has; None for JSON lines, whose rows have each their own."""
    kind = KINDS[path.suffix.lower()]
    if kind == "csv":
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            return next(csv.reader(file), [])
    if kind == "parquet":
        import pyarrow
        import pyarrow.parquet

        try:
            return list(pyarrow.parquet.read_schema(path).names)
        except pyarrow.ArrowInvalid as err:
            raise UsageError(f"{path} is no Parquet file: {err}.") from None
    return None


def csv_rows(path: Path) -> Iterator[Row]:
    """Values that look like numbers and booleans are; what is empty is left out, and a column
    without a name: tools number rows in such a one.
    """
    size = max(path.stat().st_size, 1)
    csv.field_size_limit(LONGEST_VALUE)
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="")
        for number, found in enumerate(csv.DictReader(text, restval=""), start=1):
            surplus = found.pop(None, None)
            values = {name: value_in(text) for name, text in found.items() if name and text}
            problem = "has more values than there are names" if surplus else ""
            yield Row(number, raw.tell() / size, values, problem)


def value_in(text: str) -> Any:
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return WORDS.get(text.lower(), text)


def json_rows(path: Path) -> Iterator[Row]:
    size, read, number = max(path.stat().st_size, 1), 0, 0
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as file:
        for line in file:
            read += len(line)
            if not line.strip():
                continue
            number += 1
            try:
                yield Row(number, read / size, decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError) as err:
                yield Row(number, read / size, {}, f"is no JSON object: {err}")


def parquet_rows(path: Path) -> Iterator[Row]:
    """Some rows at a time, so that a large file needs little memory."""
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            total, number = max(file.metadata.num_rows, 1), 0
            for batch in file.iter_batches(PARQUET_ROWS):
                for values in batch.to_pylist():
                    number += 1
                    known = {name: value for name, value in values.items() if value is not None}
                    yield Row(number, number / total, known)
    except pyarrow.ArrowInvalid as err:
        raise UsageError(f"{path} is no Parquet file: {err}") from None
