"""A sentence, read with what a result has names for: what of it belongs to which number."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.analytics.chat.prose import lexicon
from services.analytics.chat.prose.dates import Moment
from services.analytics.chat.prose.facts import TOKEN, Facts, Node, Rows, case_fits, singular
from services.analytics.chat.prose.numbers import Figure


@dataclass(frozen=True)
class Label:
    """A value of a dimension, or a moment of one, and the rows that have it."""

    start: int
    end: int
    place: int
    rows: Rows


@dataclass(frozen=True)
class Mention:
    """A column that is named: "measure" or "dimension"."""

    start: int
    end: int
    kind: str
    place: int


@dataclass
class Reading:
    """`text` is in lower case, with the places of the sentence."""

    text: str
    facts: Facts
    labels: list[Label] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    # Moments that name the period told, and the one before it: True for the one before.
    periods: list[tuple[int, bool]] = field(default_factory=list)
    carried: Sequence[Label] = ()

    def __post_init__(self) -> None:
        self.splits = [found.start() for found in lexicon.SPLIT.finditer(self.text)]

    def chunk(self, at: int) -> int:
        return bisect_right(self.splits, at)

    def part(self, at: int) -> tuple[int, int]:
        """From where to where the chunk of a place goes."""
        number = self.chunk(at)
        start = self.splits[number - 1] if number else 0
        return start, self.splits[number] if number < len(self.splits) else len(self.text)

    def of(self, place: int) -> list[Label]:
        return [one for one in self.labels if one.place == place]

    def bound(self, at: int, place: int) -> list[Rows]:
        """The rows that a dimension's labels leave for what stands at a place; any of them."""
        labels = self.of(place)
        if not labels:
            carried = [one for one in self.carried if one.place == place]
            return [self.facts.rows, carried[-1].rows] if carried else [self.facts.rows]
        nearest = self.nearest(at, labels)
        low, high = self.part(at)
        unlabelled = labels[0].start >= high and lexicon.TOTAL.search(self.text, low, high)
        if unlabelled or lexicon.WHOLE.search(self.text[:at]):
            return [self.facts.rows, nearest.rows]
        own = self.respective(at, labels)
        if own is not None:
            return [own.rows]
        group = self.group(nearest, labels)
        if len(group) > 1:
            return [frozenset().union(*(one.rows for one in group))]
        return [nearest.rows]

    def nearest(self, at: int, labels: Sequence[Label]) -> Label:
        """In the chunk the one before, else after; else the last before it, else the next."""
        here = [one for one in labels if self.chunk(one.start) == self.chunk(at)]
        among = here or labels
        before = [one for one in among if one.start < at]
        if not before and lexicon.OBJECT.search(self.text, at, among[0].start):
            before = [
                one for one in labels if one.start < at
            ]  # among[0] is what it is compared with
        return before[-1] if before else among[0]

    def group(self, label: Label, labels: Sequence[Label]) -> list[Label]:
        """Those that are listed with one: "A, B and C"."""
        found = [label]
        for one in labels[labels.index(label) + 1 :]:
            if not listed(self.text[found[-1].end : one.start]):
                break
            found.append(one)
        for one in reversed(labels[: labels.index(label)]):
            if not listed(self.text[one.end : found[0].start]):
                break
            found.insert(0, one)
        return found

    def respective(self, at: int, group: Sequence[Label]) -> Label | None:
        """Of "A and B had 3 and 5" the label that stands where the number does."""
        starts = [one.start for one in self.figures if one.start > group[-1].end]
        if len(group) < 2 or any(one.start < group[-1].end for one in self.figures):
            return None
        even = len(starts) == len(group) and not lexicon.COMBINED.search(self.text)
        if at not in starts or not (even or "respectively" in self.text):
            return None
        place = starts.index(at)
        return group[place] if place < len(group) else None

    def scopes(self, at: int) -> list[Rows]:
        found = [self.facts.rows]
        for dimension in self.facts.dimensions:
            options = self.bound(at, dimension.place)
            if options != [self.facts.rows]:
                found = [rows & option for rows in found for option in options]
        return [rows for rows in dict.fromkeys(found) if rows]

    def measured(self, start: int, end: int) -> set[int]:
        """The columns that what stands here may be of: by the name right after it, or before, or
        in its chunk; empty where none is named there.
        """
        named = [one for one in self.mentions if one.kind == "measure"]
        after = [one for one in named if 0 <= one.start - end <= 24 and self.same(end, one.start)]
        if after and len(self.text[end : after[0].start].split()) <= 2:
            return {one.place for one in named if one.start == after[0].start}
        low, high = self.part(start)
        before = [one for one in named if low <= one.start and one.end <= start]
        if before:
            return {one.place for one in named if one.start == before[-1].start}
        here = [one for one in named if end <= one.start < high]
        return {one.place for one in named if here and one.start == here[0].start}

    def same(self, one: int, other: int) -> bool:
        return self.chunk(one) == self.chunk(other)

    def is_previous(self, start: int, end: int) -> bool | None:
        """Whether it is said to be of the period before, or of the present one."""
        low, high = self.part(start)
        told = [before for at, before in self.periods if low <= at < high]
        if told:
            return told[0]
        if lexicon.FROM.search(self.text[:start]) or lexicon.BEFORE.search(self.text[low:high]):
            return True
        return True if AGAINST.match(self.text[low:start].strip()) else None


AGAINST = lexicon.words(r"against versus vs compared than from")


def listed(between: str) -> bool:
    return (
        between.strip().strip(",").strip() in ("", "and", "&", "or", ", and") and len(between) < 9
    )


def named(text: str, facts: Facts) -> Iterator[Label | Mention]:
    """The longest names that stand there, from left to right; `text` in its own case."""
    tokens = list(TOKEN.finditer(text))
    at = 0
    while at < len(tokens):
        length, found = longest(tokens, at, facts.names)
        kept = 0
        for kind, place, value in found:
            span = (tokens[at].start(), tokens[at + length - 1].end())
            if kind != "label":
                yield Mention(*span, kind, place)
                kept = length
            elif (
                value is None or not isinstance(value, str) or case_fits(text[slice(*span)], value)
            ):
                yield Label(*span, place, facts.dimension(place).rows[value])
                kept = length
        at += kept or 1


def longest(
    tokens: Sequence[re.Match[str]], at: int, names: Node
) -> tuple[int, list[tuple[str, int, object]]]:
    node, length, found = names, 0, []
    for place in range(at, len(tokens)):
        word = tokens[place].group().casefold()
        after = node.next.get(word) or node.next.get(singular(word))
        if after is None:
            break
        node = after
        if node.found:
            length, found = place - at + 1, node.found
    return length, list(found)


def dated(moment: Moment, facts: Facts) -> Iterator[Label]:
    """The rows whose moments a date covers."""
    for place, moments in facts.moments.items():
        rows = frozenset(
            at for at, one in enumerate(moments) if one is not None and moment.covers(one)
        )
        if rows:
            yield Label(moment.start, moment.end, place, rows)
