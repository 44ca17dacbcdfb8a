import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import __version__
from cli.commands.jobs import show
from cli.commands.keys import show as show_keys
from cli.local.files import locked
from cli.local.probes import Probe
from cli.local.process import free_ports
from cli.local.state import ProcessState, RunState, read_state, write_state
from services.common.jobs import JobState
from tests.cli.conftest import Attune

ADDRESS = "http://127.0.0.1:8000"


@contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def process(name: str, port: int) -> ProcessState:
    probe = Probe("tcp", f"127.0.0.1:{port}")
    metrics = "127.0.0.1:9464"
    return ProcessState(name, os.getpid(), 0.0, 2, f"127.0.0.1:{port}", probe, metrics)


@contextmanager
def running(home: Path, *processes: ProcessState) -> Iterator[None]:
    """What a launcher leaves in its home while it runs."""
    with locked(home / "run.lock", wait=False):
        write_state(home, RunState(os.getpid(), ADDRESS, "postgresql://nobody@x/y", processes))
        yield


def test_a_second_run_says_where_the_first_one_is(attune: Attune, home: Path) -> None:
    with running(home):
        outcome = attune("run")
    assert outcome.code == 1
    assert outcome.err == (
        f"attune: Attune is running already at {ADDRESS} (process {os.getpid()}).\n"
    )


def test_a_port_in_use_names_the_variable_to_change(
    attune: Attune, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as port:
        monkeypatch.setenv("ATTUNE_HTTP_PORT", str(port))
        outcome = attune("run")
    assert outcome.code == 1
    assert f"Port {port} on 127.0.0.1 is in use" in outcome.err
    assert f"ATTUNE_HTTP_PORT={port + 1} make run" in outcome.err


@pytest.mark.parametrize("value", ["http", "-1", "65536", "80.5"])
def test_a_port_that_is_none_is_a_usage_error(
    attune: Attune, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ATTUNE_HTTP_PORT", value)
    outcome = attune("run")
    assert outcome.code == 2
    assert "ATTUNE_HTTP_PORT must be a port number" in outcome.err


def test_status_of_what_does_not_run(attune: Attune) -> None:
    outcome = attune("status")
    assert outcome.code == 3
    assert "not running" in outcome.err


def test_status_of_what_does_not_run_as_json(attune: Attune) -> None:
    outcome = attune("status", "--json")
    assert outcome.code == 3
    assert json.loads(outcome.out) == {
        "running": False,
        "error": "Attune is not running. Start it with `make run`.",
    }


def test_a_launcher_that_was_killed_does_not_run(attune: Attune, home: Path) -> None:
    with running(home):
        pass
    assert attune("status").code == 3


def test_status_is_good_where_every_process_answers(attune: Attune, home: Path) -> None:
    with listening() as port, running(home, process("gateway", port)):
        outcome = attune("status", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out) == {
        "running": True,
        "address": ADDRESS,
        "pid": os.getpid(),
        "processes": [
            {
                "name": "gateway",
                "ready": True,
                "address": f"127.0.0.1:{port}",
                "metrics": "http://127.0.0.1:9464/metrics",
                "pid": os.getpid(),
                "restarts": 2,
            }
        ],
    }


def test_status_names_the_process_that_does_not_answer(attune: Attune, home: Path) -> None:
    [closed] = free_ports(1)
    with (
        listening() as port,
        running(home, process("gateway", port), process("worker", closed)),
    ):
        outcome = attune("status")
    assert outcome.code == 1
    lines = {line.split()[0]: line for line in outcome.out.splitlines() if line.strip()}
    assert "not ready" in lines["worker"]
    assert "not ready" not in lines["gateway"]
    assert all("127.0.0.1:9464" in lines[name] for name in ("worker", "gateway"))


@pytest.mark.parametrize(
    "args",
    [
        ("migrate",),
        ("jobs", "list"),
        ("jobs", "run", "x"),
        ("patterns", "rebuild"),
        ("keys", "list"),
        ("encryption", "status"),
        ("encryption", "rotate"),
        ("import", "conversations", __file__),
        ("patterns", "export"),
        ("llm", "usage"),
        ("llm", "budget", "--org", "acme"),
    ],
)
def test_what_needs_a_running_suite_says_so(attune: Attune, args: tuple[str, ...]) -> None:
    outcome = attune(*args)
    assert outcome.code == 3
    assert outcome.err.startswith("attune: ")
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    "args", [("migrate",), ("jobs", "list"), ("jobs", "run", "x"), ("patterns", "rebuild")]
)
def test_a_script_gets_what_went_wrong_as_json_too(attune: Attune, args: tuple[str, ...]) -> None:
    outcome = attune(*args, "--json")
    assert outcome.code == 3
    told = json.loads(outcome.out)
    assert told.keys() == {"error"}
    assert outcome.err == f"attune: {told['error']}\n"


def test_it_tells_its_version(attune: Attune) -> None:
    outcome = attune("--version")
    assert (outcome.code, outcome.out) == (0, f"attune {__version__}\n")


def test_the_table_of_jobs_cuts_no_name_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    name = "a_job_with_a_name_of_more_than_forty_letters"
    show([("suggestions", JobState(name, "*/10 * * * *", now, now, now, "it went wrong"))])
    line = capsys.readouterr().out.splitlines()[1]
    shown = [cell.strip() for cell in line.split("  ") if cell.strip()]
    assert shown == [name, "suggestions", "*/10 * * * *", "2026-01-02 03:04:05", "failed"]


def test_the_table_of_keys_cuts_no_id_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    key = {
        "id": "k5x2m7q4dn3wzv6a",
        "name": "the nightly import of [all] of the warehouses of the north",
        "user_id": "key:k5x2m7q4dn3wzv6a",
        "role": "viewer",
        "scopes": ["activity:write", "activity:read"],
    }
    show_keys([key])
    line = capsys.readouterr().out.splitlines()[1]
    for field in ("id", "name", "user_id"):
        assert str(key[field]) in line


@pytest.mark.parametrize("args", [("migrate",), ("jobs", "list")])
@pytest.mark.parametrize("url", ["postgresql://a:b@127.0.0.1:{port}/x", "nonsense://"])
def test_a_database_that_is_not_there_is_one_sentence(
    attune: Attune, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], url: str
) -> None:
    [closed] = free_ports(1)
    monkeypatch.setenv("ATTUNE_DATABASE_URL", url.format(port=closed))
    outcome = attune(*args)
    assert outcome.code == 1
    assert outcome.err.startswith("attune: Cannot ")
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("run",),
        ("status",),
        ("token",),
        ("migrate",),
        ("patterns",),
        ("patterns", "rebuild"),
        ("patterns", "export"),
        ("jobs",),
        ("jobs", "list"),
        ("jobs", "run"),
        ("keys",),
        ("keys", "create"),
        ("keys", "list"),
        ("keys", "revoke"),
        ("encryption",),
        ("encryption", "status"),
        ("encryption", "rotate"),
        ("import",),
        ("import", "conversations"),
        ("llm",),
        ("llm", "usage"),
        ("llm", "budget"),
    ],
)
def test_every_command_explains_itself(attune: Attune, args: tuple[str, ...]) -> None:
    outcome = attune(*args, "--help")
    assert outcome.code == 0
    assert "Usage" in outcome.out


def test_help_is_wrapped_at_the_width_of_the_terminal(
    attune: Attune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = attune("profiles", "rebuild", "--help").out
    lines = [line.strip() for line in told.splitlines()]
    first = lines.index(next(line for line in lines if line.startswith("Calls the running")))
    assert lines[first + 1] == (
        "identity provider of your own, put an administrator's token into ATTUNE_TOKEN."
    )


def test_an_unknown_command_is_a_usage_error(attune: Attune) -> None:
    assert attune("nonsense").code == 2


def test_the_state_of_a_run_is_private_and_comes_back_whole(home: Path) -> None:
    state = RunState(1, ADDRESS, "postgresql://", (process("gateway", 1),))
    write_state(home, state)
    assert read_state(home) == state
    assert (home / "run.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "{}", '{"processes": 1}'])
def test_a_damaged_state_is_none(home: Path, text: str) -> None:
    (home / "run.json").write_text(text)
    assert read_state(home) is None
