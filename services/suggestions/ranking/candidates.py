"""What could be suggested, each with its score."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from services.suggestions.ranking import catalogue, scoring, times
from services.suggestions.ranking.aligning import EXACT, Aligner, Fixed
from services.suggestions.ranking.english import fold, sentence
from services.suggestions.ranking.filling import FILLINGS, Filler
from services.suggestions.ranking.model import Filled
from services.suggestions.ranking.patterns import Asked, Pattern, asked_before, tail_patterns
from services.suggestions.ranking.scoring import Scorer, Terms
from services.suggestions.ranking.sense import can_go_on
from services.suggestions.ranking.shapes import Shape
from services.suggestions.ranking.typed import Typed
from services.suggestions.templates import query_type as templates

# Where a text goes on is sought from so many words before its end.
_TAIL_WORDS = 8
# Continuing questions that are made in all, and at the fewest of one template.
_CONTINUING, _FEWEST, _INSTEAD = 32, 2, 3
# Letters at the beginning that tell templates apart quickly.
_LETTERS = 3
_MANY = 10**6
# Of a template so many questions that were asked for each filling that was not.
_AGAIN = 2
_SHORTEST_WORD = 2  # letters of a half-typed word within a text: one could be anything


class Candidate(NamedTuple):
    """A question that may be suggested."""

    text: str
    score: float
    terms: Terms  # what the score is the sum of
    template: str  # "" where the text goes on from what is typed by a template of its end only
    origin: str
    exact: bool  # whether the person asked it in these words, or others did and it continues
    family: str  # of questions that differ in their fillings only
    identity: tuple[str, ...]  # equal for those that differ in their opening only
    named: tuple[Filled, ...]  # the terms in it, of which it is about
    query_type: str
    continues: bool

    @property
    def subject(self) -> tuple[str, ...]:
        """The template and its terms: equal for questions that differ in times and numbers only."""
        return (self.family, *(slot.term for slot in self.named if slot.term))


@dataclass(frozen=True, slots=True)
class Lead:
    """What is typed before a template begins, and the terms in it."""

    text: str = ""
    named: tuple[Filled, ...] = ()


_NO_LEAD = Lead()
_Aligned = tuple[Pattern, Fixed, Lead]


@dataclass(frozen=True)
class Candidates:
    """Makes candidates for one person and what they typed."""

    filler: Filler
    scorer: Scorer
    preferred_types: frozenset[str]
    typed: Typed | None

    def from_patterns(self, patterns: Iterable[Pattern], most: int) -> Iterator[Candidate]:
        """Filled templates, whatever is typed; at most so many fillings of each."""
        for pattern in patterns:
            for made in self._filled(pattern, most):
                if not (self.typed and fold(made.text) == self.typed.folded.rstrip()):
                    yield made

    def _filled(self, pattern: Pattern, most: int) -> Iterator[Candidate]:
        """As it was asked before; where that was seldom or excluded, filled from the parts."""
        # Beside what continues the text, fewer: they only fill the list up.
        again = list(self._again(pattern, "", most if self.typed else _AGAIN * most))
        yield from again
        if len(again) < most:
            fillings = self.filler.fillings(
                pattern.shape, pattern.seen, turn=pattern.turn, most=most
            )
            for at, filled in enumerate(fillings):
                yield self._candidate(pattern, filled, at, _NO_LEAD)

    def continuing(self, patterns: Iterable[Pattern], enough: int = _MANY) -> Iterator[Candidate]:
        """What goes on from the typed text: what was asked that begins so.

        Where that is not enough, templates that begin so, and the catalogue's tails.
        """
        if self.typed is None:
            return
        patterns = list(patterns)
        again = [
            made
            for pattern in patterns
            for made in self._again(pattern, self.typed.folded, _CONTINUING)
            if made.continues
        ]
        yield from again
        if len(again) >= enough:
            return
        found = [*self._templates(self.typed, patterns), *self._tails(self.typed)]
        # Where much was asked that begins so, what nobody asked need not be tried in many ways.
        wanted = max(0, _CONTINUING - _INSTEAD * len(again))
        most = min(FILLINGS, max(_FEWEST if wanted else 1, wanted // max(1, len(found))))
        for pattern, fixed, lead in found:
            before = frozenset(slot.term for slot in lead.named)
            fillings = self.filler.fillings(
                pattern.shape, pattern.seen, fixed=fixed, taken=before, turn=pattern.turn, most=most
            )
            for at, filled in enumerate(fillings):
                whole = bool(fixed) and filled[len(fixed) - 1].weight == EXACT
                made = self._candidate(pattern, filled, at, lead, whole=whole)
                if made.continues:
                    yield made

    def _again(self, pattern: Pattern, begun: str, most: int) -> Iterator[Candidate]:
        """The pattern's questions that begin so, as they were asked before."""
        if not pattern.asked or not might_begin(pattern.shape.folded[0], begun):
            return
        for at, asked in enumerate(asked_before(pattern, self.scorer, begun)[:most]):
            filled = self.filler.again(pattern.shape, asked.values)
            if filled is not None:
                yield self._candidate(pattern, filled, 0 if asked.own else at, _NO_LEAD, asked)

    def _templates(self, typed: Typed, patterns: Iterable[Pattern]) -> Iterator[_Aligned]:
        aligner = Aligner(self.filler.words, typed.folded, typed.original(0))
        for pattern in patterns:
            if aligner.may_continue(pattern.shape):
                yield from self._aligned(pattern, aligner, _NO_LEAD)

    def _tails(self, typed: Typed) -> Iterator[_Aligned]:
        if not can_go_on(typed.folded):
            return
        for start in range(max(0, len(typed.words) - _TAIL_WORDS), len(typed.words)):
            if start and len(typed.since(start)) < _SHORTEST_WORD:
                return
            aligner = Aligner(self.filler.words, typed.since(start), typed.original(start))
            lead = Lead(" ".join(typed.shown[:start]), tuple(self._named(typed, start)))
            for pattern in tail_patterns(_tails(typed, start, lead.named)):
                yield from self._aligned(pattern, aligner, lead)

    def _named(self, typed: Typed, start: int) -> Iterator[Filled]:
        for _, end, name in typed.mentions:
            if end <= start:
                kinds = self.filler.words.terms[name].kinds
                kind = "metric" if "metric" in kinds else kinds[0]
                yield Filled(kind, name.replace("_", " "), name, 1.0)

    def _aligned(self, pattern: Pattern, aligner: Aligner, lead: Lead) -> Iterator[_Aligned]:
        taken = pattern.shape
        found = aligner.align(taken, lambda at: self.filler.values(taken, pattern.seen, at))
        if found and (found.passed or not pattern.typed_only):
            fixed = self._allowed(found.fixed)
            if fixed is not None:
                yield pattern, fixed, lead

    def _allowed(self, fixed: Fixed) -> Fixed | None:
        """The fixed slots without excluded terms; None where nothing else is left for one."""
        excluded = self.filler.excluded
        kept = tuple(tuple(o for o in options if o.term not in excluded) for options in fixed)
        return kept if all(kept) else None

    def _candidate(
        self,
        pattern: Pattern,
        filled: tuple[Filled, ...],
        at: int,
        lead: Lead,
        asked: Asked | None = None,
        whole: bool = False,
    ) -> Candidate:
        rendered = asked.text if asked else pattern.shape.render(filled)
        text = sentence(f"{lead.text} {rendered}" if lead.text else rendered)
        kind = query_type(text)
        goes_on = self._continues(text)
        share = asked.share if asked else scoring.UNASKED
        trusted = 1.0 if asked else scoring.UNASKED
        terms = pattern.terms._replace(
            habit=pattern.terms.habit * trusted,
            acceptance=pattern.terms.acceptance * trusted,
            session=pattern.terms.session * share,
            hour=pattern.terms.hour * share,
            asked=asked.score if asked else 0.0,
            filling=scoring.FILLING if asked else scoring.filling(filled),
            repeated=-scoring.REPEATED * at,
            preference=scoring.preference(
                filled, kind, self.preferred_types, self.filler.preferred
            ),
            continues=scoring.CONTINUES * goes_on,
            whole_word=scoring.WHOLE_WORD * whole,
            related=0.0 if goes_on else self._related(pattern.shape, filled),
        )
        family = pattern.shape.family
        return Candidate(
            text=text,
            score=sum(terms),
            terms=terms,
            template="" if lead.text else pattern.template,
            origin=pattern.origin,
            exact=bool(asked and (asked.own or goes_on)),
            family=family,
            identity=(lead.text, family, *(slot.term or fold(slot.text) for slot in filled)),
            named=(*lead.named, *filled),
            query_type=kind,
            continues=goes_on,
        )

    def _continues(self, text: str) -> bool:
        if self.typed is None:
            return False
        folded, typed = fold(text), self.typed.folded
        return folded.startswith(typed) and folded != typed.rstrip()

    def _related(self, taken: Shape, filled: tuple[Filled, ...]) -> float:
        """What the share of typed words counts that the question is about."""
        about = self.typed.about if self.typed else None
        if not about:
            return 0.0
        terms = {slot.term for slot in filled}
        shared = sum(word in taken.words or word in terms for word in about)
        return scoring.RELATED * shared / len(about)


def might_begin(opening: str, begun: str) -> bool:
    """Whether a question of a template that opens so may begin so, by the first letters.

    No further ones: what stands before a time may be other words than the template's.
    """
    letters = min(_LETTERS, len(opening), len(begun))
    return opening[:letters] == begun[:letters]


def _tails(typed: Typed, start: int, named: Sequence[Filled]) -> tuple[str, ...]:
    """What may follow in the text from that word on, by what stands before it."""
    before = typed.words[:start]
    last = before[-1] if before else ""
    tails = _by_place(typed, start, named, before, last)
    if last not in catalogue.COMPARING and times.is_named(" ".join(before)):
        return catalogue.without_time(tails)
    return tails


def _by_place(
    typed: Typed, start: int, named: Sequence[Filled], before: Sequence[str], last: str
) -> tuple[str, ...]:
    """The same, whatever times are named."""
    if times.is_step(last):
        return ()  # "quarterly profits" begins a word earlier.
    for words in (" ".join(before[-2:]), last):
        if words in catalogue.TAILS_AFTER:
            return catalogue.TAILS_AFTER[words]
    follows = any(end == start for _, end, _ in typed.mentions)
    has_metric = any(slot.kind == "metric" for slot in named)
    if last == "by" and named:  # "Customers by" a metric; "profit by" no other metric.
        return () if has_metric else (catalogue.METRIC, *catalogue.RANKED_BY)
    if query_type(" ".join(before)) == "ranking":
        if last in catalogue.RANKING_WORDS:
            return catalogue.RANKED_BY
        times_only = catalogue.TIME_LINKS if has_metric else ()
        return times_only if follows else (*catalogue.RANKED, *times_only)
    links = catalogue.LINKS if named else ()
    if follows:  # Right after a term another term would be no English.
        grouped = named[-1].kind == "dimension"
        return (*links, catalogue.AND_DIMENSION) if grouped else links
    return (*(catalogue.METRIC_TAILS if has_metric else catalogue.TAILS), *links)


@lru_cache(maxsize=16_384)
def query_type(text: str) -> str:
    """The type of question, kept because a keystroke asks it of the same texts again."""
    return templates.query_type(text)
