from pathlib import Path

from cli.local.logs import RotatingLog


def test_a_log_goes_on_where_it_ended(tmp_path: Path) -> None:
    for line in (b"one\n", b"two\n"):
        log = RotatingLog(tmp_path / "a.log")
        log.write(line)
        log.close()
    assert (tmp_path / "a.log").read_bytes() == b"one\ntwo\n"


def test_a_full_log_is_put_aside_and_only_the_newest_are_kept(tmp_path: Path) -> None:
    log = RotatingLog(tmp_path / "a.log", limit=4)
    for line in (b"111\n", b"222\n", b"333\n", b"444\n", b"5\n"):
        log.write(line)
    log.close()
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"a.log": b"5\n", "a.log.1": b"444\n", "a.log.2": b"333\n"}
