"""How the results are shown."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from bench.figures import RATIO, Goal, Result
from bench.machine import Machine

TIMES = "\N{MULTIPLICATION SIGN}"
STYLES = {"aim": "[bold green]✓✓[/]", "ok": "[green]✓[/]", "miss": "[bold red]✗[/]"}


def show(machine: Machine, results: Sequence[Result], console: Console) -> None:
    console.print("\n  [bold]Machine[/]")
    for line in described(machine):
        console.print(f"  [dim]{line}[/]", soft_wrap=True)
    console.print("\n  [bold]Results[/]\n")
    console.print(Padding(table_of(results), (0, 0, 1, 2)))
    for result in results:
        for note in result.notes:
            console.print(f"  [cyan]{result.name}[/] [dim]{note}[/]", soft_wrap=True)
    console.print(
        "\n  [dim]✓✓ reaches the aim, ✓ what it must, ✗ does not;"
        " ratios are medians over pairs of interleaved rounds, figures medians (extremes).[/]\n"
    )


def described(machine: Machine) -> list[str]:
    load = " ".join(f"{value:.2f}" for value in machine.load)
    versions = ", ".join(f"{name} {text}" for name, text in machine.versions.items())
    return [
        f"{machine.cpu}, {machine.cores} cores, {machine.memory / 2**30:.0f} GiB, {machine.system}",
        f"load average before the run: {load}",
        versions,
    ]


def table_of(results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("row", style="cyan", no_wrap=True)
    table.add_column("work", min_width=24)
    for heading in ("result", "at least", "aim"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("measured")
    table.add_column("baseline")
    for one in results:
        bounds = (bound(one.goal, one.unit, value) for value in (one.goal.at_least, one.goal.aim))
        table.add_row(
            STYLES[one.verdict],
            one.name,
            one.title,
            f"[bold]{shown(one.value, one.unit)}[/]",
            *bounds,
            one.measured,
            one.baseline,
        )
    return table


def bound(goal: Goal, unit: str, value: float) -> str:
    return f"{'' if goal.rising else '≤ '}{shown(value, unit)}"


def shown(value: float, unit: str) -> str:
    if unit == RATIO:
        return f"{value:.2f}{TIMES}"
    digits = 3 if abs(value) < 1 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f} {unit}"


def as_data(machine: Machine, results: Sequence[Result]) -> dict[str, Any]:
    """For scripts: everything, with each round's figures."""
    return {
        "machine": machine.as_data(),
        "results": [
            {
                "name": one.name,
                "title": one.title,
                "value": round(one.value, 4),
                "unit": one.unit,
                "at_least": one.goal.at_least,
                "aim": one.goal.aim,
                "verdict": one.verdict,
                "measured": one.measured,
                "baseline": one.baseline,
                "notes": list(one.notes),
                **one.details,
            }
            for one in results
        ],
    }
