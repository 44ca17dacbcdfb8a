"""`attune import`: what was recorded elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from cli.console import FAILURE, err, out, out_json
from cli.local.errors import LocalError, UsageError
from cli.settings import read_settings

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from cli.importing.reading import Line
    from cli.importing.resuming import Progress
    from cli.importing.sending import Errors

Moved = Callable[["Progress"], None]
AGAIN = "Run the same command again to go on."
INTERRUPTED = 130

app = typer.Typer(help="Bring in what was recorded elsewhere.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Bring in what was recorded elsewhere."""


@app.command()
def conversations(
    file: Annotated[str, typer.Argument(help="Conversations, one a line; - for what is piped in.")],
    org: Annotated[str, typer.Option("--org", help="The organization.")] = "sample",
    refused: Annotated[
        Path | None,
        typer.Option(help="Where to write refused lines, with reasons; else FILE.refused.jsonl."),
    ] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Do not go on where the last run stopped.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring in conversations with their events, of any age.

    A run that is stopped goes on where it was when it is called again; what is there already is
    brought in once, however often it comes. Calls the running suite with a development token of an
    administrator. With an identity provider of your own, put an administrator's token into
    ATTUNE_TOKEN.
    """
    import asyncio

    path = None if file == "-" else Path(file)
    report = refused or Path(f"{path or 'stdin'}.refused.jsonl")
    try:
        done = asyncio.run(run(path, report, org, from_start))
    except KeyboardInterrupt:
        err(f"Stopped. {AGAIN}")
        raise typer.Exit(INTERRUPTED) from None
    tell(done, report, as_json)
    if done.refused:
        raise typer.Exit(FAILURE)


async def run(path: Path | None, report: Path, org: str, from_start: bool) -> "Progress":
    from cli.importing import resuming
    from cli.importing.reading import lines
    from cli.importing.sending import Import
    from cli.local.api import client_as_admin

    with opened(path) as source, shown(path) as show:
        progress = resuming.Progress(org)
        if path and not from_start:
            progress = resuming.load(path, source, org)
        if path:
            source.seek(progress.offset)
        show(progress)
        async with client_as_admin(read_settings(), org) as client:
            sending = Import(client, progress, Report(report, progress), keeping(path, show))
            try:
                await sending.send(lines(source, progress.offset, progress.line))
            except LocalError as error:
                raise LocalError(f"{error} {AGAIN}") from None
    if path:
        resuming.clear(path)
    return progress


class Report:
    """The file of refused lines; that of an earlier import goes when a new one begins."""

    def __init__(self, path: Path, progress: "Progress") -> None:
        self._path = path
        if not progress.refused:
            path.unlink(missing_ok=True)

    def __call__(self, line: "Line", errors: "Errors") -> None:
        from cli.importing.sending import told

        with self._path.open("ab") as file:
            file.write(told(line, errors))


def keeping(path: Path | None, show: Moved) -> Moved:
    """Shows how far it is, and keeps it for the next run."""
    from cli.importing import resuming

    def moved(now: "Progress") -> None:
        show(now)
        if path:
            with path.open("rb") as file:
                resuming.save(path, file, now)

    return moved


@contextmanager
def opened(path: Path | None) -> Iterator[BinaryIO]:
    """The file, or standard input. Raises UsageError where there is none."""
    if path is None:
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder: name a file of JSON lines.") from None
    with file:
        yield file


@contextmanager
def shown(path: Path | None) -> Iterator[Moved]:
    """A bar on a terminal's stderr, which follows what it is told."""
    bar, size = bar_of(path), path.stat().st_size if path and path.exists() else None
    task = bar.add_task("", total=size, conversations=0, events=0)
    with bar:
        yield lambda now: bar.update(
            task,
            completed=now.offset,
            conversations=now.accepted + now.refused,
            events=now.appended,
        )


def bar_of(path: Path | None) -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    console = Console(stderr=True)
    whole = (BarColumn(), TaskProgressColumn(), Remaining()) if path else ()
    counts = TextColumn(
        "{task.fields[conversations]:,} conversations, {task.fields[events]:,} events"
    )
    return Progress(*whole, counts, console=console, disable=not console.is_terminal)


def tell(done: "Progress", report: Path, as_json: bool) -> None:
    if as_json:
        where = str(report) if done.refused else None
        counts = {"accepted": done.accepted, "refused": done.refused, "events": done.appended}
        out_json({**counts, "refused_file": where})
        return
    on_record = counted(done.accepted, "conversation")
    out(f"On record: {on_record}; {counted(done.appended, 'new event')}.")
    if done.refused:
        err(f"Refused: {counted(done.refused, 'line')}; {report} says why.")


def counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
