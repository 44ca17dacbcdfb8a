"""`attune sql`: the firewall, at the command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from cli.console import out
from cli.local.errors import UsageError
from cli.settings import read_settings

if TYPE_CHECKING:
    from cli.local.checking import Checker

app = typer.Typer(help="What the firewall allows of users' SQL.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `check` a command of its own beside those to come."""


@app.command()
def check(
    file: Annotated[str, typer.Argument(help='Lines of {"sql": "…"}; - for what is piped in.')],
    connection: Annotated[str, typer.Option(help="The connection that would be asked.")] = "events",
    organization: Annotated[
        str, typer.Option("--org", help="The organization that has the connection.")
    ] = "sample",
    schema_free: Annotated[
        bool,
        typer.Option(
            "--schema-free",
            help="Take relations and user-defined functions as known, without a database.",
        ),
    ] = False,
) -> None:
    """Say of each statement whether it may run: {"allowed": …, "reason": …} a line, in order.

    What is refused has a `position` too, in characters from 0. Nothing is run. Blank lines are
    skipped, and a line that is no such object is not allowed.
    """
    import json

    with opened(file) as lines:
        checker = checker_for(connection, organization, schema_free)
        for line in lines:
            if line.strip():
                out(json.dumps(checker.verdict(line)))


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        opened_file = open(file, "rb")  # noqa: SIM115 - closed below
    except OSError as err:
        raise UsageError(f"{file}: {err.strerror}.") from err
    with opened_file:
        yield opened_file


def checker_for(connection: str, organization: str, schema_free: bool) -> "Checker":
    import asyncio

    from cli.commands.migrate import database_url
    from cli.local.checking import known_checker, schema_free_checker

    if schema_free:
        return schema_free_checker()
    return asyncio.run(known_checker(database_url(read_settings()), organization, connection))
