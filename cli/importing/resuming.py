"""How far an import came, kept beside the file, so that the next run goes on there."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

HASHED = 64 * 1024


@dataclass
class Progress:
    """What is done of a file: up to a place, and what became of it."""

    organization: str
    offset: int = 0
    line: int = 0
    accepted: int = 0
    refused: int = 0
    appended: int = 0
    duplicates: int = 0
    # Tells this file from another one of the same name.
    begins: str = ""


def state_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.progress.json")


def begins(file: BinaryIO, offset: int) -> str:
    """A fingerprint of the part that is done, as far as it is looked at."""
    file.seek(0)
    return hashlib.sha256(file.read(min(offset, HASHED))).hexdigest()


def load(path: Path, file: BinaryIO, organization: str) -> Progress:
    """Where the last run of this file into this organization stopped; else the beginning."""
    try:
        kept = msgspec.json.decode(state_file(path).read_bytes(), type=Progress)
    except (OSError, msgspec.MsgspecError):
        return Progress(organization)
    done = kept.organization == organization and kept.offset <= path.stat().st_size
    same = done and begins(file, kept.offset) == kept.begins
    return kept if same else Progress(organization)


def save(path: Path, file: BinaryIO, progress: Progress) -> None:
    """Keep it; a run that is killed while it writes leaves what was there before."""
    at = file.tell()
    progress.begins = begins(file, progress.offset)
    file.seek(at)
    target = state_file(path)
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(msgspec.json.encode(asdict(progress)))
    part.replace(target)


def clear(path: Path) -> None:
    state_file(path).unlink(missing_ok=True)
