"""Connections and their words, from a folder that changes under the service's feet."""

import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.suggestions.catalogue import Catalogue
from services.suggestions.templates.extract import extract
from tests.clock import Clock

PROFIT = 'metrics = [{ name = "profit" }]'
CHURN = 'metrics = [{ name = "churn" }]'


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme").mkdir()
    write(tmp_path / "acme" / "sales.toml", PROFIT)
    return tmp_path


@pytest.fixture
def catalogue(folder: Path, clock: Clock) -> Catalogue:
    return Catalogue(str(folder), clock)


def write(path: Path, text: str) -> None:
    """Write a file whose time of change differs, however coarse the file system's clock is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def knows(catalogue: Catalogue, word: str, connection: str = "sales", org: str = "acme") -> bool:
    vocabulary = catalogue.connection(org, connection)
    assert vocabulary
    return extract(word, vocabulary).text == "{metric}"


def test_each_organization_has_its_own_connections(folder: Path, clock: Clock) -> None:
    (folder / "other").mkdir()
    write(folder / "other" / "sales.toml", CHURN)
    catalogue = Catalogue(str(folder), clock)
    assert knows(catalogue, "profit")
    assert not knows(catalogue, "churn")
    assert knows(catalogue, "churn", org="other")
    assert catalogue.connection("third", "sales") is None
    assert catalogue.connection("acme", "unknown") is None


def test_a_changed_file_is_seen_after_a_second(
    catalogue: Catalogue, folder: Path, clock: Clock
) -> None:
    assert not knows(catalogue, "churn")
    before = catalogue.connection("acme", "sales")
    write(folder / "acme" / "sales.toml", CHURN)
    assert catalogue.connection("acme", "sales") is before
    clock.advance(seconds=1)
    assert knows(catalogue, "churn")
    after = catalogue.connection("acme", "sales")
    assert before
    assert after
    assert before.version != after.version


def test_files_that_come_and_go_are_noticed(
    catalogue: Catalogue, folder: Path, clock: Clock
) -> None:
    assert catalogue.connection("acme", "support") is None
    write(folder / "acme" / "support.toml", CHURN)
    clock.advance(seconds=1)
    assert knows(catalogue, "churn", "support")
    (folder / "acme" / "sales.toml").unlink()
    clock.advance(seconds=1)
    assert catalogue.connection("acme", "sales") is None


@pytest.mark.parametrize("text", ["metrics = [", "metrics = 5", "\udcff", ""])
def test_a_file_that_cannot_be_read_keeps_its_last_good_state(
    catalogue: Catalogue, folder: Path, clock: Clock, text: str
) -> None:
    assert knows(catalogue, "profit")
    path = folder / "acme" / "sales.toml"
    write(path, "")
    path.write_bytes(text.encode(errors="surrogateescape"))
    clock.advance(seconds=1)
    with capture_logs() as logs:
        kept = catalogue.connection("acme", "sales")
    assert kept
    if text:
        assert extract("profit", kept).text == "{metric}"
        assert [entry["event"] for entry in logs] == ["vocabulary not read"]
    write(path, CHURN)
    clock.advance(seconds=1)
    assert knows(catalogue, "churn")


@pytest.mark.parametrize(
    ("org", "connection"),
    [
        ("..", "sales"),
        (".", "sales"),
        ("acme/../acme", "sales"),
        ("acme", "../acme/sales"),
        ("acme", "sales.toml"),
        ("acme", ""),
        ("", "acme"),
        ("acme\0", "sales"),
        ("ACME", "sales"),
    ],
)
def test_a_name_is_never_a_path(catalogue: Catalogue, org: str, connection: str) -> None:
    assert catalogue.connection(org, connection) is None


def test_everything_holds_the_words_of_all_connections(
    catalogue: Catalogue, folder: Path, clock: Clock
) -> None:
    write(folder / "acme" / "support.toml", CHURN)
    words = catalogue.everything("acme")
    assert extract("profit and churn", words).text == "{metric} and {metric}"
    assert extract("profit", catalogue.everything("other")).text == "profit"


@pytest.mark.parametrize("setting", ["", "/nowhere/at/all"])
def test_without_a_folder_there_are_no_connections(setting: str, clock: Clock) -> None:
    catalogue = Catalogue(setting, clock)
    assert catalogue.connection("acme", "sales") is None
    assert extract("profit", catalogue.everything("acme")).text == "profit"


def test_what_is_no_vocabulary_is_left_alone(
    catalogue: Catalogue, folder: Path, clock: Clock
) -> None:
    (folder / "acme" / "notes.txt").write_text("not TOML")
    (folder / "acme" / "deep.toml").mkdir()
    (folder / "loose.toml").write_text(CHURN)
    with capture_logs():
        assert knows(catalogue, "profit")
        assert catalogue.connection("acme", "notes") is None
        assert catalogue.connection("acme", "deep") is None
        assert catalogue.connection("loose.toml", "sales") is None


def test_ids_from_outside_are_not_remembered(catalogue: Catalogue) -> None:
    for n in range(50):
        assert catalogue.connection(f"stranger{n}", "sales") is None
    assert len(catalogue._organizations) == 0
