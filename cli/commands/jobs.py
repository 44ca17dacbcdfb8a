"""`attune jobs`: what runs in the background."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import err, out, out_json, out_table
from cli.settings import read_settings

if TYPE_CHECKING:
    from services.common.jobs import JobState

app = typer.Typer(help="What runs in the background.", no_args_is_help=True)


@app.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show each job, its schedule and its last run."""
    import asyncio

    from cli.commands.migrate import database_url
    from cli.local.jobs import list_jobs

    states = asyncio.run(list_jobs(database_url(read_settings())))
    if as_json:
        out_json([as_data(service, state) for service, state in states])
    else:
        show(states)


@app.command("run")
def run_one(
    name: Annotated[str, typer.Argument(help="The job, as `jobs list` names it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a job now, in a worker of each service that has it, and wait for its end."""
    import asyncio

    from cli.commands.migrate import database_url
    from cli.local.jobs import run_job

    states = asyncio.run(run_job(database_url(read_settings()), name))
    if as_json:
        out_json([as_data(service, state) for service, state in states])
    else:
        err(f"{name} is done.")


def as_data(service: str, state: "JobState") -> dict[str, Any]:
    from dataclasses import asdict

    return {"service": service, **asdict(state), "status": status(state)}


def status(state: "JobState") -> str:
    if state.started_at is None:
        return "never ran"
    if state.error:
        return "failed"
    return "ok" if state.ended_at else "running"


def show(states: "list[tuple[str, JobState]]") -> None:
    from rich.table import Table

    if not states:
        out("There are no jobs.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("job", "service", "schedule (UTC)", "last run", "status"):
        table.add_column(heading)
    for service, state in states:
        last = state.started_at.strftime("%Y-%m-%d %H:%M:%S") if state.started_at else "-"
        table.add_row(state.name, service, state.cron or "-", last, status(state))
    out_table(table)
