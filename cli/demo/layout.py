"""How the demo's figures stand on the page."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table


def heading(console: Console, text: str) -> None:
    console.print(f"\n  [bold]{text}[/]\n")


def figures() -> Table:
    """Two columns: what a figure is, and the figure."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    return table


def indented(table: Table) -> Padding:
    return Padding(table, (0, 0, 0, 2))


def plural(count: int, noun: str, of_many: str = "") -> str:
    return f"{count:,} {noun if count == 1 else of_many or noun + 's'}"
