"""How the demo shows a shop's events, and what they answer."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.demo.data_side import Answers, DataSide
from cli.demo.layout import figures, heading, indented


def say_data_side(console: Console, data: DataSide) -> None:
    heading(console, "Events of a shop")
    table = figures()
    stored = f"{data.stored:,} stored, {data.duplicates:,} were there"
    table.add_row("Events", f"{stored}; {data.learned['people']:,} people")
    for event in data.learned["events"]:
        known = ", ".join(event["properties"])
        table.add_row(event["event"], Text(f"{event['events']:,} with {known}"))
    console.print(indented(table))
    say_metric(console, data.answers)
    say_walls(console, data.answers)


def say_metric(console: Console, answers: Answers) -> None:
    metric = answers.metric
    took = f"{metric['execution_time_ms']:,} ms" + (", cached" if metric["cached"] else "")
    heading(console, f"Revenue by country, of the last 90 days ({took})")
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in metric["columns"]:
        is_metric = column["kind"] == "metric"
        table.add_column(Text(column["name"]), justify="right" if is_metric else "left")
    for row in metric["rows"]:
        table.add_row(*(Text(shown(value)) for value in row))
    console.print(indented(table))


def say_walls(console: Console, answers: Answers) -> None:
    heading(console, "What may be asked")
    table = figures()
    table.add_row("Refused", Text(answers.refused_sql))
    table.add_row("", Text(answers.refusal, "yellow"))
    size = f"{answers.exported_rows:,} purchases, {answers.exported_bytes:,} bytes of CSV"
    table.add_row("Exported", size)
    console.print(indented(table))


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
