"""Files of events as rows, rows as events, and what a file is said to hold."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from cli.commands.importing_events import fingerprint
from cli.demo import commerce
from cli.importing.events import EventImport
from cli.importing.mapping import EventMapping, Unusable, mapping_of, time_in
from cli.importing.resuming import Progress
from cli.importing.rows import Row, columns, rows
from cli.local.errors import UsageError

ROOT = Path(__file__).parents[2]
PLAIN = mapping_of((), None, None, "p")


def values(path: Path) -> list[Any]:
    return [row.problem or row.values for row in rows(path)]


def test_a_csv_file_has_numbers_and_booleans_and_leaves_out_what_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(b'\xef\xbb\xbfa,b,c\r\n1,007,"x,\ny"\r\n-2.5,TRUE,\r\n1,2,3,4\r\n')
    assert values(path) == [
        {"a": 1, "b": "007", "c": "x,\ny"},
        {"a": -2.5, "b": True},
        "has more values than there are names",
    ]


def test_a_csv_column_without_a_name_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(",event,at\n0,visit,2020-01-01\n1,visit,2020-01-02,9\n")
    assert values(path) == [
        {"event": "visit", "at": "2020-01-01"},
        "has more values than there are names",
    ]


def test_rows_of_files_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    prints = set()
    for last in "xy":
        path = tmp_path / f"{last}.csv"
        path.write_text("a\n" * 100_000 + last)
        prints.add(fingerprint(path))
    assert len(prints) == 2


def test_a_long_value_of_a_csv_file_is_read(tmp_path: Path) -> None:
    path, text = tmp_path / "e.csv", "x" * 200_000
    path.write_text(f"a,b\n{text},1\n")
    assert values(path) == [{"a": text, "b": 1}]


def test_a_file_of_json_lines_says_which_line_is_none(tmp_path: Path) -> None:
    path = tmp_path / "e.ndjson"
    path.write_bytes(b'{"a": 1}\n\n[1]\n{"b": {"c": null}}')
    first, second, third = rows(path)
    assert (first.values, third.values, third.number) == ({"a": 1}, {"b": {"c": None}}, 3)
    assert second.problem.startswith("is no JSON object")


def test_a_parquet_file_is_read_with_its_types(tmp_path: Path) -> None:
    path, at = tmp_path / "e.parquet", datetime(2020, 5, 1, 12, tzinfo=UTC)
    table = pyarrow.table({"ts": [at, None], "n": [1, 2], "tags": [["a"], []]})
    pyarrow.parquet.write_table(table, path)
    assert values(path) == [{"ts": at, "n": 1, "tags": ["a"]}, {"n": 2, "tags": []}]


@pytest.mark.parametrize("options", [{"pairs": ["timestamp=ts"]}, {"properties": "a, ts"}])
def test_an_option_that_names_no_column_says_which_there_are(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    csv, parquet, lines = (tmp_path / f"e.{kind}" for kind in ("csv", "parquet", "jsonl"))
    csv.write_text("\ufeffa,b\n")
    pyarrow.parquet.write_table(pyarrow.table({"a": [1], "b": [2]}), parquet)
    lines.write_text('{"a": 1}')
    mapping = mapping_of(options.get("pairs", ()), None, options.get("properties"), "p")
    for path in (csv, parquet):
        with pytest.raises(UsageError, match="no column 'ts': there are a, b"):
            mapping.expect(columns(path))
    mapping.expect(columns(lines))


@pytest.mark.parametrize("name", ["e.txt", "none.csv"])
def test_what_is_no_such_file_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "e.txt").touch()
    with pytest.raises(UsageError):
        rows(tmp_path / name)
    broken = tmp_path / "b.parquet"
    broken.write_bytes(b"no")
    with pytest.raises(UsageError):
        list(rows(broken))


def test_columns_are_mapped_and_the_others_are_properties() -> None:
    mapping = mapping_of(["timestamp=ts", "user_id=who"], "visit", None, "p")
    found = mapping.event_of(7, {"ts": 0, "who": 12, "page": "/", "at": date(2020, 1, 2)})
    assert found == {
        "event": "visit",
        "timestamp": "1970-01-01T00:00:00+00:00",
        "user_id": "12",
        "message_id": "p:7",
        "properties": {"page": "/", "at": "2020-01-02"},
    }
    chosen = mapping_of(["event=kind"], None, "page, none", "p")
    told = {"kind": "x", "timestamp": "2020-01-02", "page": 1, "other": 2, "message_id": "m"}
    assert chosen.event_of(1, told)["properties"] == {"page": 1}
    nested = {"event": "x", "timestamp": "2020-01-02", "properties": {"a": 1}, "b": 2}
    assert PLAIN.event_of(1, nested)["properties"] == {"a": 1}


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("2020-01-02", "2020-01-02T00:00:00+00:00"),
        ("2020-01-02 03:04:05", "2020-01-02T03:04:05+00:00"),
        ("2020-01-02T03:04:05+05:30", "2020-01-01T21:34:05+00:00"),
        (1_577_934_245, "2020-01-02T03:04:05+00:00"),
        (1_577_934_245_000, "2020-01-02T03:04:05+00:00"),
    ],
)
def test_times_are_read_as_people_write_them(told: Any, at: str) -> None:
    assert time_in(told) == at


@pytest.mark.parametrize("told", ["yesterday", True, 1e300, "0001-01-01T00:00:00+10:00"])
def test_what_is_no_time_says_so(told: Any) -> None:
    with pytest.raises(Unusable):
        time_in(told)


@pytest.mark.parametrize("pair", ["ts", "time=ts", "timestamp="])
def test_a_mapping_of_no_field_says_which_there_are(pair: str) -> None:
    with pytest.raises(UsageError, match="FIELD=COLUMN"):
        mapping_of([pair], None, None, "p")


async def learned(found: Iterator[Row], mapping: EventMapping = PLAIN) -> Any:
    work = EventImport(None, mapping, Progress(""), lambda *_: None, lambda *_: None)
    await work.send(found)
    return work.learned.as_data()


async def test_a_dry_run_tells_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    at = "2020-01-02T03:04:05Z"
    told = [
        {"event": "a", "timestamp": at, "user_id": "u", "n": 1, "d": "2020-01-02"},
        {"event": "a", "timestamp": "2020-01-03", "user_id": "u", "n": "x", "at": at},
        {"timestamp": at},
        {"event": "a", "timestamp": "never"},
    ]
    path.write_text("\n".join(map(json.dumps, told)))
    found = await learned(rows(path))
    assert found["events"] == [
        {
            "event": "a",
            "events": 2,
            "first": "2020-01-02T03:04:05+00:00",
            "last": "2020-01-03T00:00:00+00:00",
            "properties": {
                "at": {"share": 0.5, "types": {"timestamp": 1}},
                "d": {"share": 0.5, "types": {"date": 1}},
                "n": {"share": 1.0, "types": {"number": 1, "string": 1}},
            },
        }
    ]
    assert (found["rows"], found["people"]) == (2, 1)
    assert found["refused"] == {
        "has no event": 1,
        "has no time that can be read": 1,
    }


async def test_a_row_that_is_larger_than_an_event_may_be_does_not_stop_the_others() -> None:
    refused: list[Row] = []
    progress = Progress("")
    at = "2020-01-02T03:04:05Z"
    found = [
        Row(number, 0.0, {"event": "a", "timestamp": at, "text": text})
        for number, text in enumerate(("x", "x" * 4_000_000, "x"), start=1)
    ]
    note = lambda row, _: refused.append(row)  # noqa: E731
    await EventImport(None, PLAIN, progress, note, lambda *_: None).send(found)
    assert (progress.accepted, progress.refused, progress.line) == (2, 1, 3)
    assert [row.number for row in refused] == [2]


async def test_the_shop_is_the_same_for_the_same_day_and_the_sample_is_of_it(
    tmp_path: Path,
) -> None:
    end = date(2026, 1, 1)
    commerce.write(tmp_path / "shop.csv", 300, end)
    sample = ROOT / "samples" / "events" / "shop.csv"
    assert (tmp_path / "shop.csv").read_bytes() == sample.read_bytes()
    commerce.write(tmp_path / "more.csv", 5_000, end)
    found = await learned(rows(tmp_path / "more.csv"))
    counts = {one["event"]: one["events"] for one in found["events"]}
    assert [*counts] == [*commerce.NEXT, "refund_requested"]
    assert sum(counts.values()) == 5_000
    first = min(one["first"] for one in found["events"])
    assert first >= (end - timedelta(days=commerce.DAYS)).isoformat()
