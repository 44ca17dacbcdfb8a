"""`attune encryption`: the master keys that wrap organizations' data keys."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import err, out, out_json, out_table
from cli.settings import read_settings

if TYPE_CHECKING:
    from services.common.vault.rewrapping import MasterKeyUse

Uses = list[tuple[str, "MasterKeyUse"]]

app = typer.Typer(
    help="The master keys of ATTUNE_ENCRYPTION_KEYS, and which of them are in use.",
    no_args_is_help=True,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show how many data keys each master key wraps, in each service."""
    import asyncio

    from cli.commands.migrate import database_url
    from cli.local.encryption import uses_of_master_keys

    show(asyncio.run(uses_of_master_keys(database_url(read_settings()))), as_json)


@app.command()
def rotate(as_json: AsJson = False) -> None:
    """Wrap every data key by the first master key, in a worker, and show what is in use then.

    The workers' ATTUNE_ENCRYPTION_KEYS count. A master key that is not shown any more may be
    taken out of it.
    """
    import asyncio

    from cli.commands.migrate import database_url
    from cli.local.encryption import rotate_master_keys

    show(asyncio.run(rotate_master_keys(database_url(read_settings()))), as_json)
    err("The first master key wraps all data keys.")


def show(found: Uses, as_json: bool) -> None:
    from rich.table import Table

    if as_json:
        out_json([{"service": service, **vars(use)} for service, use in found])
        return
    if not found:
        out("Nothing is encrypted yet.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("service", "master key", "data keys"):
        table.add_column(heading)
    for service, use in found:
        table.add_row(service, use.master_key_id, str(use.data_keys))
    out_table(table)
