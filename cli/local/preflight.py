"""What must hold before anything starts: one launcher a home, no leftovers, a free port."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.local.errors import AlreadyRunning, LocalError
from cli.local.files import locked
from cli.local.orphans import end_orphans
from cli.local.state import read_state, remove_state


@contextmanager
def only_launcher(home: Path) -> Iterator[None]:
    """Hold the run lock. Raises AlreadyRunning, with the address of the other."""
    lock = locked(home / "run.lock", wait=False)
    try:
        lock.__enter__()
    except BlockingIOError:
        state = read_state(home)
        where = f" at {state.address} (process {state.pid})" if state else ""
        raise AlreadyRunning(f"Attune is running already{where}.") from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def sweep(home: Path) -> None:
    """End what a killed launcher left; PostgreSQL is ended by its own data folder's note."""
    state = read_state(home)
    if state:
        left = [p for p in state.processes if p.name != "postgres"]
        end_orphans((p.pid, p.started) for p in reversed(left))
        remove_state(home)


def require_free(host: str, number: int) -> None:
    """Raise LocalError, naming the variable to change, where the gateway could not listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, number))
        except OSError as err:
            if err.errno == errno.EADDRINUSE:
                other = number + 1 if number < 65535 else number - 1
                raise LocalError(
                    f"Port {number} on {host} is in use by another program."
                    f" Choose another one: ATTUNE_HTTP_PORT={other} make run"
                ) from None
            raise LocalError(f"Cannot listen on {host}:{number}: {err.strerror}.") from None
