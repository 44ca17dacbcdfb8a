"""Questions grouped by template, and how well a grouping and its slots agree with them. No I/O
but reading the files."""

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path

Span = tuple[int, int]
# What people write around a value is none of it.
_AROUND = " \t\"'`\u201c\u201d\u2018\u2019"


@dataclass(frozen=True)
class Asked:
    """A question in lower case; its template, where it is known, and where its slots are."""

    text: str
    surface: str | None
    slots: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Found:
    """What a miner made of a question: a template to compare, and spans of slots."""

    template: Hashable
    slots: tuple[Span, ...]


@dataclass(frozen=True)
class Scores:
    """Each in [0, 1], ARI in [-1, 1]: 1 is perfect."""

    grouping_accuracy: float
    ari: float
    slot_f1: float

    @property
    def values(self) -> tuple[float, float, float]:
        return self.grouping_accuracy, self.ari, self.slot_f1


def read_questions(path: Path) -> list[Asked]:
    """JSON objects, one a line, with q, surface and slots, as samples/queries/README.md says."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        Asked(row["q"].lower(), row["surface"], tuple(map(tuple, row["slots"] or ())))
        for row in rows
    ]


def score(asked: Sequence[Asked], found: Sequence[Found]) -> Scores:
    """Scores over the questions whose template is known; the others only took part."""
    pairs = [(a, f) for a, f in zip(asked, found, strict=True) if a.surface is not None]
    gold = [a.surface for a, _ in pairs]
    templates = [f.template for _, f in pairs]
    true = [{trimmed(a.text, (start, end)) for start, end, _ in a.slots} for a, _ in pairs]
    taken = [{trimmed(a.text, span) for span in f.slots} for a, f in pairs]
    return Scores(
        grouping_accuracy(gold, templates),
        adjusted_rand_index(gold, templates),
        slot_f1(true, taken),
    )


def grouping_accuracy(gold: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """The share of questions whose group is exactly the true one (Zhu et al., 2019)."""
    true, made = _groups(gold), _groups(found)
    right = sum(true[g] == made[f] for g, f in zip(gold, found, strict=True))
    return right / len(gold) if gold else 1.0


def adjusted_rand_index(gold: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """Agreement of pairs beyond chance (Hubert and Arabie, 1985); 1.0 where there is no choice."""
    both = _pairs(zip(gold, found, strict=True))
    true, made, all_pairs = _pairs(gold), _pairs(found), comb(len(gold), 2)
    expected = true * made / all_pairs if all_pairs else 0.0
    most = (true + made) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def slot_f1(gold: Sequence[set[Span]], found: Sequence[set[Span]]) -> float:
    """F1 over spans of characters that are exactly right, whatever the slots are called."""
    right = sum(len(g & f) for g, f in zip(gold, found, strict=True))
    total = sum(map(len, gold)) + sum(map(len, found))
    return 2 * right / total if total else 1.0


def trimmed(text: str, span: Span) -> Span:
    """The span without quotes and white space at its ends."""
    start, end = span
    while start < end and text[start] in _AROUND:
        start += 1
    while end > start and text[end - 1] in _AROUND:
        end -= 1
    return start, end


def _groups(labels: Sequence[Hashable]) -> dict[Hashable, set[int]]:
    groups: dict[Hashable, set[int]] = defaultdict(set)
    for at, label in enumerate(labels):
        groups[label].add(at)
    return groups


def _pairs(labels: "Sequence[Hashable] | zip[tuple[Hashable, Hashable]]") -> int:
    return sum(comb(count, 2) for count in Counter(labels).values())
