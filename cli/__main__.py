"""The command `attune`."""

import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from cli import __version__
from cli.commands import (
    demo,
    encryption,
    evaluating,
    importing,
    importing_events,
    jobs,
    keys,
    knowledge,
    llm,
    migrate,
    patterns,
    profiles,
    run,
    sql,
    status,
    templates,
    token,
)
from cli.console import FAILURE, NOT_RUNNING, USAGE, err, out, out_json
from cli.local.errors import LocalError, NotRunning, UsageError


def show_version(wanted: bool) -> None:
    if wanted:
        out(f"attune {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="attune",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # which wraps a text anew, at the width of the terminal
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("eval")(evaluating.evaluate)
app.command("status")(status.status)
app.command("token")(token.token)
app.command("migrate")(migrate.migrate)
app.command("templates")(templates.templates)
app.add_typer(patterns.app, name="patterns")
importing.app.command("events")(importing_events.events)
app.add_typer(importing.app, name="import")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(profiles.app, name="profiles")
app.add_typer(jobs.app, name="jobs")
app.add_typer(keys.app, name="keys")
app.add_typer(llm.app, name="llm")
app.add_typer(encryption.app, name="encryption")
app.add_typer(sql.app, name="sql")


@app.callback()
def group(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Attune: run the suite on this machine, and look after it."""


def main() -> None:
    """Run the command; what goes wrong is a sentence on stderr and an exit code.

    With --json it is an object on stdout as well.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without Unicode is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        app()
    except LocalError as error:
        fail(error, exit_code(error), error.facts)
    except OSError as error:  # a full disk, a folder that is not ours
        fail(error, FAILURE)


def fail(error: Exception, code: int, facts: Mapping[str, object] | None = None) -> NoReturn:
    if "--json" in sys.argv:
        out_json({**(facts or {}), "error": str(error)})
    err(f"attune: {error}")
    sys.exit(code)


def exit_code(error: LocalError) -> int:
    if isinstance(error, UsageError):
        return USAGE
    return NOT_RUNNING if isinstance(error, NotRunning) else FAILURE


if __name__ == "__main__":
    main()
