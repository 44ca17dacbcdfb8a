"""Each organization's connections and what their data are called, from a folder of files.

`<folder>/<organization>/<connection>.toml` holds one connection's vocabulary. Changed files are
seen within a second; a file that cannot be read keeps its last good state and is logged.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from services.common.clock import Clock
from services.suggestions.templates.vocabulary import Vocabulary, parse_vocabulary

log = structlog.get_logger(__name__)

FRESH_FOR = timedelta(seconds=1)
SUFFIX = ".toml"
# What may be joined into a path: organization ids come from outside.
PLAIN_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,100}")


@dataclass(frozen=True)
class LoadedFile:
    """A vocabulary as the file held it at its last change."""

    changed: tuple[int, int]
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Connections:
    """One organization's connections by name, as of a moment."""

    as_of: datetime
    files: dict[str, LoadedFile]
    merged: Vocabulary


class Catalogue:
    def __init__(self, folder: str, now: Clock) -> None:
        self._folder = Path(folder) if folder else None
        self._now = now
        self._organizations: dict[str, Connections] = {}

    def connection(self, organization_id: str, connection_id: str) -> Vocabulary | None:
        """The vocabulary of a connection; None where the organization has no such connection."""
        file = self._connections(organization_id).files.get(connection_id)
        return file.vocabulary if file else None

    def everything(self, organization_id: str) -> Vocabulary:
        """The vocabulary of all the organization's connections together."""
        return self._connections(organization_id).merged

    def _connections(self, organization_id: str) -> Connections:
        now = self._now()
        known = self._organizations.get(organization_id)
        if known and now - known.as_of < FRESH_FOR:
            return known
        files = self._read(organization_id, known.files if known else {})
        same = known is not None and files == known.files
        merged = known.merged if known and same else merge(files)
        found = Connections(now, files, merged)
        if files:  # an organization without any is not remembered: ids come from outside
            self._organizations[organization_id] = found
        return found

    def _read(self, organization_id: str, known: dict[str, LoadedFile]) -> dict[str, LoadedFile]:
        """Files by connection, whose names are matched against the listing."""
        if self._folder is None or not PLAIN_NAME.fullmatch(organization_id):
            return {}
        folder = self._folder / organization_id
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        loaded = (
            (path, load(path, known.get(path.stem))) for path in paths if path.suffix == SUFFIX
        )
        return {path.stem: file for path, file in loaded if file}


def load(path: Path, known: LoadedFile | None) -> LoadedFile | None:
    try:
        stat = path.stat()
        changed = (stat.st_mtime_ns, stat.st_size)
        if known and known.changed == changed:
            return known
        return LoadedFile(changed, parse_vocabulary(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as err:
        log.error("vocabulary not read", file=path.name, error=str(err))
        return known


def merge(files: dict[str, LoadedFile]) -> Vocabulary:
    return Vocabulary.merged([file.vocabulary for file in files.values()])
