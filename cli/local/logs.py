"""Log files of the processes, cut at a size."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

LIMIT = 5 * 1024 * 1024
KEPT = 2


@dataclass
class RotatingLog:
    """`<name>.log` with `<name>.log.1` and so on for what came before."""

    path: Path
    limit: int = LIMIT
    _file: IO[bytes] | None = field(default=None, repr=False)

    def write(self, line: bytes) -> None:
        file = self._file or self._open()
        file.write(line)
        if file.tell() >= self.limit:
            self.close()
            self._rotate()

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _open(self) -> IO[bytes]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab", buffering=0)
        return self._file

    def _rotate(self) -> None:
        for number in range(KEPT, 0, -1):
            older = self._numbered(number)
            newer = self._numbered(number - 1) if number > 1 else self.path
            if newer.exists():
                newer.replace(older)

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
