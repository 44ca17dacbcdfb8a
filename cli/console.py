"""How the command talks: results on stdout, progress and errors on stderr."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

OK, FAILURE, USAGE, NOT_RUNNING = 0, 1, 2, 3
WIDEST = 1000


def out(text: str) -> None:
    """Print a line as it is, for people and pipes alike."""
    sys.stdout.write(f"{text}\n")


def out_json(value: Any) -> None:
    import json

    out(json.dumps(value, indent=2, default=str))


def out_table(table: "Table") -> None:
    """Print a table with nothing cut, also where the terminal is narrower than the table."""
    from rich.console import Console

    console = Console(highlight=False)
    unbounded = console.options.update(max_width=WIDEST)
    console.width = max(console.width, console.measure(table, options=unbounded).maximum)
    console.print(table)


def err(text: str) -> None:
    sys.stderr.write(f"{text}\n")
