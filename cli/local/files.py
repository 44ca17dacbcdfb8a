"""Files that only their owner reads, written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace a file, mode 600; a reader sees the old one or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)


@contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Hold a file's lock; it goes with the process, however that ends.

    Raises BlockingIOError where another process holds it and `wait` is false.
    """
    with path.open("a") as file:
        flock(file, LOCK_EX if wait else LOCK_EX | LOCK_NB)
        yield
