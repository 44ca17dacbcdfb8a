"""`attune profiles`: how people use the product."""

from typing import Annotated

import typer

from cli.console import out, out_json
from cli.settings import read_settings

app = typer.Typer(help="How people use the product.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """How people use the product."""


@app.command()
def rebuild(
    org: Annotated[str, typer.Option(help="The organization.")] = "sample",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Have a worker make all profiles anew from what is on record.

    Calls the running suite with a development token of an administrator. With an identity provider
    of your own, put an administrator's token into ATTUNE_TOKEN.
    """
    import asyncio

    from cli.local.api import call_as_admin

    path = "/api/v1/profiles:rebuild"
    answer = asyncio.run(call_as_admin(read_settings(), org, "POST", path, {}))
    if as_json:
        out_json(answer)
    else:
        out(str(answer["message"]))
