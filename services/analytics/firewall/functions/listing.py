"""The committed list of classified functions, read once."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from services.analytics.firewall.functions.verdicts import Verdict

FILE = "listed.tsv"


@dataclass(frozen=True)
class Listed:
    """A function, or all of one name. `extension` is "" for the server's own."""

    extension: str
    verdict: Verdict
    reason: str


def listed(name: str, arguments: int) -> Listed | None:
    """What the list says of this function; None for one that no server we know has."""
    names = _read()
    return names.get(name) or names.get(f"{name}/{arguments}")


@cache
def _read() -> dict[str, Listed]:
    text = (resources.files(__package__) / FILE).read_text()
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {
        name: Listed(extension, Verdict(verdict), reason)
        for name, extension, verdict, reason in rows
    }
