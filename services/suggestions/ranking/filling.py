"""Fills the slots of a template for one connection, one person and one day."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from heapq import heappop, heappush

from services.suggestions.ranking import times
from services.suggestions.ranking.english import fold
from services.suggestions.ranking.lexicon import Lexicon
from services.suggestions.ranking.model import TERM_KINDS, Filled, Option
from services.suggestions.ranking.patterns import Seen
from services.suggestions.ranking.sense import makes_sense
from services.suggestions.ranking.shapes import Shape, agree

# Options a slot is tried with, and fillings a template is offered in: enough for a list of 12
# with variety, few enough for the millisecond that a keystroke may take.
CHOICES = 6
FILLINGS = 6
_OF_A_SORT = 3  # of preferred and of seen options, so that neither crowds out the other
# A slot of time or number varies only when the terms have, or "Top 10", "Top 5", "Top 20" of
# the same thing would fill the list.
_LATER = 3
# How usual an option is: what was seen most beats what was seen least, and that the catalogue's
# first. An order of the catalogue's own is kept, but hardly counts.
_SEEN, _SEEN_SHARE = 0.5, 0.5
_UNSEEN, _UNSEEN_STEP = 0.4, 0.01

Fixed = tuple[tuple[Option, ...], ...]


@dataclass(frozen=True)
class Filler:
    """Knows what may go into a slot."""

    words: Lexicon
    preferred: frozenset[str]
    excluded: frozenset[str]
    now: datetime
    timeframes: tuple[str, ...] = ()
    mentioned: frozenset[str] = frozenset()
    advanced: bool = False
    _catalogue: dict[str, tuple[Option, ...]] = field(default_factory=dict, repr=False)
    _defaults: dict[str, tuple[Option, ...]] = field(default_factory=dict, repr=False)

    def fillings(
        self,
        shape: Shape,
        seen: Seen,
        *,
        fixed: Fixed = (),
        taken: frozenset[str] = frozenset(),
        turn: int = 0,
        most: int = FILLINGS,
    ) -> Iterator[tuple[Filled, ...]]:
        """The sensible ways to fill all slots, the likeliest first; none where a slot has none.

        `fixed` are options of the first slots; terms in `taken` stand before the template.
        """
        options = [
            fixed[at] if at < len(fixed) else self.options(shape, seen, at, turn)
            for at in range(len(shape.gaps))
        ]
        if not all(options):
            return
        sensible = (
            filled
            for filled in self._combined(shape, options, len(fixed))
            if makes_sense(shape, filled, taken, self.words, self.now)
            and self._simple(shape, filled)
        )
        yield from itertools.islice(sensible, most)

    def again(self, shape: Shape, values: tuple[str, ...]) -> tuple[Filled, ...] | None:
        """The slots as they were filled once; None where the catalogue has no such term (now)."""
        filled: list[Filled] = []
        if len(values) != len(shape.gaps):
            return None
        for gap, value in zip(shape.gaps, values, strict=True):
            term = ""
            if gap.kind in TERM_KINDS:
                _, name = times.without_step(fold(value)) if gap.kind == "metric" else ("", value)
                surface = self.words.exact(gap.kind, fold(name))
                if surface is None or surface.term in self.excluded:
                    return None
                term = surface.term
            filled.append(Filled(gap.kind, value, term, 1.0))
        return tuple(filled)

    def _combined(
        self, shape: Shape, options: list[tuple[Option, ...]], fixed: int
    ) -> Iterator[tuple[Filled, ...]]:
        later = tuple(gap.kind not in TERM_KINDS for gap in shape.gaps)
        for picks in _combinations(tuple(map(len, options)), later):
            picked = [choice[pick] for choice, pick in zip(options, picks, strict=True)]
            yield self._agreed(shape, picked, fixed)

    def options(self, shape: Shape, seen: Seen, at: int, turn: int = 0) -> tuple[Option, ...]:
        """What may go into the slot, the likeliest first."""
        kind = shape.gaps[at].kind
        counts = seen.counts(at, kind)
        if kind in TERM_KINDS:
            return self._terms(kind, counts, turn)
        found = [*_plain(kind, counts), *self._default(kind)]
        if shape.gaps[at].lasting and kind == "timeframe":
            found = [option for option in found if times.LASTING.search(option.text)]
        if not shape.gaps[at].article:
            found = [Option(_bare(option.text), "", option.weight) for option in found]
        return _distinct(found, CHOICES)

    def values(self, shape: Shape, seen: Seen, at: int) -> tuple[Option, ...]:
        """Everything known for a slot that holds no term: what half-typed text is compared with."""
        kind = shape.gaps[at].kind
        counts = seen.counts(at, kind)
        return _distinct([*_plain(kind, counts), *self._default(kind)], 24)

    def _terms(self, kind: str, counts: Mapping[str, int], turn: int) -> tuple[Option, ...]:
        listed = self._listed(kind)
        seen = self._seen_terms(kind, counts)
        weights = {option.term: option for option in seen}
        near = [weights.get(o.term, o) for o in listed if o.term in self.mentioned]
        liked = [weights.get(o.term, o) for o in listed if o.term in self.preferred]
        turned = turn % len(listed) if listed and kind == "metric" else 0
        rest = (*listed[turned:], *listed[:turned])
        chosen = (*near[:_OF_A_SORT], *liked[:_OF_A_SORT], *seen[:_OF_A_SORT], *rest)
        return _distinct(chosen, CHOICES)

    def _seen_terms(self, kind: str, counts: Mapping[str, int]) -> list[Option]:
        """Seen values that the catalogue knows, each in the word that was used most for it."""
        total = sum(counts.values()) or 1
        best: dict[str, Option] = {}
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            step, name = times.without_step(fold(value)) if kind == "metric" else ("", fold(value))
            surface = self.words.exact(kind, name)
            if surface and surface.term not in best and surface.term not in self.excluded:
                weight = _SEEN + _SEEN_SHARE * count / total
                best[surface.term] = Option(step + surface.text, surface.term, weight)
        return list(best.values())

    def _listed(self, kind: str) -> tuple[Option, ...]:
        if kind not in self._catalogue:
            known = (s for s in self.words.by_kind[kind] if s.term not in self.excluded)
            self._catalogue[kind] = tuple(
                Option(surface.text, surface.term, max(0.1, _UNSEEN - _UNSEEN_STEP * at))
                for at, surface in enumerate(known)
            )
        return self._catalogue[kind]

    def _default(self, kind: str) -> tuple[Option, ...]:
        if kind not in self._defaults:
            texts = times.defaults(kind, self.now, self.timeframes)
            self._defaults[kind] = tuple(
                Option(text, "", max(0.1, _UNSEEN - _UNSEEN_STEP * at))
                for at, text in enumerate(texts)
            )
        return self._defaults[kind]

    def _simple(self, shape: Shape, filled: tuple[Filled, ...]) -> bool:
        """No comparison over a derived metric, unless advanced questions are wanted.

        The hard filter would drop it, and with it the place of one that could be shown.
        """
        if self.advanced or shape.query_type != "comparison":
            return True
        return not any(slot.term and self.words.terms[slot.term].derived for slot in filled)

    def _agreed(self, shape: Shape, picked: list[Option], fixed: int) -> tuple[Filled, ...]:
        filled: list[Filled] = []
        for at, (gap, option) in enumerate(zip(shape.gaps, picked, strict=True)):
            text = option.text
            if at >= fixed and gap.kind in TERM_KINDS:
                text = agree(text, gap, filled[-1].text if filled else "")
            filled.append(Filled(gap.kind, text, option.term, option.weight))
        return tuple(filled)


def _plain(kind: str, counts: Mapping[str, int]) -> list[Option]:
    total = sum(counts.values()) or 1
    return [
        Option(value, "", _SEEN + _SEEN_SHARE * count / total)
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if value.strip()
    ]


def _bare(timeframe: str) -> str:
    return timeframe.removeprefix("the ")


def _distinct(options: Iterable[Option], most: int) -> tuple[Option, ...]:
    found: dict[str, Option] = {}
    for option in options:
        key = option.term or _bare(fold(option.text))
        if key not in found:
            found[key] = option
            if len(found) == most:
                break
    return tuple(found.values())


@lru_cache(maxsize=1024)
def _combinations(sizes: tuple[int, ...], later: tuple[bool, ...]) -> tuple[tuple[int, ...], ...]:
    """Picks of one option a slot: the first ones first, terms varied before times and numbers."""
    terms_vary = any(size > 1 and not late for size, late in zip(sizes, later, strict=True))
    costs = tuple(_LATER if late and terms_vary else 1 for late in later)
    # More slots than this are rare; the further ones take their first option.
    lasts = tuple(size - 1 if at < 4 else 0 for at, size in enumerate(sizes))
    first = (0,) * len(sizes)
    found, waiting, known = list[tuple[int, ...]](), [(0, first)], {first}
    while waiting and len(found) < FILLINGS * 6:
        cost, pick = heappop(waiting)
        found.append(pick)
        for at, last in enumerate(lasts):
            onward = (*pick[:at], pick[at] + 1, *pick[at + 1 :])
            if pick[at] < last and onward not in known:
                known.add(onward)
                heappush(waiting, (cost + costs[at], onward))
    return tuple(found)
