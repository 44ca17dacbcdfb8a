"""What the demo shows: progress on stderr while it runs, the outcome on stdout."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from cli.demo.data_view import say_data_side
from cli.demo.layout import figures, heading, indented, plural
from cli.demo.replay import BeforeAfter, Step
from cli.demo.story import Outcome
from cli.demo.talk_view import say_talk
from cli.local.supervisor import Notice

SLOT_STYLE = "cyan"
ROLE_SHOWN, OWN_SHOWN = 4, 2
REPORT_WIDTH = 100


class DemoView:
    """Progress of the demo; also hears how the suite starts, where the demo starts one."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._progress = Progress(
            SpinnerColumn(style="cyan", finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30, complete_style="cyan", finished_style="green"),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._acts = Progress(
            SpinnerColumn(style="cyan"),
            TextColumn("{task.description} …"),
            console=self._console,
            transient=True,
        )
        self._act: TaskID | None = None

    def __enter__(self) -> "DemoView":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()
        self._acts.stop()

    def step(
        self, name: str, phase: Literal["started", "done", "failed"], detail: str = ""
    ) -> None:
        if phase == "started":
            self.act("Starting Attune for the demo")

    def notice(self, notice: Notice) -> None:
        """What the processes log is in their files."""

    def act(self, text: str) -> None:
        self._progress.stop()
        if self._act is None:
            self._acts.start()
            self._act = self._acts.add_task(text, total=None)
        self._acts.update(self._act, description=text)

    def logging(self, total: int) -> Step:
        self._end_acts()
        task = self._progress.add_task("Logging activities", total=total)
        self._progress.start()

        def logged(count: int) -> None:
            self._progress.advance(task, count)

        return logged

    def _end_acts(self) -> None:
        if self._act is not None:
            self._acts.stop()
            self._acts.remove_task(self._act)
            self._act = None


def show(outcome: Outcome, started: bool, console: Console | None = None) -> None:
    """Print the outcome; `started` says that the demo ran the suite itself."""
    console = console or Console(highlight=False)
    say = console.print
    say()
    say_what_happened(console, outcome)
    say_what_was_learned(console, outcome)
    for change in outcome.changes:
        say_suggestions(console, change)
    if not any(outcome.cast.words.values()):
        say_how_to_name_words(console)
    say_metrics(console, outcome)
    say_talk(console, outcome.talk)
    if outcome.data:
        say_data_side(console, outcome.data)
    say_what_next(console, outcome, started)


def say_what_happened(console: Console, outcome: Outcome) -> None:
    data, cast = outcome.as_data(), outcome.cast
    heading(console, "What people did")
    table = figures()
    table.add_row(
        "Questions", f"{len(cast.questions):,} in {plural(len(cast.patterns), 'pattern')}"
    )
    table.add_row(
        "Activities",
        f"{data['activities']:,} of {data['people']} people in {len(outcome.learned)} jobs",
    )
    table.add_row(
        "Logged",
        f"in {data['seconds']:.1f} s by {outcome.log.calls:,} calls, beside"
        f" {outcome.log.looks.count:,} for suggestions",
    )
    table.add_row("Learned", lag_of(data))
    if outcome.known_before:
        table.add_row("", f"[dim]It adds to {outcome.known_before:,} that were known before.[/]")
    console.print(indented(table))


def lag_of(data: dict[str, Any]) -> str:
    if data["last_lag_seconds"] is None:
        return "[yellow]not finished: is the worker running?[/]"
    last = f"{data['last_lag_seconds']:.2f} s"
    if data["worst_lag_seconds"] is None:
        return f"the last one [bold]{last}[/] after being logged"
    worst = f"{data['worst_lag_seconds']:.2f} s"
    return f"[bold]{worst}[/] after being logged at worst, the last after {last}"


def say_what_was_learned(console: Console, outcome: Outcome) -> None:
    asked = sum(p["frequency"] for p in outcome.patterns)
    slots = outcome.as_data()["patterns_with_slots"]
    heading(console, "What was learned")
    console.print(
        f"  {plural(len(outcome.patterns), 'pattern')} from {asked:,} questions,"
        f" {slots:,} with a slot for what varies."
    )
    if hidden := outcome.log.hidden:
        console.print(f"  {hidden:,} more may name somebody: only those who asked see them.")
    console.print("  The most used of each job:\n")
    table = pattern_table()
    for one in outcome.learned:
        if table.row_count:
            table.add_row()
        table.add_row(f"[bold]{escape(one.job_role)}[/]")
        add_patterns(table, one.role[:ROLE_SHOWN])
        table.add_row(f"[dim]{escape(one.user)} alone[/]")
        add_patterns(table, one.own[:OWN_SHOWN])
    console.print(indented(table))


def pattern_table(width: int = 51) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("pattern", max_width=width)
    for name in ("asked", "worked", "took"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    return table


def add_patterns(table: Table, patterns: Iterable[dict[str, Any]]) -> None:
    for pattern in patterns:
        took = pattern.get("avg_response_time")
        table.add_row(
            template(pattern["query_template"]),
            f"{pattern['frequency']:,}",
            f"{pattern['success_rate']:.0%}",
            f"{took * 1000:.0f} ms" if took is not None else "-",
        )


def template(text: str) -> Text:
    shown = Text(text)
    shown.highlight_regex(r"\{\w+\}", SLOT_STYLE)
    return shown


def say_suggestions(console: Console, one: BeforeAfter) -> None:
    heading(console, f"What is suggested to somebody who types “{escape(one.change.typed)}”")
    say_list(console, "With no preferences", one.before)
    wish = [f"preferring the type “{one.change.preferred}”"] if one.change.preferred else []
    wish += [f"excluding “{escape(one.change.excluded)}”"] if one.change.excluded else []
    say_list(console, f"After {' and '.join(wish) or 'no change'}", one.after)


def say_list(console: Console, title: str, suggestions: Sequence[dict[str, str]]) -> None:
    console.print(f"  [dim]{title}[/]")
    table = Table.grid(padding=(0, 2))
    for one in suggestions:
        table.add_row("   ", one["icon"], Text(one["text"]), Text(one["type"], "dim"))
    console.print(table if suggestions else "     nothing")
    console.print()


def say_how_to_name_words(console: Console) -> None:
    console.print(
        "  [yellow]No vocabulary names what these questions are about[/]: what varies was found"
        "\n  by comparing them. To name metrics, dimensions and values, write them into a file, as"
        "\n  docs/vocabulary.md shows, and run the demo again with --vocabulary FILE.\n",
        soft_wrap=True,
    )


def say_metrics(console: Console, outcome: Outcome) -> None:
    """What the services' own metrics tell of the replay."""
    metrics, looks = outcome.metrics, outcome.log.looks.as_data()
    heading(console, "What the metrics say")
    table = figures()
    table.add_row(
        "Suggestions",
        f"asked for {plural(metrics.requests, 'time')}: a console is opened 1 to 4 times before a"
        " question, asks again after its first and second word, and 1 in 5 types the second word"
        " twice",
    )
    table.add_row(
        "From the cache",
        f"[bold]{metrics.hit_rate or 0.0:.0%}[/] as the service counts,"
        f" {outcome.log.looks.first_hit_rate or 0.0:.0%} where no look is repeated",
    )
    with suppress(TypeError):
        table.add_row(
            "Median",
            f"{looks['hit_p50_ms']:.1f} ms from the cache, {looks['miss_p50_ms']:.1f} ms made anew,"
            " 16 at once",
        )
    table.add_row("Click-through", clicks_of(metrics.breakdown["click_through"]))
    console.print(indented(table))
    if metrics.popular:
        console.print("\n  [dim]Most popular in the cache[/]")
        say_popular(console, metrics.popular)


def clicks_of(through: dict[str, Any]) -> str:
    rate = through.get("click_through_rate") or 0.0
    return f"[bold]{rate:.0f}%[/] of {through['total_queries']:,} questions and clicks of today"


def say_popular(console: Console, popular: Sequence[dict[str, Any]]) -> None:
    table = Table.grid(padding=(0, 2))
    for one in popular:
        hits, people = plural(one["count"], "hit"), plural(one["people"], "person", "people")
        table.add_row("   ", Text(one["text"]), Text(f"{hits} for {people}", "dim"))
    console.print(table)


def write_report(outcome: Outcome, file: Path) -> None:
    """What `show` prints, with all patterns, as text."""
    with file.open("w", encoding="utf-8") as text:
        console = Console(file=text, width=REPORT_WIDTH, highlight=False)
        show(outcome, started=False, console=console)
        heading(console, "All patterns of the organization, the most used first")
        table = pattern_table(REPORT_WIDTH - 30)
        add_patterns(table, outcome.patterns)
        console.print(indented(table))


def say_what_next(console: Console, outcome: Outcome, started: bool) -> None:
    cast = outcome.cast
    person = cast.people[0]
    heading(console, "To go on")
    if started:
        console.print(
            "  Attune was started for the demo and is stopped again: `make run`, and then"
        )
    else:
        console.print(f"  Attune runs on at [cyan]{outcome.address}[/]:")
    console.print(
        f"  attune token --org {cast.source.organization} --user {person.user}"
        f" --job-role {person.job_role}\n",
        soft_wrap=True,
    )
