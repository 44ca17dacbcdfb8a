"""`attune migrate`: bring the database's schemas up to date."""

from typing import Annotated

import typer

from cli.console import err, out, out_json
from cli.local.errors import NotRunning
from cli.settings import Settings, read_settings


def migrate(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Apply the migrations that the database has not seen.

    Uses ATTUNE_DATABASE_URL, whose user may create roles and schemas, or the embedded database of
    a running suite. Each service's role gets the password of ATTUNE_<SERVICE>_DATABASE_URL, or else
    the one of this checkout.
    """
    import asyncio

    from cli.local.migrations import applied_by, migrate_all, passwords_for

    settings = read_settings()
    url = database_url(settings)
    with applied_by() as files:
        asyncio.run(migrate_all(url, passwords_for(settings)))
    if as_json:
        out_json({"applied": files})
        return
    for file in files:
        out(file)
    err(f"{len(files)} applied." if files else "Nothing to apply: the database is up to date.")


def database_url(settings: Settings) -> str:
    """The administrator's URL. Raises NotRunning where there is none."""
    from cli.local.state import is_running, read_state

    if settings.database_url:
        return settings.database_url
    state = read_state(settings.home)
    if state is None or not is_running(settings.home):
        raise NotRunning(
            "No database: start the suite with `make run`, or set ATTUNE_DATABASE_URL."
        )
    return state.database_url
