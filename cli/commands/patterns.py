"""`attune patterns`: what was learned from the questions."""

from typing import Annotated

import typer

from cli.console import out, out_json
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
