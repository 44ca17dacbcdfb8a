import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.__main__ import main


@dataclass(frozen=True)
class Outcome:
    code: object
    out: str
    err: str


Attune = Callable[..., Outcome]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def attune(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Attune:
    """Run the command in this process, with a home of its own."""

    def call(*args: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["attune", *args])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return Outcome(ended.value.code, written.out, written.err)

    return call
