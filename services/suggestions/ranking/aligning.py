"""Lays half-typed text over a template: what is typed already fixes the slots it covers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.suggestions.ranking import times
from services.suggestions.ranking.english import fold
from services.suggestions.ranking.lexicon import Lexicon, Surface
from services.suggestions.ranking.model import TERM_KINDS, Option
from services.suggestions.ranking.shapes import Gap, Shape, agree

# Half-typed words that several terms begin with are offered with this many of them.
_HALF_TYPED = 8
EXACT, _NAME, _SYNONYM = 1.0, 0.5, 0.45

_CASED = frozenset({"quarter", "month", "weekday"})
_LOWER = frozenset({"timeframe", "N"})

Fixed = tuple[tuple[Option, ...], ...]
Values = Callable[[int], tuple[Option, ...]]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The slots that the text fixes, each with the ways that it may go on, the best first."""

    fixed: Fixed
    passed: int  # slots after which there is more text


class _Known(NamedTuple):
    step: str
    name: str
    whole: Surface | None
    beginning: list[Surface]
    leading: list[Surface]


@dataclass(frozen=True)
class Aligner:
    """Aligns one text with templates: `text` as compared, `shown` as typed."""

    words: Lexicon
    text: str
    shown: str
    _asked: dict[tuple[str, int], _Known] = field(default_factory=dict, repr=False)

    def may_continue(self, shape: Shape) -> bool:
        """Whether the template begins as the text does, before any slot: cheap to ask."""
        opening, text = shape.folded[0], self.text
        return text.startswith(opening) or opening.startswith(text.rstrip())

    def align(self, shape: Shape, values: Values) -> Alignment | None:
        """The alignment, or None where the template does not continue the text.

        `values` gives a slot's own fillings for the kinds that the catalogue does not know.
        """
        return self._literal(shape, values, 0, 0, ())

    def _literal(
        self, shape: Shape, values: Values, at: int, pos: int, fixed: Fixed
    ) -> Alignment | None:
        literal, rest = shape.folded[at], self.text[pos:]
        last = at == len(shape.gaps)
        if len(rest) <= len(literal):
            wanted = rest.rstrip() if last and rest.rstrip() == literal.rstrip() else rest
            if not literal.startswith(wanted):
                return None
            return Alignment(fixed, at)
        if last:
            return Alignment(fixed, at) if rest.rstrip() == literal.rstrip() else None
        if not rest.startswith(literal):
            return None
        return self._gap(shape, values, at, pos + len(literal), fixed)

    def _gap(
        self, shape: Shape, values: Values, at: int, pos: int, fixed: Fixed
    ) -> Alignment | None:
        gap = shape.gaps[at]
        begun = (
            self._half_typed(gap, pos, fixed[-1][0].text if fixed else "")
            if gap.kind in TERM_KINDS
            else self._begun(gap, pos, values(at))
        )
        if begun:
            return Alignment((*fixed, begun), at)
        for length, option in self._passed(gap, pos):
            onward = self._literal(shape, values, at + 1, pos + length, (*fixed, (option,)))
            if onward:
                return onward
        return None

    def _passed(self, gap: Gap, pos: int) -> list[tuple[int, Option]]:
        """The ways in which the slot is typed in full, with more after it."""
        if gap.kind in TERM_KINDS:
            known = self._known(gap.kind, pos)
            return [
                (len(known.step + found.folded), Option(known.step + found.text, found.term, EXACT))
                for found in known.leading
            ]
        length = times.typed_length(gap.kind, self.text[pos:])
        return [(length, self._as_typed(gap.kind, pos, length))] if length else []

    def _begun(self, gap: Gap, pos: int, values: tuple[Option, ...]) -> tuple[Option, ...]:
        """The ways in which a slot without a term, with which the text ends, may go on."""
        rest = self.text[pos:]
        whole, known = rest.rstrip(), list(values)
        if gap.kind == "timeframe":
            counted = enumerate(times.counted(rest))
            known += [Option(text, "", _NAME - at / 100) for at, text in counted]
            known += [Option(o.text.removeprefix("the "), "", o.weight) for o in known]
        found = {fold(o.text): o for o in reversed(known) if _goes_on(fold(o.text), rest)}
        if times.typed_length(gap.kind, whole) == len(whole):
            found.pop(whole, None)
            exact = self._as_typed(gap.kind, pos, len(whole))
            return (exact, *reversed(found.values()))
        return tuple(reversed(found.values()))

    def _half_typed(self, gap: Gap, pos: int, before: str) -> tuple[Option, ...]:
        """The same for a slot with a term."""
        known = self._known(gap.kind, pos)
        whole = known.whole
        options = [Option(known.step + whole.text, whole.term, EXACT)] if whole else []
        for at, found in enumerate(known.beginning):
            if whole and found.term == whole.term:
                continue
            text = agree(found.text, gap, before)
            text = text if fold(text).startswith(known.name) else found.text
            weight = (_SYNONYM if found.form >= 2 else _NAME) - at / 100
            options.append(Option(known.step + text, found.term, weight))
        return tuple(options)

    def _known(self, kind: str, pos: int) -> _Known:
        """What the catalogue knows there; asked by many templates, so kept."""
        if (kind, pos) not in self._asked:
            rest = self.text[pos:]
            step, name = times.without_step(rest) if kind == "metric" else ("", rest)
            self._asked[kind, pos] = _Known(
                step,
                name,
                self.words.exact(kind, name.rstrip()),
                self.words.beginning(kind, name)[:_HALF_TYPED] if name else [],
                list(self.words.leading(kind, name)),
            )
        return self._asked[kind, pos]

    def _as_typed(self, kind: str, pos: int, length: int) -> Option:
        """The slot in the typed spelling: a name or an id keeps its capitals."""
        shown = self.shown if len(self.shown.rstrip()) == len(self.text.rstrip()) else self.text
        text = shown[pos : pos + length]
        if kind in _CASED:
            text = text.upper() if kind == "quarter" else text.title()
        return Option(text if kind not in _LOWER else text.casefold(), "", EXACT)


def _goes_on(folded: str, rest: str) -> bool:
    return folded.startswith(rest) or folded == rest.rstrip()
