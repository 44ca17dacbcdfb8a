"""run.json: what the launcher runs, for `attune status` and for the launcher that comes after."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.local.files import locked, write_private
from cli.local.orphans import start_time
from cli.local.probes import Probe
from cli.local.supervisor import Child


@dataclass(frozen=True)
class ProcessState:
    """One process. `started` tells a number's process from a later one that got the same number."""

    name: str
    pid: int
    started: float
    restarts: int
    address: str
    probe: Probe | None
    metrics: str = ""


@dataclass(frozen=True)
class RunState:
    """One run of the suite. `database_url` holds a password, as the file's mode allows."""

    pid: int
    address: str
    database_url: str
    processes: tuple[ProcessState, ...]


def process_states(
    children: Iterable[Child], addresses: Mapping[str, str], metrics: Mapping[str, str]
) -> tuple[ProcessState, ...]:
    return tuple(
        ProcessState(
            name=child.program.name,
            pid=child.process.pid,
            started=start_time(child.process.pid),
            restarts=child.restarts,
            address=addresses.get(child.program.name, ""),
            probe=child.program.probe,
            metrics=metrics.get(child.program.name, ""),
        )
        for child in children
        if child.process
    )


def write_state(home: Path, state: RunState) -> None:
    write_private(home / "run.json", json.dumps(asdict(state), indent=2) + "\n")


def read_state(home: Path) -> RunState | None:
    """The newest run, over or not; None where there was none or it ended cleanly."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        data = json.loads((home / "run.json").read_text())
        processes = tuple(
            ProcessState(**{**p, "probe": Probe(**p["probe"]) if p["probe"] else None})
            for p in data.pop("processes")
        )
        return RunState(processes=processes, **data)
    return None


def remove_state(home: Path) -> None:
    (home / "run.json").unlink(missing_ok=True)


def is_running(home: Path) -> bool:
    """Whether a launcher holds the lock of this home."""
    if not (home / "run.lock").exists():
        return False
    try:
        with locked(home / "run.lock", wait=False):
            return False
    except BlockingIOError:
        return True
