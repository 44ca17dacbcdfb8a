"""How often false sentences are caught and true ones dropped, on seeded results:

`python -m tests.analytics.chat.grounding.suite` prints both by shape and by kind of fault, for the
sentences that the rules were made with and for those that were held back; `-v` what was wrong of
the former.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from services.analytics.chat.prose import checked
from tests.analytics.chat.grounding.mutating import mutated
from tests.analytics.chat.grounding.sentences import (
    FIRST_HELD_BACK,
    HELD_BACK,
    NOT_KNOWN,
    SECOND_HELD_BACK,
    TEMPLATES,
)
from tests.analytics.chat.grounding.tables import SHAPES, Case

SEED = 6
# Results for each sentence.
RESULTS = 4
Templates = Mapping[str, list[str]]
PARTS: Mapping[str, Templates] = {
    "made with": TEMPLATES,
    "held back at first": FIRST_HELD_BACK,
    "held back then": SECOND_HELD_BACK,
    "held back": HELD_BACK,
}


@dataclass
class Score:
    """Of true sentences those that were dropped, of false ones those that were not."""

    true: int = 0
    dropped: list[str] = field(default_factory=list)
    false: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def catch_rate(self) -> float:
        return 1 - len(self.missed) / self.false.total()

    @property
    def false_drops(self) -> float:
        return len(self.dropped) / self.true


def scored(templates: Templates, results: int = RESULTS, seed: int = SEED) -> Score:
    score = Score()
    for shape, template, random in rounds(templates, results, seed):
        case = SHAPES[shape](random)
        truth = template.format(**case.slots)
        score.true += 1
        if fails(truth, case):
            score.dropped.append(f"{shape}: {truth}")
        for kind, wrong in faulty(template, case, random):
            if wrong == truth:
                continue
            score.false[kind] += 1
            if not fails(wrong, case):
                score.missed.append((kind, f"{shape}: {wrong}   <- {truth}"))
    return score


def rounds(templates: Templates, results: int, seed: int) -> Iterator[tuple[str, str, Random]]:
    for shape, told in templates.items():
        for at, template in enumerate(told):
            for turn in range(results):
                yield shape, template, Random(f"{seed} {shape} {at} {turn}")


def faulty(template: str, case: Case, random: Random) -> Iterator[tuple[str, str]]:
    yield from mutated(template, case, random)
    if case.shape == "cut":
        yield "cut", random.choice(NOT_KNOWN).format(**case.slots)


def fails(text: str, case: Case) -> bool:
    return bool(checked(text, case.evidence).dropped)


def main(arguments: list[str]) -> None:
    for name, templates in PARTS.items():
        score = scored(templates)
        count = sum(map(len, templates.values()))
        missed = Counter(kind for kind, _ in score.missed)
        print(f"{name}: {count} sentences, {score.true} true, {score.false.total()} false")  # noqa: T201
        print(f"  caught {score.catch_rate:.2%}, true ones dropped {score.false_drops:.2%}")  # noqa: T201
        print("  missed by kind:", {k: f"{missed[k]}/{n}" for k, n in score.false.items()})  # noqa: T201
        if "-v" in arguments and templates is not HELD_BACK:
            lines = [*score.dropped, *(f"{kind}: {text}" for kind, text in score.missed)]
            print(*lines, sep="\n")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
