"""`attune knowledge`: the knowledge base as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import FAILURE, err, out, out_json
from cli.local.errors import LocalError
from cli.settings import read_settings

if TYPE_CHECKING:
    from cli.knowledge.api import Failed
    from cli.knowledge.planning import Step
    from cli.knowledge.reading import Wanted

CHANGES = 2

app = typer.Typer(help="Keep the knowledge base as files.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(help="A folder of YAML files (docs/knowledge.md).")]
Org = Annotated[str, typer.Option("--org", help="The organization.")]
Prune = Annotated[bool, typer.Option("--prune", help="Delete what no file has.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def group() -> None:
    """Keep the knowledge base as files.

    Calls the running suite with a development token of an administrator. With an identity provider
    of your own, put a token with the scopes knowledge:read and knowledge:write into ATTUNE_TOKEN.
    """


@app.command()
def plan(
    folder: Folder, org: Org = "sample", prune: Prune = False, as_json: AsJson = False
) -> None:
    """Show what `apply` would do. Exits with 2 where that is something."""
    import asyncio

    from cli.knowledge import writing

    steps = asyncio.run(planned(folder, org, prune))
    if as_json:
        out_json({"steps": [writing.as_json(step) for step in steps]})
    else:
        for line in writing.told(steps):
            out(line)
    if steps:
        raise typer.Exit(CHANGES)


@app.command()
def apply(
    folder: Folder, org: Org = "sample", prune: Prune = False, as_json: AsJson = False
) -> None:
    """Make the knowledge base what the files say, an item at a time.

    What cannot be done is told with its file and line; all else is done. Again, it does what is
    left, and nothing twice.
    """
    import asyncio

    from cli.knowledge import writing

    done, failed = asyncio.run(applied(folder, org, prune))
    if as_json:
        out_json(
            {
                "done": [writing.as_json(step) for step in done],
                "failed": [
                    {**writing.as_json(one.step), "problems": list(map(str, one.problems))}
                    for one in failed
                ],
            }
        )
    else:
        tell(done, failed)
    if failed:
        raise typer.Exit(FAILURE)


@app.command()
def export(folder: Folder, org: Org = "sample", as_json: AsJson = False) -> None:
    """Write what is there, a file for each kind; what these files held is replaced."""
    import asyncio

    from cli.knowledge import api, writing
    from cli.local.api import client_as_admin

    async def read() -> list[Path]:
        async with client_as_admin(read_settings(), org) as client:
            return writing.export(await api.there(client), folder)

    paths = asyncio.run(read())
    if as_json:
        out_json({"files": [str(path) for path in paths]})
    else:
        for path in paths:
            out(str(path))


async def planned(folder: Path, org: str, prune: bool) -> "list[Step]":
    from cli.knowledge import api, planning
    from cli.local.api import client_as_admin

    wanted = read(folder)
    async with client_as_admin(read_settings(), org) as client:
        return planning.plan(wanted, await api.there(client, wanted), prune=prune)


async def applied(folder: Path, org: str, prune: bool) -> "tuple[list[Step], list[Failed]]":
    from cli.knowledge import api, planning
    from cli.local.api import client_as_admin

    wanted = read(folder)
    async with client_as_admin(read_settings(), org) as client:
        steps = planning.plan(wanted, await api.there(client, wanted), prune=prune)
        return await api.apply(client, steps)


def read(folder: Path) -> "list[Wanted]":
    """The items of the files. Raises LocalError; not UsageError, whose exit code means changes."""
    from cli.knowledge import reading

    if not folder.is_dir():
        raise LocalError(f"There is no folder {folder}.")
    try:
        return reading.read(folder)
    except reading.Unreadable as error:
        raise LocalError(str(error)) from None


def tell(done: "list[Step]", failed: "list[Failed]") -> None:
    from cli.knowledge.writing import SIGNS, shown

    for step in done:
        out(f"{SIGNS[step.action]} {step.kind.noun} {shown(step.name)}")
    for one in failed:
        for problem in one.problems:
            err(f"{one.step.kind.noun} {shown(one.step.name)}: {problem}")
    out(f"{len(done)} done, {len(failed)} failed.")
