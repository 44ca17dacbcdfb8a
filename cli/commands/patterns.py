"""`attune patterns`: what was learned from the questions."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.console import out, out_json
from cli.local.api import Write
from cli.settings import read_settings

app = typer.Typer(help="What was learned from the questions.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """What was learned from the questions."""


@app.command()
def rebuild(
    org: Annotated[str, typer.Option(help="The organization.")] = "sample",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Learn all patterns anew from the recorded activities, and swap them in.

    Calls the running suite with a development token of an administrator. With an identity provider
    of your own, put an administrator's token into ATTUNE_TOKEN.
    """
    import asyncio

    from cli.local.api import call_as_admin

    path = "/api/v1/activity/patterns:rebuild"
    answer = asyncio.run(call_as_admin(read_settings(), org, "POST", path, {}))
    if as_json:
        out_json(answer)
    else:
        out(str(answer["message"]))


@app.command()
def export(
    org: Annotated[str, typer.Option(help="The organization.")] = "sample",
    file_format: Annotated[
        Literal["json", "csv"], typer.Option("--format", help="How to write them.")
    ] = "json",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; else standard output.")
    ] = None,
    pattern_type: Annotated[
        Literal["user_specific", "role_based", "global"] | None,
        typer.Option("--type", help="Only patterns of this kind."),
    ] = None,
    user: Annotated[str | None, typer.Option(help="Only this person's own patterns.")] = None,
) -> None:
    """Write all patterns of an organization as JSON or CSV.

    Calls the running suite with a development token of an administrator. With an identity provider
    of your own, put an administrator's token into ATTUNE_TOKEN.
    """
    import asyncio

    from cli.local.api import download_as_admin

    given = {"format": file_format, "pattern_type": pattern_type, "user_id": user}
    query = {name: value for name, value in given.items() if value}
    with writing(output) as write:
        path = "/api/v1/patterns:export"
        asyncio.run(download_as_admin(read_settings(), org, path, query, write))


@contextmanager
def writing(output: Path | None) -> Iterator[Write]:
    """Write into the file, which takes its name only once it is complete; else to stdout."""
    if output is None:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file.write
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
