"""`python -m bench.templates`: how well questions are grouped by template, beside drain3."""

import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bench.baselines.drain import best
from bench.grouping import Asked, Found, Scores, read_questions, score
from services.suggestions.induction.mining import mine
from services.suggestions.templates.vocabulary import Term, Vocabulary

SAMPLES = Path(__file__).parents[1] / "samples" / "queries"


@dataclass(frozen=True)
class Row:
    """One set, without or with a vocabulary: both miners' scores."""

    name: str
    vocabulary: bool
    questions: int
    attune: Scores
    drain3: Scores
    setting: str
    seconds: float

    @property
    def beaten(self) -> bool:
        return all(a >= d for a, d in zip(self.attune.values, self.drain3.values, strict=True))


def main(
    data: Annotated[
        Path | None,
        typer.Option(
            help="A folder of *.jsonl as samples/queries/README.md says; else $ATTUNE_BENCH_QUERIES"
            " or the samples."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score templates of each set: grouping accuracy, adjusted Rand index, F1 of slots.

    drain3 gets each score at the setting that is best for it. With a vocabulary: the slot values
    of other lines of the same set, which drain3 masks.
    """
    folder = data or Path(os.environ.get("ATTUNE_BENCH_QUERIES", SAMPLES))
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise typer.BadParameter(f"no *.jsonl in {folder}")
    rows: list[Row] = []
    with Console(stderr=True).status("") as status:
        for path in paths:
            asked = read_questions(path)
            for vocabulary in (False, True):
                status.update(f"{path.stem}{', with vocabulary' if vocabulary else ''} …")
                rows.append(measured(path.stem, asked, vocabulary))
    if as_json:
        sys.stdout.write(json.dumps([as_data(row) for row in rows], indent=2) + "\n")
    else:
        show(rows)


def measured(name: str, asked: Sequence[Asked], vocabulary: bool) -> Row:
    values = shared_values(asked) if vocabulary else {}
    words = vocabulary_of(values)
    began = time.perf_counter()
    found = mined(asked, words)
    seconds = time.perf_counter() - began
    drain = best(asked, sorted({value for kind in values.values() for value in kind}))
    return Row(
        *(name, vocabulary, len(asked), score(asked, found)),
        *(drain.scores, str(drain.setting), seconds),
    )


def mined(asked: Sequence[Asked], vocabulary: Vocabulary) -> list[Found]:
    return [
        Found(one.template, tuple((slot.start, slot.end) for slot in one.slots))
        for one in mine([one.text for one in asked], vocabulary)
    ]


def vocabulary_of(values: Mapping[str, Sequence[str]]) -> Vocabulary:
    """A dimension for each kind of slot, named such that no question names it."""
    return Vocabulary(
        tuple(
            Term(f"values of {kind}", ("dimension",), values=tuple(of_kind))
            for kind, of_kind in sorted(values.items())
        )
    )


def shared_values(asked: Sequence[Asked]) -> dict[str, list[str]]:
    """By kind, the slot values of at least two lines: for every line, those of other lines.

    What has no letter is left out: a vocabulary lists no numbers.
    """
    lines: dict[tuple[str, str], int] = Counter(
        found
        for one in asked
        for found in {(kind, one.text[start:end].strip()) for start, end, kind in one.slots}
    )
    values: dict[str, list[str]] = defaultdict(list)
    for (kind, value), count in sorted(lines.items()):
        if count > 1 and any(map(str.isalpha, value)):
            values[kind].append(value)
    return values


def show(rows: Sequence[Row]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 150)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("set", style="cyan", no_wrap=True)
    table.add_column("words")
    table.add_column("questions", justify="right")
    for heading in ("grouping", "drain3", "ARI", "drain3", "slot F1", "drain3", "s"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("drain3's best on the whole")
    for row in rows:
        pairs = zip(row.attune.values, row.drain3.values, strict=True)
        scores = [cell for ours, theirs in pairs for cell in compared(ours, theirs)]
        words = "known" if row.vocabulary else "-"
        table.add_row(
            *(row.name, words, str(row.questions), *scores, f"{row.seconds:.2f}", row.setting)
        )
    console.print(table)


def compared(ours: float, theirs: float) -> tuple[str, str]:
    style = "bold green" if ours > theirs else "bold" if ours == theirs else "bold red"
    return f"[{style}]{ours:.3f}[/]", f"{theirs:.3f}"


def as_data(row: Row) -> dict[str, Any]:
    return {**asdict(row), "beaten": row.beaten}


if __name__ == "__main__":
    typer.run(main)
