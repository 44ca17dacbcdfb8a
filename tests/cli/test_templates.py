"""`attune templates` reads questions and prints their patterns; nothing needs to run."""

import json
from pathlib import Path

from typer.testing import CliRunner

from cli.__main__ import app

QUESTIONS = "orders of Goran in total\nOrders of bilal in total\n\norders of gdansk in total\n"


def run(*args: str, piped: str = "") -> str:
    result = CliRunner().invoke(app, ["templates", *args], input=piped)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_each_line_has_a_template_equal_for_one_pattern(tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text(QUESTIONS)
    pattern = "orders of {value} in total"
    assert run(str(file)).splitlines() == [pattern, pattern, "", pattern]
    assert run("-", piped=QUESTIONS) == run(str(file))


def test_json_tells_the_slots_too(tmp_path: Path) -> None:
    first = json.loads(run("-", "--json", piped=QUESTIONS))[0]
    assert first["slots"] == [{"kind": "value", "text": "Goran", "start": 10, "end": 15}]


def test_a_vocabulary_names_more(tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    words.write_text('[[metrics]]\nname = "margin"\n')
    assert run("-", "--vocabulary", str(words), piped="show margin") == "show {metric}\n"
