"""`attune keys`: the API keys of programs."""

from typing import Annotated, Any

import typer

from cli.console import err, out, out_json, out_table
from cli.settings import read_settings

PATH = "/api/v1/api-keys"
PAGE = 1000

app = typer.Typer(
    help="API keys, by which programs get in. With an identity provider of your own, put your token"
    " into ATTUNE_TOKEN.",
    no_args_is_help=True,
)

Organization = Annotated[str, typer.Option("--org", help="The organization.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What people know it by.")],
    scope: Annotated[list[str], typer.Option(help="What it is for, as activity:write. Repeat it.")],
    role: Annotated[
        str | None, typer.Option(help="viewer, analyst or admin; yours if not given.")
    ] = None,
    job_role: Annotated[str | None, typer.Option(help="What patterns learn by.")] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: in 90d, 12h, 15m.")] = None,
    machine: Annotated[bool, typer.Option("--machine", help="It acts as itself.")] = False,
    org: Organization = "sample",
    as_json: AsJson = False,
) -> None:
    """Make a key and print its text, and nothing else: it is never shown again."""
    asked = {
        "name": name,
        "scopes": scope,
        "role": role,
        "job_role": job_role,
        "machine": machine,
        "expires_at": moment_in(expires) if expires else None,
    }
    given = {field: value for field, value in asked.items() if value is not None}
    made = call(org, "POST", PATH, given)
    if as_json:
        out_json(made)
    else:
        out(made["secret"])
        key = made["api_key"]
        err(f"It acts as {key['user_id']}, as {key['role']}.")


@app.command("list")
def list_all(
    ended: Annotated[bool, typer.Option("--ended", help="Those that ended, too.")] = False,
    org: Organization = "sample",
    as_json: AsJson = False,
) -> None:
    """Show your keys; an administrator's list has all of the organization."""
    keys: list[dict[str, Any]] = []
    more: str | None = ""
    while more is not None:
        query = f"?page_size={PAGE}&include_ended={str(ended).lower()}"
        page = call(org, "GET", PATH + query + (f"&page_token={more}" if more else ""))
        keys += page["api_keys"]
        more = page.get("next_page_token")
    if as_json:
        out_json(keys)
    else:
        show(keys)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")],
    org: Organization = "sample",
    as_json: AsJson = False,
) -> None:
    """End a key for good; within a minute nobody gets in with it."""
    from urllib.parse import quote

    key = call(org, "POST", f"{PATH}/{quote(key_id, safe='')}:revoke")
    if as_json:
        out_json(key)
    else:
        err(f"{key['id']} ({key['name']}) is revoked.")


def call(organization: str, method: str, path: str, body: Any = None) -> Any:
    import asyncio

    from cli.local.api import call_as_admin

    return asyncio.run(call_as_admin(read_settings(), organization, method, path, body))


def moment_in(text: str) -> str:
    """The time that is so far ahead. Raises UsageError."""
    from datetime import UTC, datetime

    from cli.local.tokens import lifetime

    return (datetime.now(UTC) + lifetime(text)).isoformat()


def show(keys: list[dict[str, Any]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not keys:
        out("There are no keys.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("id", "name", "acts as", "role", "scopes", "last used", "ends"):
        table.add_column(heading)
    for key in keys:
        ends = key.get("revoked_at") or key.get("expires_at")
        seen = (moment(key.get("last_used_at")), moment(ends))
        told = (escape(key[field]) for field in ("id", "name", "user_id", "role"))
        table.add_row(*told, ", ".join(key["scopes"]), *seen)
    out_table(table)


def moment(text: str | None) -> str:
    return text[:16].replace("T", " ") if text else "-"
