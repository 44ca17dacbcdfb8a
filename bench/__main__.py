"""`python -m bench`: measure, and print a table of ratios."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.markup import escape

from bench.figures import Result
from bench.following import come_to_rest
from bench.machine import Machine, Stolen, this_machine
from bench.rows.bench import Bench, Row
from bench.rows.chat import chat, chat_model
from bench.rows.context import context
from bench.rows.dashboards import dashboard
from bench.rows.firewall import wall
from bench.rows.ingest import ingest
from bench.rows.insights import insight
from bench.rows.logging import batch, learn, log
from bench.rows.memory import idle
from bench.rows.metrics import metric
from bench.rows.pmf import pmf
from bench.rows.suggesting import hit, miss
from bench.rows.templates import extraction
from bench.running import Suite, running_suite
from bench.table import as_data, show

# In this order: memory is measured before anything happened.
ROWS: dict[str, Row] = {
    "idle": idle,
    "template": extraction,
    "wall": wall,
    "log": log,
    "learn": learn,
    "batch": batch,
    "ingest": ingest,
    "hit": hit,
    "miss": miss,
    "context": context,
    "metric": metric,
    "insight": insight,
    "dashboard": dashboard,
    "pmf": pmf,
    "chat": chat,
    "chat model": chat_model,
}


def main(
    only: Annotated[
        list[str] | None, typer.Option(help=f"A row; may be repeated: {', '.join(ROWS)}.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Shorter rounds and less history.")] = False,
    events: Annotated[
        int | None, typer.Option(help="How many events rows about events store.", min=1000)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    strict: Annotated[
        bool, typer.Option(help="Exit with 1 where a row misses what it must reach.")
    ] = False,
) -> None:
    """Measure each row as a ratio to a baseline of the same run.

    Runs the whole suite in a folder of its own; `attune run` may go on beside it, but takes from
    the machine what it takes.
    """
    unknown = sorted({*(only or ())} - ROWS.keys())
    if unknown:
        raise typer.BadParameter(f"no row {unknown[0]!r}: there are {', '.join(ROWS)}")
    chosen = [name for name in ROWS if not only or name in only]
    progress = Console(stderr=True, highlight=False)
    with progress.status("Starting the suite …") as status, running_suite() as suite:
        machine = this_machine(server_version(suite))
        told = (quick, events)
        results = measured(suite, chosen, told, progress, status.update)
    if as_json:
        sys.stdout.write(json.dumps(as_data(machine, results), indent=2) + "\n")
    else:
        report(machine, results)
    missed = strict and any(one.verdict == "miss" for one in results)
    if missed or len(results) < len(chosen):
        raise typer.Exit(1)


def measured(
    suite: Suite,
    names: list[str],
    told: tuple[bool, int | None],
    progress: Console,
    tell: Callable[[str], None],
) -> list[Result]:
    """`told` is whether to be quick, and how many events there are to be."""
    (quick, events), results = told, []
    for name in names:
        tell(f"{name} …")
        say = partial(lambda name, text: tell(f"{name}: {text} …"), name)
        bench, stolen = Bench(suite, quick, say, events), Stolen()
        try:
            result = ROWS[name](bench)
            result = replace(result, notes=(*result.notes, stolen.told))
            come_to_rest(bench)  # the next row starts when this one's work is done
        except RuntimeError as err:  # the other rows are worth having all the same
            progress.print(f"  {name:<9} [red]failed:[/] {escape(str(err))}", soft_wrap=True)
            continue
        progress.print(f"  {name:<9} {result.measured}", style="dim")
        results.append(result)
    return results


def report(machine: Machine, results: list[Result]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    show(machine, results, console)


def server_version(suite: Suite) -> str:
    import asyncio

    async def ask() -> str:
        conn = await asyncpg.connect(suite.database_url)
        text: str = await conn.fetchval("SHOW server_version")
        await conn.close()
        return text

    return asyncio.run(ask())


if __name__ == "__main__":
    typer.run(main)
