"""How the command talks: results on stdout, progress and errors on stderr."""

import sys
from typing import Any

OK, FAILURE, USAGE, NOT_RUNNING = 0, 1, 2, 3


def out(text: str) -> None:
    """Print a line as it is, for people and pipes alike."""
    sys.stdout.write(f"{text}\n")


def out_json(value: Any) -> None:
    import json

    out(json.dumps(value, indent=2, default=str))


def err(text: str) -> None:
    sys.stderr.write(f"{text}\n")
