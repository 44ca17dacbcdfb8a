import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from cli.local import placement
from cli.local.errors import LocalError, StartFailed
from cli.local.postgres import Postgres
from cli.local.process import free_ports, running
from cli.local.valkey import Valkey

PASSWORD = "pass word/@:%"  # needs quoting in a URL
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def server(folder: Path) -> Postgres:
    [port] = free_ports(1)
    return Postgres(folder, PASSWORD, port, durable=False)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place that PostgreSQL's user can enter, also where root runs the tests."""
    base = tmp_path_factory.mktemp("postgres")
    for part in (base, *base.parents[:2]):
        part.chmod(0o755)
    return base / "data"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    base = tmp_path_factory.mktemp("shared")
    for part in (base, *base.parents[:2]):
        part.chmod(0o755)
    postgres = server(base / "data")
    with running(postgres, base / "log"):
        yield postgres


async def fetch(postgres: Postgres, sql: str) -> object:
    conn = await asyncpg.connect(postgres.dsn())
    try:
        return await conn.fetchval(sql)
    finally:
        await conn.close()


async def execute(postgres: Postgres, sql: str) -> None:
    conn = await asyncpg.connect(postgres.dsn())
    try:
        await conn.execute(sql)
    finally:
        await conn.close()


async def test_it_is_postgresql_18_with_unicode(started: Postgres) -> None:
    assert str(await fetch(started, "SHOW server_version")).startswith("18.")
    assert await fetch(started, "SELECT upper('éàñ')") == "ÉÀÑ"
    assert await fetch(started, "SHOW server_encoding") == "UTF8"


async def test_nobody_gets_in_without_the_password(started: Postgres) -> None:
    for dsn in (started.dsn(password="wrong"), started.dsn(password="")):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(dsn)


async def test_every_rule_of_access_asks_for_a_password(started: Postgres) -> None:
    rules = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
    assert await fetch(started, rules) == "scram-sha-256"


async def test_it_listens_on_loopback_only_and_opens_no_socket_file(started: Postgres) -> None:
    assert await fetch(started, "SHOW listen_addresses") == "127.0.0.1"
    assert await fetch(started, "SHOW unix_socket_directories") == ""


def test_nobody_else_reads_the_data(started: Postgres) -> None:
    assert stat.S_IMODE(started.folder.stat().st_mode) == 0o700


async def test_commits_survive_a_kill_and_a_new_start(folder: Path) -> None:
    postgres, log = server(folder), folder.parent / "log"
    assert postgres.prepare()
    with running(postgres, log) as process:
        await execute(postgres, "CREATE TABLE t AS SELECT 7 AS n")
        process.kill()
        process.wait()
    again = server(folder)
    assert not again.prepare()
    with running(again, log):
        assert await fetch(again, "SELECT n FROM t") == 7


async def test_a_server_that_was_left_running_is_ended_first(folder: Path) -> None:
    postgres, log = server(folder), folder.parent / "log"
    with running(postgres, log) as orphan:
        again = server(folder)
        with running(again, log):
            assert orphan.poll() is not None
            assert await fetch(again, "SELECT 1") == 1


async def test_a_number_that_another_process_has_by_now_does_not_prevent_a_start(
    folder: Path,
) -> None:
    postgres, log = server(folder), folder.parent / "log"
    with running(postgres, log) as process:
        pid_file = folder / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        process.kill()
        process.wait()
    with running(Valkey(folder.parent / "valkey", "secret", free_ports(1)[0]), log) as other:
        pid_file.write_text("\n".join([str(other.pid), *lines[1:]]))
        with running(postgres, log):
            assert await fetch(postgres, "SELECT 1") == 1
        assert other.poll() is None


async def test_half_an_initialisation_is_thrown_away(folder: Path) -> None:
    half = folder.with_name("data.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    postgres = server(folder)
    with running(postgres, folder.parent / "log"):
        assert await fetch(postgres, "SELECT 1") == 1


def test_a_folder_with_something_else_in_it_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("all of it")
    with pytest.raises(LocalError, match="holds something else"):
        server(folder).prepare()
    assert (folder / "thesis.txt").read_text() == "all of it"
    assert not folder.with_name("data.new").exists()


def test_a_port_in_use_is_told_with_the_servers_own_words(folder: Path, started: Postgres) -> None:
    second = Postgres(folder, PASSWORD, started.port, durable=False)
    with (
        pytest.raises(StartFailed, match=r"(?s)postgres ended.*Address already in use"),
        running(second, folder.parent / "log"),
    ):
        pass


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A home in a folder that only root enters."""
    place = tmp_path / "private"
    place.mkdir(mode=0o700)
    home = place / "checkout" / ".attune"
    home.mkdir(parents=True)
    return home


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("state")
    for part in (base, *base.parents[:2]):
        part.chmod(0o755)
    return base / "attune"


@as_root
async def test_a_checkout_that_only_root_enters_has_its_data_elsewhere(
    closed: Path, state: Path
) -> None:
    folder = placement.data_folder(closed, placement.POSTGRES_USER, state)
    assert folder.is_relative_to(state)
    assert (closed / "postgres").readlink() == folder
    postgres = server(folder)
    with running(postgres, closed / "log"):
        await execute(postgres, "CREATE TABLE t AS SELECT 7 AS n")
    assert placement.data_folder(closed, placement.POSTGRES_USER, state) == folder
    with running(postgres, closed / "log"):
        assert await fetch(postgres, "SELECT n FROM t") == 7


@as_root
def test_a_checkout_that_moves_keeps_its_data(closed: Path, state: Path) -> None:
    before = placement.data_folder(closed, "nobody", state)
    before.mkdir()
    moved = closed.parent.rename(closed.parent.with_name("moved")) / ".attune"
    assert placement.data_folder(moved, "nobody", state) == before


@as_root
def test_a_copy_of_a_checkout_gets_data_of_its_own(closed: Path, state: Path) -> None:
    original = placement.data_folder(closed, "nobody", state)
    original.mkdir()
    copy = closed.parent.with_name("copy") / ".attune"
    copy.mkdir(parents=True)
    (copy / "postgres").symlink_to(original)
    assert placement.data_folder(copy, "nobody", state) != original
    assert placement.data_folder(closed, "nobody", state) == original


@as_root
def test_a_removed_home_starts_anew_and_the_old_data_are_put_aside(
    closed: Path, state: Path
) -> None:
    folder = placement.data_folder(closed, "nobody", state)
    folder.mkdir()
    (folder / "PG_VERSION").touch()
    (closed / "postgres").unlink()
    assert placement.data_folder(closed, "nobody", state) == folder
    assert not folder.exists()
    aside = folder.parent.with_name(f"{folder.parent.name}.previous")
    assert (aside / "postgres" / "PG_VERSION").exists()


@as_root
async def test_binaries_that_only_root_reads_are_copied_once(
    state: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "can_enter", lambda _folder, _user: False)
    found = placement.installation("nobody", state)
    assert found.is_relative_to(state)
    stamp = (found / "bin" / "postgres").stat().st_ino
    assert (placement.installation("nobody", state) / "bin" / "postgres").stat().st_ino == stamp
    postgres = replace(server(folder), state=state)
    with running(postgres, folder.parent / "log") as process:
        executable = os.readlink(f"/proc/{process.pid}/exe")
        assert executable == str(found / "bin" / "postgres")
        process.send_signal(signal.SIGINT)
        process.wait()
