"""The whole suite by `attune run`, as a newcomer meets it."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import psutil
import pytest

from cli.local.postgres import Postgres
from cli.local.process import free_ports, running
from cli.local.state import read_state
from cli.local.suite import SUGGESTIONS_PROCESSES
from cli.local.valkey import Valkey

READY = "Ctrl-C stops everything"

SERVICES = {"activity", "suggestions", "analytics", "worker", "gateway"} | {
    f"suggestions-{number}" for number in range(2, SUGGESTIONS_PROCESSES + 1)
}


@dataclass
class Launcher:
    """A launcher with a home and a port of its own."""

    home: Path
    port: int
    variables: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        mine = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
        paths = os.pathsep.join(path for path in sys.path if path)
        home = {"ATTUNE_HOME": str(self.home), "ATTUNE_HTTP_PORT": str(self.port)}
        return mine | home | {"PYTHONPATH": paths} | self.variables

    def start(self) -> None:
        self.output.clear()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", "run"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.read_until(READY)

    def read_until(self, wanted: str) -> None:
        assert self.process
        assert self.process.stdout
        for line in self.process.stdout:
            self.output.append(line)
            if wanted in line:
                return
        pytest.fail(f"it ended before it said {wanted!r}:\n{self.said}")

    def attune(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli", *args]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.attune("status", "--json").stdout)
        return found

    def pid_of(self, name: str) -> int:
        state = read_state(self.home)
        assert state
        return next(p.pid for p in state.processes if p.name == name)

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        assert self.process
        assert self.process.stdout
        with self.process:
            self.process.send_signal(sign)
            self.output += self.process.stdout.readlines()
            return self.process.wait(60)

    @property
    def said(self) -> str:
        return "".join(self.output)


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    with TemporaryDirectory(prefix="attune-run-") as name:
        Path(name).chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
        [port] = free_ports(1)
        made = Launcher(Path(name) / "home", port)
        made.start()
        yield made
        if made.process and made.process.poll() is None:
            made.stop()


def test_it_says_what_it_starts_and_where_it_is(launcher: Launcher) -> None:
    for words in ("PostgreSQL", "Valkey", "Migrations", "Gateway", "300 activities of 12 people"):
        assert words in launcher.said
    assert f"http://127.0.0.1:{launcher.port}/docs" in launcher.said


def test_the_command_that_it_prints_works_when_pasted(launcher: Launcher) -> None:
    shown = re.search(r"curl -X POST '(\S+)' \\\n  -H 'Authorization: (.+)'\n", launcher.said)
    assert shown
    answer = httpx2.post(shown[1], headers={"Authorization": shown[2]})
    assert answer.status_code == 200
    assert answer.json()["partial_query"] == "show me profit"
    assert answer.json()["count"] > 0


def test_every_process_is_ready(launcher: Launcher) -> None:
    assert launcher.attune("status").returncode == 0
    names = {p["name"] for p in launcher.status()["processes"] if p["ready"]}
    assert names == {"postgres", "valkey", *SERVICES}


def test_nothing_listens_beyond_loopback(launcher: Launcher) -> None:
    hosts = {
        connection.laddr.ip.removeprefix("::ffff:")  # gRPC listens by IPv6's name of IPv4
        for process in launcher.status()["processes"]
        for connection in psutil.Process(process["pid"]).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert hosts == {"127.0.0.1"}


def test_a_second_one_says_where_the_first_one_is(launcher: Launcher) -> None:
    second = launcher.attune("run")
    assert second.returncode == 1
    assert f"running already at http://127.0.0.1:{launcher.port}" in second.stderr


def test_patterns_are_rebuilt_on_demand(launcher: Launcher) -> None:
    done = launcher.attune("patterns", "rebuild")
    assert done.stdout == "Updated patterns for 12 users\n", done.stderr


def test_a_key_is_made_used_listed_and_revoked(launcher: Launcher) -> None:
    made = launcher.attune("keys", "create", "import", "--scope", "activity:write")
    assert made.stdout.startswith("attune_"), made.stderr
    assert (made.stdout.count("\n"), made.stderr) == (1, "It acts as attune-cli, as admin.\n")
    key = made.stdout.strip()
    who = httpx2.get(
        f"http://127.0.0.1:{launcher.port}/api/v1/me", headers={"Authorization": f"Bearer {key}"}
    ).json()
    assert (who["user_id"], who["scopes"]) == ("attune-cli", ["activity:write"])
    [listed] = json.loads(launcher.attune("keys", "list", "--json").stdout)
    assert listed["id"] == who["api_key_id"]
    table = launcher.attune("keys", "list").stdout
    assert listed["id"] in table
    assert key not in table
    assert "is revoked" in launcher.attune("keys", "revoke", listed["id"]).stderr
    assert json.loads(launcher.attune("keys", "list", "--json").stdout) == []
    logs = "".join(path.read_text() for path in (launcher.home / "logs").iterdir())
    assert key not in logs
    assert key.split("_")[3] not in logs


def test_the_commands_of_keys_name_what_is_wrong(launcher: Launcher) -> None:
    create = ("keys", "create", "x", "--scope")
    for args, code, said in (
        ((*create, "everything"), 1, "scopes[0]: must be one of"),
        ((*create, "activity:read", "--expires", "soon"), 2, "no lifetime"),
        (("keys", "revoke", "a/b"), 1, "no API key"),
        (("keys", "create", "x"), 2, "--scope"),
    ):
        done = launcher.attune(*args)
        assert (done.returncode, done.stdout) == (code, "")
        assert said in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("keys", "list"),
        ("keys", "create", "x", "--scope", "activity:read"),
        ("keys", "revoke", "x"),
        ("patterns", "export"),
        ("patterns", "rebuild"),
    ],
)
def test_an_organization_that_is_not_there_is_said_and_not_made(
    launcher: Launcher, args: tuple[str, ...]
) -> None:
    for _ in range(2):
        done = launcher.attune(*args, "--org", "samlpe")
        assert (done.returncode, done.stdout) == (1, "")
        assert "There is no organization 'samlpe'" in done.stderr


def test_a_token_of_another_organization_is_said(launcher: Launcher) -> None:
    token = launcher.attune("token", "--role", "admin").stdout.strip()
    launcher.variables["ATTUNE_TOKEN"] = token
    try:
        assert launcher.attune("keys", "list", "--org", "sample").returncode == 0
        done = launcher.attune("keys", "list", "--org", "other")
    finally:
        del launcher.variables["ATTUNE_TOKEN"]
    assert (done.returncode, done.stdout) == (1, "")
    assert "ATTUNE_TOKEN is of the organization 'sample'" in done.stderr


def test_patterns_are_exported_to_a_file_or_to_a_pipe(launcher: Launcher, tmp_path: Path) -> None:
    file = tmp_path / "patterns.csv"
    done = launcher.attune("patterns", "export", "--format", "csv", "-o", str(file))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    rows = list(csv.DictReader(file.read_text().splitlines()))
    printed = json.loads(launcher.attune("patterns", "export").stdout)
    assert {row["id"] for row in rows} == {str(row["id"]) for row in printed} != set()
    assert sorted(tmp_path.iterdir()) == [file]


def test_an_export_that_is_refused_leaves_no_file(launcher: Launcher, tmp_path: Path) -> None:
    given = ("--type", "global", "--user", "analyst001", "-o", str(tmp_path / "x.json"))
    done = launcher.attune("patterns", "export", *given)
    assert done.returncode == 1
    assert "user_specific" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_all_jobs_are_listed_and_one_for_an_organization_names_its_command(
    launcher: Launcher,
) -> None:
    listed = {job["name"] for job in json.loads(launcher.attune("jobs", "list", "--json").stdout)}
    assert {"join_waiting_clicks", "drop_old_servings", "rebuild_patterns"} <= listed
    done = launcher.attune("jobs", "run", "rebuild_patterns")
    assert done.returncode == 1
    assert "attune patterns rebuild" in done.stderr


def test_jobs_are_listed_and_run_by_hand(launcher: Launcher) -> None:
    done = launcher.attune("jobs", "run", "ensure_partitions", "--json")
    assert done.returncode == 0, done.stderr
    ran = {(job["service"], job["name"], job["status"]) for job in json.loads(done.stdout)}
    assert ran == {
        ("activity", "ensure_partitions", "ok"),
        ("suggestions", "ensure_partitions", "ok"),
        ("analytics", "ensure_partitions", "ok"),
    }
    listed = json.loads(launcher.attune("jobs", "list", "--json").stdout)
    states = {job["status"] for job in listed if job["name"] == "ensure_partitions"}
    assert states == {"ok"}


def test_a_job_that_is_not_there_is_one_sentence(launcher: Launcher) -> None:
    done = launcher.attune("jobs", "run", "nonsense")
    assert done.returncode == 1
    assert done.stderr.startswith("attune: No job is named 'nonsense'")


def test_the_database_is_up_to_date(launcher: Launcher) -> None:
    done = launcher.attune("migrate", "--json")
    assert json.loads(done.stdout) == {"applied": []}


@pytest.mark.parametrize("name", ["suggestions", "postgres"])
def test_a_process_that_dies_is_started_again_and_said_so(launcher: Launcher, name: str) -> None:
    os.kill(launcher.pid_of(name), signal.SIGKILL)
    launcher.read_until(f"{name} ended by SIGKILL; starting it again")
    launcher.read_until(f"{name} is running again")


def test_it_stops_cleanly_and_the_next_start_finds_the_data(launcher: Launcher) -> None:
    state = read_state(launcher.home)
    assert state
    assert launcher.stop() == 0
    assert "Stopped. The data stay in" in launcher.said
    assert not any(psutil.pid_exists(process.pid) for process in state.processes)
    assert launcher.attune("status").returncode == 3
    launcher.start()
    assert "Sample workspace" not in launcher.said
    token = launcher.attune("token").stdout.strip()
    history = httpx2.get(
        f"http://127.0.0.1:{launcher.port}/api/v1/activity/history",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert history.json()["count"] == 25


def test_a_killed_launcher_leaves_nothing_that_prevents_the_next_start(launcher: Launcher) -> None:
    state = read_state(launcher.home)
    assert state
    assert launcher.stop(signal.SIGKILL) == -signal.SIGKILL
    launcher.start()
    assert not any(psutil.pid_exists(process.pid) for process in state.processes)
    assert launcher.attune("status").returncode == 0
    assert launcher.stop(signal.SIGTERM) == 0


def test_a_database_and_a_redis_of_ones_own_take_the_place_of_the_embedded_ones() -> None:
    with TemporaryDirectory(prefix="attune-run-") as name:
        base = Path(name)
        base.chmod(0o755)
        ports = free_ports(3)
        postgres = Postgres(base / "postgres", "external", ports[0], durable=False)
        valkey = Valkey(base / "valkey", "external", ports[1], durable=False)
        given = {"ATTUNE_DATABASE_URL": postgres.dsn(), "ATTUNE_REDIS_URL": valkey.url()}
        launcher = Launcher(base / "home", ports[2], given)
        with running(postgres, base / "postgres.log"), running(valkey, base / "valkey.log"):
            launcher.start()
            names = {process["name"] for process in launcher.status()["processes"]}
            assert launcher.stop() == 0
        assert names == SERVICES
        assert not (launcher.home / "postgres").exists()
