"""Child processes that do not outlive the launcher."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cli.local.errors import StartFailed
from cli.local.placement import as_user
from cli.local.probes import Probe

PROBE_SECONDS = 0.03

# A launcher that dies before `setpriv` has asked for the signal never causes one, so the parent is
# looked at once more afterwards: from then on, either it lives or the signal comes.
IF_PARENT_LIVES = '[ "$PPID" = "$1" ] || exit 1; shift; exec "$@"'


@dataclass(frozen=True)
class Program:
    """What to run and how to stop it.

    `orphan_signal` is what the kernel sends when the launcher is gone, even by SIGKILL.
    `memory` bounds the address space of each of its processes, in bytes.
    """

    name: str
    command: tuple[str, ...]
    probe: Probe | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    user: str | None = None
    folder: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    grace: float = 10.0
    memory: int | None = None


class Embedded(Protocol):
    """A server that comes in a wheel."""

    def prepare(self) -> bool: ...
    def program(self) -> Program: ...
    def is_ready(self) -> bool: ...


def argv(program: Program) -> tuple[str, ...]:
    """The command, tied to this process, which starts it, where Linux has util-linux; bounded."""
    command = program.command
    if program.memory and (prlimit := shutil.which("prlimit")):
        command = (prlimit, f"--as={program.memory}", "--", *command)
    if setpriv := shutil.which("setpriv"):
        guarded = ("/bin/sh", "-c", IF_PARENT_LIVES, "sh", str(os.getpid()), *command)
        command = (setpriv, "--pdeathsig", program.orphan_signal.name, "--", *guarded)
    return command


def spawn_options(program: Program) -> dict[str, Any]:
    """Keyword arguments of Popen. A session of its own keeps Ctrl-C for the launcher alone."""
    return {
        "env": dict(program.environment),
        "cwd": program.folder,
        "stdin": subprocess.DEVNULL,
        "start_new_session": True,
        **as_user(program.user),
    }


@contextmanager
def running(
    server: Embedded, log: Path, timeout: float = 30.0
) -> Iterator[subprocess.Popen[bytes]]:
    """Run an embedded server until the block ends: for tests and benchmarks.

    Enter it in the main thread: the kernel ties the server to the thread that started it.
    Raises StartFailed, with the end of the log, where it is not ready in `timeout` seconds.
    """
    server.prepare()
    program = server.program()
    with ExitStack() as stack:
        output = stack.enter_context(log.open("ab"))
        process = subprocess.Popen(
            argv(program), stdout=output, stderr=subprocess.STDOUT, **spawn_options(program)
        )
        stack.callback(stop, process, program)
        await_ready(process, program.name, server.is_ready, log, timeout)
        yield process


def await_ready(
    process: subprocess.Popen[bytes],
    name: str,
    is_ready: Callable[[], bool],
    log: Path,
    timeout: float,
) -> None:
    deadline = time.monotonic() + timeout
    while not is_ready():
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(PROBE_SECONDS)
            raise StartFailed(f"{name} ended with code {code} while starting.\n{tail(log)}")
        if time.monotonic() > deadline:
            raise StartFailed(f"{name} was not ready after {timeout:.0f} s.\n{tail(log)}")


def stop(process: subprocess.Popen[bytes], program: Program) -> None:
    if process.poll() is not None:
        return
    process.send_signal(program.stop_signal)
    try:
        process.wait(program.grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(log: Path, lines: int = 8) -> str:
    """The end of a log, for an error message."""
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def free_ports(count: int) -> list[int]:
    """Loopback ports that nothing listens on; all differ."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [int(sock.getsockname()[1]) for sock in sockets]
