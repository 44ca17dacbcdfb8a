"""`attune sql check`."""

import asyncio
import json
import os
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from tests.cli.conftest import Attune
from tests.suite import Servers

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "sql"
OWN = Path(__file__).parent / "statements"


def told(outcome_out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in outcome_out.splitlines()]


def test_each_line_gets_a_verdict_in_order(attune: Attune, tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_text(
        '{"sql": "SELECT 1 FROM anything"}\n'
        '{"sql": "SELECT \'é\', pg_sleep(1)", "source": "a list"}\n'
        "\n"
        '{"sql": 7}\n'
        '["sql"]\n'
        "no JSON\n"
        '{"sql": "\\ud800"}\n'
        '{"sql": "VALUES (1)"}'
    )
    outcome = attune("sql", "check", str(file), "--schema-free")
    verdicts = told(outcome.out)
    assert outcome.code == 0
    assert [v["allowed"] for v in verdicts] == [True, False, False, False, False, False, True]
    assert verdicts[0] == {"allowed": True, "reason": None}
    assert "pg_sleep()" in str(verdicts[1]["reason"])
    assert verdicts[1]["position"] == 12


def test_bytes_that_are_no_text_are_a_line_that_is_not_allowed(
    attune: Attune, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = b'\xff\xfe\n{"sql": "\xff"}\n' + b"[" * 100_000 + b'\n{"sql": "TABLE t"}\n'
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(lines)))
    outcome = attune("sql", "check", "-", "--schema-free")
    assert [v["allowed"] for v in told(outcome.out)] == [False, False, False, True]


async def test_of_a_connection_only_what_it_has_is_allowed(
    attune: Attune,
    servers: Servers,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ATTUNE_DATABASE_URL", servers.admin_dsn(database))
    file = tmp_path / "statements.jsonl"
    statements = ["SELECT event FROM events", "SELECT 1 FROM orders", "SELECT version()"]
    file.write_text("\n".join(json.dumps({"sql": sql}) for sql in statements))
    outcome = await asyncio.to_thread(attune, "sql", "check", str(file))
    assert [v["allowed"] for v in told(outcome.out)] == [True, False, True]
    outcome = await asyncio.to_thread(attune, "sql", "check", str(file), "--connection", "shop")
    assert outcome.code == 1
    assert "sample has no connection 'shop'" in outcome.err


def test_a_file_that_is_not_there_is_a_usage_error(attune: Attune) -> None:
    outcome = attune("sql", "check", "nowhere.jsonl", "--schema-free")
    assert outcome.code == 2
    assert "nowhere.jsonl: No such file" in outcome.err


@pytest.mark.parametrize("folder", [OWN, SAMPLE], ids=["own", "shared"])
@pytest.mark.parametrize(("name", "allowed"), [("must_accept", True), ("must_refuse", False)])
def test_no_statement_escapes_and_none_is_refused_falsely(
    attune: Attune, folder: Path, name: str, allowed: bool
) -> None:
    file = folder / f"{name}.jsonl"
    if not file.exists():
        pytest.skip(f"{os.path.relpath(file)} is not here")
    outcome = attune("sql", "check", str(file), "--schema-free")
    statements = [json.loads(line)["sql"] for line in file.read_text().splitlines()]
    wrong = [
        sql
        for sql, verdict in zip(statements, told(outcome.out), strict=True)
        if verdict["allowed"] is not allowed
    ]
    assert wrong == []
    assert len(statements) > 50
