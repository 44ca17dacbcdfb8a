"""What an evaluation shows: progress on stderr while it runs, tables on stdout."""

from collections.abc import Sequence
from types import TracebackType
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from cli.console import out, out_table
from cli.evaluation import report
from cli.evaluation.running import Result
from cli.evaluation.scoring import OUTCOMES, Attempt, Score
from cli.local.supervisor import Notice

MOST_SHOWN = 20


class EvaluationView:
    """Progress; also hears how the private suite starts."""

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            SpinnerColumn(style="cyan"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30, complete_style="cyan", finished_style="green"),
            MofNCompleteColumn(),
            console=console or Console(stderr=True, highlight=False),
            transient=True,
        )
        self._task = self._progress.add_task("Starting Attune for the questions", total=None)

    def __enter__(self) -> "EvaluationView":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def step(
        self, name: str, phase: Literal["started", "done", "failed"], detail: str = ""
    ) -> None:
        if phase == "started":
            self.act(f"Starting {name}")

    def notice(self, notice: Notice) -> None:
        """What the processes log is in their files."""

    def act(self, text: str) -> None:
        self._progress.reset(self._task, description=text, total=None)

    def begin(self, title: str, count: int) -> None:
        self._progress.reset(self._task, description=title, total=count)

    def asked(self, attempt: Attempt) -> None:
        self._progress.advance(self._task)


def show(results: Sequence[Result]) -> None:
    for result in results:
        by = result.model or "no model"
        databases = f"{len(result.suite.seeds)} databases"
        out(f"\n{result.suite.title} ({result.suite.name}), {by}, {databases}\n")
        out_table(table_of(result))
        for gate in result.gates:
            sign = "✓" if gate.holds else "✗"
            out(f"{sign} {gate.name}: {gate.found} ({gate.wanted})")
        show_missed(result)


def table_of(result: Result) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("family")
    for name in ("asked", *OUTCOMES, "p50", "p95", "tokens"):
        table.add_column(name, justify="right")
    for score in report.by_family(result):
        table.add_row(*cells(score))
    table.add_section()
    for score in report.by_way(result):
        table.add_row(f"way {score.name}", *cells(score)[1:], style="dim")
    table.add_row("all", *cells(report.total(result))[1:], style="bold")
    return table


def cells(score: Score) -> list[str]:
    counts = [str(score.outcomes[outcome] or "·") for outcome in OUTCOMES]
    times = [f"{1000 * seconds:.0f} ms" for seconds in (score.p50, score.p95)]
    return [score.name.replace("_", " "), str(score.asked), *counts, *times, f"{score.tokens:,}"]


def show_missed(result: Result) -> None:
    missed = report.wrong_first(result.verdicts)
    if missed:
        out("\nNot right:")
    for verdict in missed[:MOST_SHOWN]:
        said = verdict.attempts[0].said.replace("\n", " ")[:110]
        out(f"  {verdict.outcome}: {verdict.question.text!r}  {verdict.question.place}")
        out(f"      {said}")
    if len(missed) > MOST_SHOWN:
        out(f"  … and {len(missed) - MOST_SHOWN} more, in --json")
