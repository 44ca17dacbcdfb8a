"""Patterns as files: who gets which, and that spreadsheets and programs can read them."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from attune.common.v1.http_pb2 import HttpResponse
from attune.suggestions.v1 import patterns_pb2 as pb
from hypothesis import given
from hypothesis import strategies as st

from services.common.exporting import CsvFile, JsonFile, harmless
from services.suggestions.patterns import store
from services.suggestions.patterns.exporting import COLUMNS, ExportedPattern, row_of
from tests.suggestions.asking import ask, learned
from tests.suite import Suite, reason_of, violations_of

WHEN = datetime(2025, 12, 29, 10, 30, tzinfo=UTC)


def pattern(**changed: Any) -> ExportedPattern:
    fields: dict[str, Any] = {
        "id": 7,
        "pattern_type": "role_based",
        "target_id": "analyst",
        "query_template": "Show me {metric}",
        "frequency": 3,
        "success_rate": 1.0,
        "avg_response_time": None,
        "last_used": WHEN,
        "metadata": '{"metrics": {"profit": 3}}',
        "created_at": WHEN,
        "updated_at": WHEN,
    }
    return ExportedPattern(**{**fields, **changed})


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def export(
    suite: Suite, who: Any = None, **fields: Any
) -> tuple[str, Mapping[str, str], list[bytes]]:
    """The content type, the headers and the pieces."""
    call = suite.patterns.ExportQueryPatterns(
        pb.ExportQueryPatternsRequest(**fields), metadata=who or suite.as_("root", "admin")
    )
    parts = [part async for part in call]
    response = HttpResponse()
    assert parts[0].extensions[0].Unpack(response)
    return parts[0].content_type, response.headers, [part.data for part in parts]


async def exported(suite: Suite, who: Any = None, **fields: Any) -> list[dict[str, Any]]:
    _, _, data = await export(suite, who, **fields)
    found: list[dict[str, Any]] = json.loads(b"".join(data))
    return found


def kinds(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(row["pattern_type"], row["target_id"]) for row in rows}


def test_csv_has_the_documented_columns_and_reads_back() -> None:
    file = CsvFile(COLUMNS)
    odd = pattern(query_template='say "{value}",\nplease', target_id="büro; 1")
    [row] = read_csv((file.head() + file.row(row_of(odd)) + file.tail()).decode())
    assert tuple(row) == COLUMNS
    assert row["query_template"] == 'say "{value}",\nplease'
    assert (row["target_id"], row["avg_response_time"]) == ("büro; 1", "")
    assert row["last_used"] == "2025-12-29T10:30:00Z"
    assert json.loads(row["metadata"]) == {"metrics": {"profit": 3}}


def test_json_is_one_array_of_objects_also_of_none() -> None:
    for count in (0, 1, 3):
        file = JsonFile(COLUMNS)
        rows = b"".join(file.row(row_of(pattern(id=n))) for n in range(count))
        found = json.loads(file.head() + rows + file.tail())
        assert [row["id"] for row in found] == list(range(count))
        for row in found:
            assert tuple(row) == COLUMNS
            assert row["metadata"] == {"metrics": {"profit": 3}}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\uff1d1"]
)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "profit = loss", "Top {N}", "'=1", "a-b"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    file = CsvFile(COLUMNS)
    # csv reads a lone carriage return inside quotes back as it is
    [row] = read_csv((file.head() + file.row(row_of(pattern(target_id=text)))).decode())
    assert not row["target_id"].lstrip().startswith(("=", "+", "-", "@"))
    assert row["target_id"].removeprefix("'") == text.removeprefix("'")


async def test_admins_get_everything_and_analysts_what_is_shared(learning: Suite) -> None:
    await ask(learning, "Top 10 stocks by volume", "Show me profit for Q1 2024")
    await ask(learning, "Compare revenue across regions", who=learning.as_("bob"))
    await learned(learning, 2)
    await learned(learning, 1, who=learning.as_("bob"))
    shared = {("global", "*"), ("role_based", "analyst")}
    mine, his = ("user_specific", "ann"), ("user_specific", "bob")
    everything = await exported(learning)
    assert len(everything) == len({row["id"] for row in everything}) == 9
    assert kinds(everything) == {*shared, mine, his}
    assert kinds(await exported(learning, learning.as_())) == shared
    assert kinds(await exported(learning, learning.as_(), user_id="ann")) == {mine}
    assert kinds(await exported(learning, user_id="bob")) == {his}
    assert kinds(await exported(learning, pattern_type="user_specific")) == {mine, his}
    assert kinds(await exported(learning, learning.as_(), pattern_type="global")) == {
        ("global", "*")
    }
    elsewhere = learning.as_("root", "admin", org="other")
    assert await exported(learning, elsewhere) == []


async def test_a_file_has_a_type_and_a_name(suite: Suite) -> None:
    kind, headers, data = await export(suite, format="csv")
    assert kind == "text/csv; charset=utf-8"
    assert headers["content-disposition"].startswith('attachment; filename="attune-patterns-20')
    assert headers["content-disposition"].endswith('.csv"')
    assert b"".join(data).decode() == ",".join(COLUMNS) + "\r\n"
    kind, headers, data = await export(suite)
    assert (kind, json.loads(b"".join(data))) == ("application/json", [])


async def test_many_patterns_come_in_pieces_each_once(
    learning: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "EXPORT_ROWS", 3)
    monkeypatch.setattr("services.common.downloads.PIECE_BYTES", 1)
    await ask(learning, "when", "is it", "who was it", "why not", "so what", "and then", "if not")
    await learned(learning, 7)
    _, _, data = await export(learning, format="csv")
    assert len(data) > 7
    rows = read_csv(b"".join(data).decode())
    assert len(rows) == len({row["id"] for row in rows}) == 21
    assert len(await exported(learning, user_id="ann")) == 7


@pytest.mark.parametrize(
    ("role", "fields", "reason"),
    [
        ("analyst", {"user_id": "bob"}, "PERMISSION_DENIED"),
        ("analyst", {"pattern_type": "user_specific"}, "PERMISSION_DENIED"),
        ("viewer", {"user_id": "ann"}, "PERMISSION_DENIED"),
        ("admin", {"user_id": "ann", "pattern_type": "global"}, "INVALID_FIELD"),
        ("admin", {"format": "xml"}, "INVALID_FIELD"),
    ],
)
async def test_what_may_not_be_exported_is_refused_before_the_file_begins(
    suite: Suite, role: str, fields: dict[str, str], reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await export(suite, suite.as_("ann", role), **fields)
    assert reason_of(err.value) == reason
    if reason == "INVALID_FIELD":
        assert violations_of(err.value)


@pytest.mark.parametrize("kind", [JsonFile, CsvFile])
def test_times_stand_there_as_rest_writes_them(kind: type[JsonFile] | type[CsvFile]) -> None:
    row = kind(["at"]).row({"at": WHEN.replace(microsecond=500_000)})
    assert b"2025-12-29T10:30:00.5Z" in row
