"""`attune import events`: product events that were recorded elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.importing import AGAIN, INTERRUPTED, counted
from cli.console import FAILURE, err, out, out_json
from cli.local.errors import LocalError, UsageError
from cli.settings import read_settings

if TYPE_CHECKING:
    from cli.importing.events import Moved
    from cli.importing.learned import Learned
    from cli.importing.mapping import EventMapping
    from cli.importing.resuming import Progress
    from cli.importing.rows import Row

# By which a file that is gone on with is told from another one of its name.
FINGERPRINT_BYTES = 64 * 1024


def events(
    file: Annotated[Path, typer.Argument(help="A file .csv, .jsonl or .parquet, an event a row.")],
    org: Annotated[str, typer.Option("--org", help="The organization.")] = "sample",
    pairs: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Which column is the event, timestamp, user_id, anonymous_id or message_id;"
            " else the one of that name.",
        ),
    ] = None,
    event: Annotated[
        str | None, typer.Option("--event", help="The name of all events, where no column tells.")
    ] = None,
    properties: Annotated[
        str | None,
        typer.Option(help="The columns that are properties, with commas; else all others."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing; say what would be learned.")
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option(help="Where to write refused rows, with reasons; else FILE.refused.jsonl."),
    ] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Do not go on where the last run stopped.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring in product events, back to 1970, and say what is in them.

    A run that is stopped goes on where it was when it is called again; a row that is sent again
    within seven days is known by its message id, or else by its file and place.
    """
    import asyncio

    from cli.importing.mapping import mapping_of
    from cli.importing.rows import columns, rows

    found = rows(file)  # says at once where there is no such file
    mapping = mapping_of(pairs or (), event, properties, fingerprint(file))
    mapping.expect(columns(file))
    report = Report(refused or Path(f"{file}.refused.jsonl"))
    work = dry(found, mapping) if dry_run else sent(file, found, mapping, report, org, from_start)
    try:
        done, learned = asyncio.run(work)
    except KeyboardInterrupt:
        err(f"Stopped. {AGAIN}")
        raise typer.Exit(INTERRUPTED) from None
    tell(done, learned, report.path, dry_run, as_json)
    if done.refused:
        raise typer.Exit(FAILURE)


def fingerprint(file: Path) -> str:
    """What message ids of the file's rows begin with: of all of it, as files of one tool may begin
    alike, and rows that are taken for known ones are lost.
    """
    import hashlib

    with file.open("rb") as source:
        return f"import:{hashlib.file_digest(source, 'sha256').hexdigest()[:24]}"


class Report:
    """The file of refused rows; that of an earlier import goes when a new one begins."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, progress: "Progress") -> None:
        if not progress.refused:
            self.path.unlink(missing_ok=True)

    def __call__(self, row: "Row", errors: list[dict[str, str]]) -> None:
        import msgspec

        told = {"row": row.number, "errors": errors, "values": row.values}
        with self.path.open("ab") as file:
            file.write(msgspec.json.encode(told, enc_hook=str) + b"\n")


async def dry(found: "Iterator[Row]", mapping: "EventMapping") -> "tuple[Progress, Learned]":
    """What the file holds; nothing is sent or written."""
    from cli.importing.events import EventImport
    from cli.importing.resuming import Progress

    progress = Progress("")
    work = EventImport(None, mapping, progress, lambda *_: None, lambda *_: None)
    await work.send(found)
    return progress, work.learned


async def sent(
    file: Path,
    found: "Iterator[Row]",
    mapping: "EventMapping",
    report: Report,
    org: str,
    from_start: bool,
) -> "tuple[Progress, Learned]":
    from cli.importing import resuming
    from cli.importing.events import EventImport
    from cli.local.api import client_as_admin

    with file.open("rb") as source, shown() as show:
        progress = resuming.Progress(org)
        if not from_start:
            progress = resuming.load(file, source, org)
        report.begin(progress)

        def moved(now: "Progress", part: float) -> None:
            show(now, part)
            now.offset = min(FINGERPRINT_BYTES, file.stat().st_size)
            resuming.save(file, source, now)

        async with client_as_admin(read_settings(), org) as client:
            work = EventImport(client, mapping, progress, report, moved)
            try:
                await work.send(found)
            except UsageError:
                raise
            except LocalError as error:
                raise LocalError(f"{error} {AGAIN}") from None
    resuming.clear(file)
    return progress, work.learned


@contextmanager
def shown() -> "Iterator[Moved]":
    """A bar on a terminal's stderr, which follows what it is told."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    counts = TextColumn("{task.fields[events]:,} events")
    whole = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Bar(*whole, counts, console=console, disable=not console.is_terminal)
    task = bar.add_task("", total=1.0, events=0)
    with bar:
        yield lambda now, part: bar.update(
            task, completed=part, events=now.accepted + now.duplicates
        )


def tell(done: "Progress", learned: "Learned", report: Path, dry_run: bool, as_json: bool) -> None:
    data = learned.as_data()
    if as_json:
        counts: dict[str, Any] = {"accepted": done.accepted, "duplicates": done.duplicates}
        out_json({**counts, "refused": done.refused, "dry_run": dry_run, "learned": data})
        return
    verb = "Would be stored" if dry_run else "On record"
    known = f"; {done.duplicates:,} of them were there before" if done.duplicates else ""
    people = "1 person" if data["people"] == 1 else f"{data['people']:,} people"
    out(f"{verb}: {counted(done.accepted + done.duplicates, 'event')} of {people}{known}.")
    for one in data["events"]:
        first, last = (one[end][:19].replace("T", " ") for end in ("first", "last"))
        out(f"  {one['event']}: {one['events']:,}, from {first} to {last} UTC")
        for name, about in one["properties"].items():
            types = ", ".join(about["types"])
            out(f"    {name}: {types}, in {about['share']:.0%}")
    for reason, count in data["refused"].items():
        err(f"Refused: {counted(count, 'row')}: {reason}")
    if done.refused and not dry_run:
        err(f"{report} has the refused rows.")
