"""`attune status`: what runs, and whether it works."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import FAILURE, OK, out, out_json, out_table
from cli.local.errors import NotRunning
from cli.settings import read_settings

if TYPE_CHECKING:
    from cli.local.state import RunState


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show each process, where it is, where its metrics are and whether it is ready.

    Exits with 0 where all are ready, 1 where one is not, 3 where the suite does not run.
    """
    import asyncio

    from cli.local.state import is_running, read_state

    settings = read_settings()
    state = read_state(settings.home)
    if state is None or not is_running(settings.home):
        raise NotRunning("Attune is not running. Start it with `make run`.", running=False)
    ready = asyncio.run(ask_all(state))
    if as_json:
        out_json(as_data(state, ready))
    else:
        show(state, ready)
    raise typer.Exit(OK if all(ready) else FAILURE)


async def ask_all(state: "RunState") -> list[bool]:
    import asyncio

    from cli.local.probes import answers

    async def ask(process: int) -> bool:
        probe = state.processes[process].probe
        return probe is None or await answers(probe)

    return await asyncio.gather(*(ask(index) for index in range(len(state.processes))))


def as_data(state: "RunState", ready: list[bool]) -> dict[str, object]:
    processes = [
        {
            "name": process.name,
            "ready": is_ready,
            "address": process.address,
            "metrics": f"http://{process.metrics}/metrics" if process.metrics else None,
            "pid": process.pid,
            "restarts": process.restarts,
        }
        for process, is_ready in zip(state.processes, ready, strict=True)
    ]
    return {"running": True, "address": state.address, "pid": state.pid, "processes": processes}


def show(state: "RunState", ready: list[bool]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("process", "state", "address", "metrics", "pid", "restarts"):
        table.add_column(heading, justify="right" if heading in ("pid", "restarts") else "left")
    for process, is_ready in zip(state.processes, ready, strict=True):
        label = "[green]ready[/]" if is_ready else "[red]not ready[/]"
        restarts = str(process.restarts) if process.restarts else "-"
        places = (process.address or "-", process.metrics or "-")
        table.add_row(process.name, label, *places, str(process.pid), restarts)
    out(f"Attune runs at {state.address} (process {state.pid}).\n")
    out_table(table)
