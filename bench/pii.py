"""`python -m bench.pii`: precision and recall of the recognisers of personal data."""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.pii_samples import Sample, generated, read_labelled
from services.common.pii import KINDS, Finding, find

DATA = Path(__file__).parent / "data"
GENERATED = 4000
CLEAN = (
    "The answer was quick and mostly right, but the chart for 2024 shows 12 regions where we have "
    "13; the total of 1,249.00 is fine. "
) * 8
ROUNDS = 300


@dataclass
class Counts:
    """Spans that are exactly right, that are there, and that were told."""

    right: int = 0
    there: int = 0
    told: int = 0

    @property
    def precision(self) -> float | None:
        return self.right / self.told if self.told else None

    @property
    def recall(self) -> float | None:
        return self.right / self.there if self.there else None


Finder = Callable[[str], Sequence[Finding]]


def score(samples: Sequence[Sample], finder: Finder = find) -> dict[str, Counts]:
    """Kind -> counts, and "all": a finding is right where kind and both ends are."""
    counts = {kind: Counts() for kind in (*KINDS, "all")}
    for sample in samples:
        told, there = {*finder(sample.text)}, {*sample.spans}
        for kind in KINDS:
            of_kind = [{one for one in spans if one.kind == kind} for spans in (told, there)]
            for name in (kind, "all"):
                counts[name].right += len(of_kind[0] & of_kind[1])
                counts[name].told += len(of_kind[0])
                counts[name].there += len(of_kind[1])
    return counts


def mistakes(samples: Sequence[Sample]) -> Iterator[str]:
    """What was missed (-) and what was told without being there (+)."""
    for sample in samples:
        told, there = {*find(sample.text)}, {*sample.spans}
        for sign, spans in (("-", there - told), ("+", told - there)):
            for one in sorted(spans, key=lambda f: f.start):
                yield f"{sign} {one.kind}: {sample.text[one.start : one.end]!r} in {sample.text!r}"


def table(title: str, counts: dict[str, Counts]) -> Table:
    shown = Table(title=title, box=None, title_justify="left", header_style="dim")
    shown.add_column("kind", style="cyan")
    for heading in ("precision", "recall", "there", "told", "right"):
        shown.add_column(heading, justify="right")
    for kind, one in counts.items():
        figures = (share(one.precision), share(one.recall), one.there, one.told, one.right)
        shown.add_row(kind, *map(str, figures))
    return shown


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def microseconds(text: str) -> float:
    """The median time of one search, in microseconds."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        find(text)
        took.append(time.perf_counter() - began)
    return median(took) * 1e6


def main() -> None:
    console = Console(highlight=False, soft_wrap=True)
    sets = {
        f"Generated, {GENERATED} texts": generated(random.Random("attune pii"), GENERATED),
        "Labelled by hand, the half that was looked at": read_labelled(DATA / "pii_dev.txt"),
        "Labelled by hand, the half that was kept": read_labelled(DATA / "pii_test.txt"),
    }
    for title, samples in sets.items():
        console.print(table(title, score(samples)), "")
        if "-v" in sys.argv:
            console.print("\n".join(mistakes(samples)), markup=False)
    console.print(f"{len(CLEAN)} characters of clean text: {microseconds(CLEAN):.0f} µs")


if __name__ == "__main__":
    main()
