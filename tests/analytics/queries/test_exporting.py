"""Files: what is in them, that they stream, and that no cell is a formula."""

import csv
import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from attune.analytics.v1 import queries_pb2 as pb
from attune.common.v1.http_pb2 import HttpResponse

from services.analytics.execution.domain import ResultColumn
from services.analytics.exports.files import FILES, formatted
from services.analytics.exports.names import unique_names
from services.analytics.exports.parquet import GROUP_BYTES
from tests.analytics.calls import refused
from tests.analytics.queries.conftest import Queries
from tests.suite import violations_of

SQL = """
SELECT 9007199254740993 AS id, 1.10 AS price, 0.5::float8 AS share, true AS paid, NULL AS nothing,
    '=1+1' AS formula, E'a <b> & "c"\\nd\\x01' AS text, '{"a": [1, 2.50]}'::jsonb AS document,
    timestamptz '2026-01-05 10:00+01' AS at, date '2026-01-05' AS day, 1 AS id
"""
SHEET = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


async def exported(queries: Queries, sql: str, kind: str, **fields: Any) -> tuple[bytes, Any]:
    """The file, and the headers that it comes with."""
    request = pb.ExportQueryRequest(sql=sql, connection_id="test", format=kind, **fields)
    call = queries.stub.ExportQuery(request, metadata=queries.suite.as_())
    parts = [part async for part in call]
    told = HttpResponse()
    parts[0].extensions[0].Unpack(told)
    headers = {**told.headers, "content-type": parts[0].content_type}
    return b"".join(part.data for part in parts), headers


async def test_csv_holds_every_value_and_no_formula(queries: Queries) -> None:
    data, headers = await exported(queries, SQL, "csv", name="prices of May")
    assert headers["content-disposition"] == 'attachment; filename="prices of May.csv"'
    names, row = csv.reader(io.StringIO(data.decode(), newline=""))
    assert names[:2] == ["id", "price"]
    assert row[:6] == ["9007199254740993", "1.10", "0.5", "true", "", "'=1+1"]
    assert row[7:] == ['{"a":[1,2.50]}', "2026-01-05T09:00:00Z", "2026-01-05", "1"]


async def test_json_is_an_array_of_objects_with_names_of_their_own(queries: Queries) -> None:
    data, headers = await exported(queries, SQL, "json")
    assert headers["content-type"] == "application/json"
    [row] = json.loads(data, parse_float=str)
    assert (row["id"], row["price"], row["id_2"]) == (9007199254740993, "1.10", 1)
    assert (row["document"], row["nothing"]) == ({"a": [1, "2.50"]}, None)


async def test_a_workbook_holds_every_value_and_no_formula(queries: Queries) -> None:
    data, _ = await exported(queries, SQL, "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert not sheet.findall(".//m:f", SHEET)
    names, row = sheet.findall(".//m:row", SHEET)
    assert [text.text for text in names.findall(".//m:t", SHEET)][:2] == ["id", "price"]
    cells = [(c.get("t"), "".join(c.itertext())) for c in row]
    assert cells[:6] == [
        ("inlineStr", "9007199254740993"),  # Excel keeps 15 digits of a number
        (None, "1.10"),
        (None, "0.5"),
        ("b", "1"),
        (None, ""),
        ("inlineStr", "=1+1"),
    ]
    assert cells[6] == ("inlineStr", 'a <b> & "c"\nd\ufffd')


async def test_parquet_has_types(queries: Queries) -> None:
    data, _ = await exported(queries, SQL, "parquet")
    table = pq.read_table(io.BytesIO(data))
    assert [str(kind) for kind in table.schema.types][:4] == ["int64", "string", "double", "bool"]
    [row] = table.to_pylist()
    assert (row["id"], row["price"], row["share"], row["id_2"]) == (
        9007199254740993,
        "1.10",
        0.5,
        1,
    )
    assert (row["at"].isoformat(), row["day"].isoformat()) == (
        "2026-01-05T09:00:00+00:00",
        "2026-01-05",
    )


@pytest.mark.parametrize("kind", FILES)
async def test_an_empty_result_is_a_file_too(queries: Queries, kind: str) -> None:
    data, _ = await exported(queries, "SELECT 1 AS one WHERE false", kind)
    assert data


@pytest.mark.parametrize("kind", FILES)
def test_a_file_keeps_nothing_of_what_was_sent(kind: str) -> None:
    columns = [ResultColumn("i", "bigint"), ResultColumn("text", "text")]
    file = FILES[kind](columns)
    file.head()
    most = 0
    for batch in range(60):
        rows = [b'[%d,"row %d"]' % (i, i) for i in range(batch * 2000, batch * 2000 + 2000)]
        most = max(most, len(formatted(file, rows)))
    assert most < 1_000_000
    assert len(file.tail()) < 200_000


async def test_an_export_has_more_rows_than_an_answer_and_is_on_record(queries: Queries) -> None:
    sql = "SELECT i FROM generate_series(1, 30000) i"
    data, _ = await exported(queries, sql, "csv")
    assert len(data.splitlines()) == 30_001
    [record] = await queries.listed()
    assert (record.status, record.row_count, record.truncated) == ("completed", 30_000, False)


async def test_what_cannot_run_is_told_before_the_file_begins(queries: Queries) -> None:
    err = await refused(exported(queries, "SELECT nothing", "csv"))
    assert "does not exist" in violations_of(err)["sql"]


@pytest.mark.parametrize("kind", sorted(FILES))
async def test_values_that_no_reader_takes_are_texts(queries: Queries, kind: str) -> None:
    sql = """SELECT '"\\ud800"'::json, '"\\u0000"'::json, '1e1000000'::json, 10::numeric ^ 5000,
        (repeat('[', 3000) || repeat(']', 3000))::json, '[1]'::json"""
    assert (await exported(queries, sql, kind))[0]
    assert (await queries.run(sql)).metadata.row_count == 1
    answer = await queries.run(sql)
    assert answer.metadata.cached
    texts, last = json.loads(answer.rows.utf8)[0][:5], json.loads(answer.rows.utf8)[0][5]
    assert all(isinstance(text, str) for text in texts)
    assert last == [1]


def test_a_thousand_columns_of_one_name_are_told_apart() -> None:
    names = unique_names([ResultColumn(name, "text") for name in ["a_3", *["a"] * 1600]])
    assert names[:5] == ["a_3", "a", "a_2", "a_4", "a_5"]
    assert len(set(names)) == 1601


def test_a_parquet_file_under_way_holds_no_more_than_a_group_of_large_rows() -> None:
    file = FILES["parquet"]([ResultColumn("text", "text")])
    file.head()
    assert formatted(file, [b'["%b"]' % (b"x" * GROUP_BYTES)])
