"""`python -m bench.next_question`: how well the next question is foreseen.

Questions are taken in the order of time. The first part is only learned; each later one is foreseen
with nothing, 3 and 8 of its characters typed, and then learned too. A hit is the question itself,
but for case, white space and a last ?.!, among the first six; MRR is the mean of 1 / its place, 0
where it is not among them. The baselines complete what is typed by what was asked most until then;
each signal of the ranking is left out in turn.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.recall import Memory
from bench.sessions import SEED, Ask, as_line, generated, read_sessions
from cli.demo.questions import VOCABULARY
from services.suggestions.patterns import weights as fading
from services.suggestions.ranking import Preferences, suggest
from services.suggestions.ranking.model import Learned, Suggestion
from services.suggestions.ranking.scoring import WEIGHTS, Weights
from services.suggestions.servings.domain import text_key
from services.suggestions.templates.template import template_key
from services.suggestions.templates.vocabulary import Vocabulary, parse_vocabulary

SHOWN = 6
PREFIXES = (0, 3, 8)
LEARNED_SHARE = 0.7
# With so much typed a person looks at the list and decides.
DECIDED_AT = 3
EVERYTHING = Preferences(show_advanced_queries=True, max_suggestions=SHOWN)
NEVER_FADES = 36_500.0
ABLATED = ("habit", "asked", "acceptance", "session", "hour")
OURS = "attune"


@dataclass
class Score:
    """Hits and reciprocal ranks of one way, by how much was typed."""

    count: Counter[int] = field(default_factory=Counter)
    hits: Counter[int] = field(default_factory=Counter)
    reciprocal: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, typed: int, place: int) -> None:
        self.count[typed] += 1
        if place:
            self.hits[typed] += 1
            self.reciprocal[typed] += 1 / place

    def as_data(self) -> dict[str, Any]:
        return {
            str(typed): {
                "hit@6": round(self.hits[typed] / total, 4),
                "mrr": round(self.reciprocal[typed] / total, 4),
            }
            for typed, total in self.count.items()
        }


class MostPopular:
    """Completes by what was asked most; `own_first`: by the person before by everybody."""

    def __init__(self, own_first: bool) -> None:
        self._own_first = own_first
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def tell(self, ask: Ask) -> None:
        key = template_key(ask.text)
        self._counts[""][key] += 1
        self._counts["of " + ask.user][key] += 1

    def __call__(self, ask: Ask, typed: str) -> list[str]:
        found: dict[str, None] = {}
        for who in ("of " + ask.user, "") if self._own_first else ("",):
            counts = self._counts[who]
            begun = [text for text in counts if text.startswith(folded_beginning(typed))]
            best = sorted(begun, key=lambda text: (-counts[text], text))
            found |= dict.fromkeys(best[:SHOWN])
        return list(found)[:SHOWN]


def folded_beginning(typed: str) -> str:
    """As `template_key`, but with the blank at its end, which says that a word is whole."""
    key = template_key(typed)
    return key + " " if key and typed[-1:].isspace() else key


class Ranking:
    """The ranking of the suggestions service; `faded` False counts old questions in full."""

    def __init__(self, vocabulary: Vocabulary, faded: bool = True) -> None:
        self.memory = Memory(vocabulary)
        self._faded = faded

    def tell(self, ask: Ask) -> None:
        with half_life(fading.HALF_LIFE_DAYS if self._faded else NEVER_FADES):
            if observation := self.memory.seen(ask):
                self.memory.tell(observation)

    def learned(self, ask: Ask, typed: str) -> list[Learned]:
        return self.memory.learned(ask, typed)

    def suggestions(
        self, ask: Ask, typed: str, learned: Sequence[Learned], weights: Weights
    ) -> list[Suggestion]:
        with half_life(fading.HALF_LIFE_DAYS if self._faded else NEVER_FADES):
            return suggest(
                learned=learned,
                vocabulary=self.memory.vocabulary,
                preferences=EVERYTHING,
                job_role=ask.job_role,
                partial_query=typed,
                limit=SHOWN,
                now=ask.time,
                weights=weights,
            )


@contextmanager
def half_life(days: float) -> Iterator[None]:
    """Count with another half-life for a while."""
    before = fading.HALF_LIFE_DAYS
    fading.HALF_LIFE_DAYS = days
    try:
        yield
    finally:
        fading.HALF_LIFE_DAYS = before


@dataclass
class Contest:
    """All ways side by side over the same questions."""

    ranking: Ranking
    unfaded: Ranking
    scores: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    popular: dict[str, MostPopular] = field(
        default_factory=lambda: {
            "most popular": MostPopular(own_first=False),
            "most popular, own first": MostPopular(own_first=True),
        }
    )

    def foresee(self, ask: Ask) -> None:
        """Have each way foresee the question."""
        for typed in PREFIXES:
            beginning = ask.text[:typed]
            if typed >= len(ask.text):
                continue
            for name, way in self.popular.items():
                self.scores[name].add(typed, place_of(ask, way(ask, beginning)))
            for name, texts in self._ours(ask, beginning):
                self.scores[name].add(typed, place_of(ask, texts))

    def _ours(self, ask: Ask, beginning: str) -> Iterator[tuple[str, list[str]]]:
        for name, ranking, weights in self._ways():
            learned = ranking.learned(ask, beginning)
            found = ranking.suggestions(ask, beginning, learned, weights)
            yield name, [one.text for one in found]

    def _ways(self) -> Iterator[tuple[str, Ranking, Weights]]:
        yield OURS, self.ranking, WEIGHTS
        yield "without recency", self.unfaded, WEIGHTS
        for name in ABLATED:
            yield f"without {name}", self.ranking, replace(WEIGHTS, **{name: 0.0})

    def tell(self, ask: Ask) -> None:
        """The person looks at our list, decides, and asks."""
        beginning = ask.text[:DECIDED_AT]
        learned = self.ranking.learned(ask, beginning)
        shown = self.ranking.suggestions(ask, beginning, learned, WEIGHTS)
        self.ranking.memory.decide(ask, shown)
        ways: list[MostPopular | Ranking] = [*self.popular.values(), self.ranking, self.unfaded]
        for way in ways:
            way.tell(ask)


def contest_of(vocabulary: Vocabulary) -> Contest:
    ranking, unfaded = Ranking(vocabulary), Ranking(vocabulary, faded=False)
    unfaded.memory.verdicts = ranking.memory.verdicts  # they are shown the same
    return Contest(ranking, unfaded)


def measured(
    asks: Sequence[Ask], vocabulary: Vocabulary, tell: Callable[[], None] = lambda: None
) -> dict[str, Score]:
    """The score of each way over the later part of the questions."""
    contest = contest_of(vocabulary)
    learned_only = int(len(asks) * LEARNED_SHARE)
    for number, ask in enumerate(asks):
        if number >= learned_only:
            contest.foresee(ask)
        contest.tell(ask)
        tell()
    return dict(contest.scores)


def place_of(ask: Ask, texts: Sequence[str]) -> int:
    """The question's place from 1; 0 where it is not there."""
    wanted = text_key(ask.text)
    return next((at for at, text in enumerate(texts, 1) if text_key(text) == wanted), 0)


def main(
    sessions: Annotated[
        Path | None, typer.Option(help="Sessions, one JSON object a line; see bench/sessions.py.")
    ] = None,
    vocabulary: Annotated[
        Path | None, typer.Option(help="The vocabulary of that file's questions, if there is one.")
    ] = None,
    seed: Annotated[str, typer.Option(help="Another seed makes other people.")] = SEED,
    write: Annotated[
        Path | None, typer.Option(help="Only write the generated sessions to this file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How well the next question is foreseen, on generated sessions or on those of a file."""
    try:
        asks = read_sessions(sessions) if sessions else generated(seed)
        words = vocabulary_of(sessions, vocabulary)
    except ValueError as err:
        raise typer.BadParameter(str(err)) from None
    if write:
        write.write_text("".join(as_line(ask) + "\n" for ask in asks))
        return
    progress = Progress(console=Console(stderr=True), transient=True)
    with progress:
        bar = progress.add_task("Foreseeing", total=len(asks))
        scores = measured(asks, words, lambda: progress.advance(bar))
    data = as_data(asks, scores, str(sessions or f"generated, seed {seed!r}"))
    if as_json:
        sys.stdout.write(json.dumps(data, indent=2) + "\n")
    else:
        show(data)


def vocabulary_of(sessions: Path | None, vocabulary: Path | None) -> Vocabulary:
    """The given one; that of the generated sessions; none for a file. Raises ValueError."""
    if vocabulary is None and sessions is not None:
        return Vocabulary.EMPTY
    file = vocabulary or VOCABULARY
    try:
        return parse_vocabulary(file.read_text(encoding="utf-8"))
    except OSError as err:
        raise ValueError(f"cannot read {file}: {err.strerror}") from None


def as_data(asks: Sequence[Ask], scores: dict[str, Score], source: str) -> dict[str, Any]:
    foreseen = len(asks) - int(len(asks) * LEARNED_SHARE)
    return {
        "sessions": source,
        "questions": len(asks),
        "foreseen": foreseen,
        "people": len({ask.user for ask in asks}),
        "distinct": len({text_key(ask.text) for ask in asks}),
        "ways": {name: score.as_data() for name, score in scores.items()},
    }


def show(data: dict[str, Any]) -> None:
    table = Table(title="Is the next question among the first six?")
    table.add_column("way")
    for typed in PREFIXES:
        table.add_column(f"{typed} typed\nhit@6", justify="right")
        table.add_column("\nMRR", justify="right")
    for name, found in data["ways"].items():
        cells = [found.get(str(typed), {}) for typed in PREFIXES]
        values = [cell.get(kind) for cell in cells for kind in ("hit@6", "mrr")]
        texts = ["-" if value is None else f"{value:.3f}" for value in values]
        table.add_row(name, *texts, style="bold" if name == OURS else "")
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"{data['sessions']}: {data['questions']:,} questions ({data['distinct']:,} different) of"
        f" {data['people']} people; the last {data['foreseen']:,} are foreseen.",
        soft_wrap=True,
    )


if __name__ == "__main__":
    typer.run(main)
