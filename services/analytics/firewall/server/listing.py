"""The committed lists, each read once."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from services.analytics.firewall.server.verdicts import Verdict

FUNCTIONS = "functions.tsv"
RELATIONS = "relations.txt"


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
    rows = (line.split("\t") for line in _lines(FUNCTIONS))
    return {
        name: Listed(extension, Verdict(verdict), reason)
        for name, extension, verdict, reason in rows
    }


@cache
def system_relations() -> frozenset[str]:
    """Those of pg_catalog, which are found without naming a schema."""
    return frozenset(_lines(RELATIONS))


def _lines(file: str) -> list[str]:
    text = (resources.files(__package__) / file).read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]
