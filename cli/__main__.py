"""The command `attune`."""

import sys
from io import TextIOWrapper

import typer

from cli.commands import demo, jobs, migrate, patterns, run, status, token
from cli.console import FAILURE, NOT_RUNNING, USAGE, err
from cli.local.errors import LocalError, NotRunning, UsageError

app = typer.Typer(
    name="attune",
    help="Attune: run the suite on this machine, and look after it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("status")(status.status)
app.command("token")(token.token)
app.command("migrate")(migrate.migrate)
app.add_typer(patterns.app, name="patterns")
app.add_typer(jobs.app, name="jobs")


def main() -> None:
    """Run the command; what goes wrong is a sentence on stderr and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without Unicode is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        app()
    except LocalError as error:
        err(f"attune: {error}")
        sys.exit(exit_code(error))
    except OSError as error:  # a full disk, a folder that is not ours
        err(f"attune: {error}")
        sys.exit(FAILURE)


def exit_code(error: LocalError) -> int:
    if isinstance(error, UsageError):
        return USAGE
    return NOT_RUNNING if isinstance(error, NotRunning) else FAILURE


if __name__ == "__main__":
    main()
