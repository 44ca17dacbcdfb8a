"""`attune llm`: what language models took, and what they may."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import out, out_json, out_table
from cli.local.errors import UsageError
from cli.settings import read_settings

if TYPE_CHECKING:
    from cli.local.llm import Allowed

PATH = "/api/v1/llm/usage"
PAGE = 1000
CONFIGURED = "configured"
NANO = 1_000_000_000
MOST = 1e9
NUMBERS = (
    "calls",
    "estimated_calls",
    "failed_calls",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
)


class By(StrEnum):
    """What usage is added up by."""

    DAY = "day"
    USER = "user"
    PURPOSE = "purpose"
    MODEL = "model"


app = typer.Typer(help="What language models took, and what they may.", no_args_is_help=True)

Organization = Annotated[str, typer.Option("--org", help="The organization.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def usage(
    by: Annotated[
        list[By] | None,
        typer.Option("--by", help="What to add up by; all four where none is given. Repeat it."),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="The first day, as 2026-11-01; this month's.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day; today.")] = None,
    org: Organization = "sample",
    as_json: AsJson = False,
) -> None:
    """Show what calls took, the newest day first, and what is left of the month's budget.

    Calls the running suite with a development token of an administrator. With an identity provider
    of your own, put an administrator's token into ATTUNE_TOKEN.
    """
    named = [("first_day", first), ("last_day", last), *(("group_by", one) for one in by or ())]
    found = read_usage(org, [(name, value) for name, value in named if value])
    if as_json:
        out_json(found)
    else:
        show_usage(found, ["user_id" if one is By.USER else one.value for one in by or By])


@app.command()
def budget(
    org: Annotated[str, typer.Option("--org", help="The organization.")],
    usd: Annotated[
        str | None,
        typer.Option(help="US dollars a month to allow it, or `configured` for the setting."),
    ] = None,
    tokens: Annotated[str | None, typer.Option(help="The same of tokens.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what the operator allows an organization in a month, or change it.

    Its administrators may set a lower budget by themselves, and none above this. Uses
    ATTUNE_DATABASE_URL, as `attune migrate` does, or the database of a running suite.
    """
    import asyncio
    from getpass import getuser

    from cli.commands.migrate import database_url
    from cli.local.llm import budget_of

    asked: dict[str, float | int | None] = {}
    if usd is not None:
        asked["monthly_usd"] = amount("--usd", usd, MOST)
    if tokens is not None:
        asked["monthly_tokens"] = amount("--tokens", tokens, MOST * 1_000_000)
    url = database_url(read_settings())
    allowed = asyncio.run(budget_of(url, org, asked, f"operator:{getuser()}"))
    if as_json:
        out_json(as_data(org, allowed))
    else:
        show_budget(org, as_data(org, allowed))


def amount(option: str, text: str, most: float) -> float | None:
    """The number, None for what is configured. Raises UsageError."""
    if text == CONFIGURED:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= most:
        raise UsageError(
            f"{option} must be a number from 0 on, or {CONFIGURED!r}, and is {text!r}."
        )
    return value


def read_usage(org: str, query: list[tuple[str, str]]) -> dict[str, Any]:
    """The answer of the API with the rows of all its pages."""
    import asyncio
    from urllib.parse import urlencode

    from cli.local.api import call_as_admin

    rows: list[Any] = []
    more: str | None = ""
    while more is not None:
        page = urlencode([*query, ("page_size", PAGE), *([("page_token", more)] if more else [])])
        found = asyncio.run(call_as_admin(read_settings(), org, "GET", f"{PATH}?{page}"))
        rows += found["usage"]
        more = found.pop("next_page_token", None)
    return {**found, "usage": rows}


def show_usage(found: dict[str, Any], groups: list[str]) -> None:
    from rich.table import Table

    if not found["usage"]:
        out("No model was asked.")
    else:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in (*groups, *NUMBERS):
            table.add_column(heading, justify="right" if heading in NUMBERS else "left")
        for row in found["usage"]:
            table.add_row(*(str(row[name]) for name in (*groups, *NUMBERS)))
        out_table(table)
    if month := found.get("budget"):
        out(
            f"\n{month['month']}: {month['spent_usd']:g} of {month['cost_usd']:g} US dollars and"
            f" {month['spent_tokens']} of {month['tokens']} tokens are spent."
        )


def as_data(org: str, allowed: "Allowed") -> dict[str, Any]:
    limits, month = allowed.limits, allowed.month
    own_usd = limits.own_nano_usd
    return {
        "organization_id": org,
        "allowed_usd": limits.most_nano_usd / NANO if limits.usd_granted else None,
        "allowed_tokens": limits.most_tokens if limits.tokens_granted else None,
        "own_usd": None if own_usd is None else own_usd / NANO,
        "own_tokens": limits.own_tokens,
        "month": month.month.isoformat()[:7],
        "spent_usd": month.spent_nano_usd / NANO,
        "spent_tokens": month.spent_tokens,
        "changed_by": limits.changed_by,
        "changed_at": limits.changed_at.isoformat() if limits.changed_at else None,
    }


def show_budget(org: str, data: dict[str, Any]) -> None:
    for name, unit in (("usd", "US dollars"), ("tokens", "tokens")):
        allowed, own = data[f"allowed_{name}"], data[f"own_{name}"]
        told = f"as many {unit} as are configured" if allowed is None else f"{allowed:g} {unit}"
        held = "" if own is None else f"; its administrators want at most {own:g}"
        out(f"{org} is allowed {told} a month{held}. {data['month']}: {data[f'spent_{name}']:g}.")
