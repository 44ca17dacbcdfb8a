"""What could be suggested, each with its score."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from heapq import heappop, heappush
from typing import NamedTuple

from services.suggestions.ranking import catalogue, scoring, times
from services.suggestions.ranking.aligning import EXACT, Aligner, Fixed
from services.suggestions.ranking.english import fold, sentence
from services.suggestions.ranking.filling import Filler
from services.suggestions.ranking.model import TERM_KINDS, Filled
from services.suggestions.ranking.patterns import Asked, Known, Pattern, asked_before, tail_patterns
from services.suggestions.ranking.scoring import Scorer, Terms
from services.suggestions.ranking.sense import can_go_on
from services.suggestions.ranking.shapes import Shape
from services.suggestions.ranking.typed import Typed
from services.suggestions.templates import query_type as templates

# Where a text goes on is sought from so many words before its end.
_TAIL_WORDS = 8
# Letters at the beginning that tell templates apart quickly.
_LETTERS = 3
# Of one template so many, while other templates have good ones too.
PER_TEMPLATE = 2
# Questions of a template that are asked again.
_AGAIN = 32
# The most that going on from the typed text counts.
_MOST_GOING_ON = scoring.CONTINUES + scoring.WHOLE_WORD
_LIKED = frozenset({"metric", "dimension"})  # kinds of terms that a person prefers
_ROUNDING = 1e-9
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
    further: bool  # comes after others: enough of its template do so already

    @property
    def rank(self) -> tuple[float, int, str]:
        """The best first; of equals the shorter, and then by the alphabet."""
        return (-self.score, len(self.text), self.text)

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


class Place(NamedTuple):
    """How many better ones of the template there are, and whether they are enough."""

    at: int
    further: bool

    @classmethod
    def of(cls, at: int) -> "Place":
        return cls(at, at >= PER_TEMPLATE)


class Offer(NamedTuple):
    """Candidates that are not made yet; none of them scores more than `bound`."""

    bound: float
    make: Callable[[], Iterable["Candidate | Offer"]]
    further: bool = False  # as a candidate's


def best_first(offers: Iterable[Offer]) -> Iterator[Candidate]:
    """The candidates of all offers, the best first and the further ones last.

    What could not be next is not made.
    """
    turns = itertools.count()
    heap: list[tuple[bool, float, int, str, int, Candidate | Offer]] = []

    def put(found: Iterable[Candidate | Offer]) -> None:
        for one in found:
            # Of equals offers come first: what they hold may be equal too, and shorter.
            rank = (-one.bound - _ROUNDING, -1, "") if isinstance(one, Offer) else one.rank
            heappush(heap, (one.further, *rank, next(turns), one))

    put(offers)
    while heap:
        best = heappop(heap)[-1]
        if isinstance(best, Offer):
            put(best.make())
        else:
            yield best


@dataclass(frozen=True)
class Candidates:
    """Makes candidates for one person and what they typed."""

    filler: Filler
    scorer: Scorer
    preferred_types: frozenset[str]
    typed: Typed | None

    def beside(self, known: Known) -> Iterator[Offer]:
        """Filled templates, whatever is typed: as they were asked before, and from the parts."""
        # Beside what continues the text, fewer: they only fill the list up.
        enough = PER_TEMPLATE if self.typed else 2 * PER_TEMPLATE
        for pattern in (*known.learned, *known.starters):
            more = self._most_beside(pattern.shape)
            if pattern.best_asked:
                most = self._bound(pattern, more)
                again = partial(self._asked_again, pattern, "", most, enough)
                yield Offer(most + pattern.best_asked, again)
            bound = self._bound(pattern, more, scoring.UNASKED)
            yield Offer(bound, partial(self._filled, pattern, bound))

    def continuing(self, known: Known) -> Iterator[Offer]:
        """What goes on from the typed text.

        What was asked that begins so, templates that begin so, and the catalogue's tails.
        """
        if self.typed is None:
            return
        text = self.typed.folded
        aligner = Aligner(self.filler.words, text, self.typed.original(0))
        for pattern in known.learned:
            opening = pattern.shape.folded[0]
            if might_begin(opening, text) or aligner.may_continue(pattern.shape):
                bound = self._bound(pattern, scoring.CONTINUES)
                going_on = partial(self._learned_going_on, pattern, aligner, bound)
                yield Offer(bound + max(pattern.best_asked, scoring.WHOLE_WORD), going_on)
        preferred = self._most_preferred(_LIKED)
        bound = scoring.STARTER + scoring.FILLING + preferred + _MOST_GOING_ON
        yield Offer(bound, partial(self._catalogue_going_on, self.typed, known, aligner))

    def _learned_going_on(
        self, pattern: Pattern, aligner: Aligner, bound: float
    ) -> Iterator[Offer]:
        """As it was asked before; and filled, where the template begins so."""
        if pattern.best_asked:
            yield from self._asked_again(pattern, aligner.text, bound, _AGAIN)
        if aligner.may_continue(pattern.shape):
            bound = self._bound(pattern, _MOST_GOING_ON, scoring.UNASKED)
            yield Offer(bound, partial(self._going_on, pattern, aligner, _NO_LEAD))

    def _catalogue_going_on(
        self, typed: Typed, known: Known, aligner: Aligner
    ) -> Iterator[Candidate | Offer]:
        """Taken up together: they count about the same."""
        for pattern in (*known.starters, *known.openings):
            yield from self._going_on(pattern, aligner, _NO_LEAD)
        if can_go_on(typed.folded):
            yield from self._tails(typed)

    def _asked_again(
        self, pattern: Pattern, begun: str, bound: float, enough: int
    ) -> Iterator[Offer]:
        """The pattern's questions that begin so, as they were asked before."""
        for at, asked in enumerate(asked_before(pattern, self.scorer, begun)[:_AGAIN]):
            place = Place(0 if asked.own else at, at >= enough)
            seldom = (1 - asked.share) * (pattern.terms.session + pattern.terms.hour)
            most = bound + asked.score - seldom - scoring.REPEATED * place.at
            yield Offer(most, partial(self._again, pattern, asked, place, begun), place.further)

    def _again(
        self, pattern: Pattern, asked: Asked, place: Place, begun: str
    ) -> Iterator[Candidate]:
        filled = self.filler.again(pattern.shape, asked.values)
        if filled is not None:
            made = self._candidate(pattern, filled, place, _NO_LEAD, asked)
            if made.continues if begun else self._adds(made):
                yield made

    def _filled(self, pattern: Pattern, bound: float) -> Iterator[Candidate | Offer]:
        """The template filled from the parts."""
        fillings = self.filler.fillings(pattern.shape, pattern.seen, turn=pattern.turn)
        made = (
            self._candidate(pattern, filled, Place.of(at), _NO_LEAD)
            for at, filled in enumerate(fillings)
        )
        return drawn(filter(self._adds, made), bound)

    def _adds(self, made: Candidate) -> bool:
        """Whether it is more than what is typed already."""
        return not (self.typed and fold(made.text).startswith(self.typed.folded.rstrip()))

    def _going_on(
        self, pattern: Pattern, aligner: Aligner, lead: Lead
    ) -> Iterable[Candidate | Offer]:
        """The template filled, where it goes on from the text."""
        if not aligner.may_continue(pattern.shape):
            return ()
        bound = self._bound(pattern, scoring.CONTINUES, scoring.UNASKED)
        return drawn(self._aligned(pattern, aligner, lead), bound)

    def _aligned(self, pattern: Pattern, aligner: Aligner, lead: Lead) -> Iterator[Candidate]:
        taken, seen = pattern.shape, pattern.seen
        found = aligner.align(taken, lambda at: self.filler.values(taken, seen, at))
        if not found or (pattern.typed_only and not found.passed):
            return
        fixed = self._allowed(found.fixed)
        if fixed is None:
            return
        before = frozenset(slot.term for slot in lead.named)
        fillings = self.filler.fillings(taken, seen, fixed=fixed, taken=before, turn=pattern.turn)
        for at, filled in enumerate(fillings):
            whole = bool(fixed) and filled[len(fixed) - 1].weight == EXACT
            made = self._candidate(pattern, filled, Place.of(at), lead, whole=whole)
            if made.continues:
                yield made

    def _tails(self, typed: Typed) -> Iterator[Candidate | Offer]:
        for start in range(max(0, len(typed.words) - _TAIL_WORDS), len(typed.words)):
            if start and len(typed.since(start)) < _SHORTEST_WORD:
                return
            aligner = Aligner(self.filler.words, typed.since(start), typed.original(start))
            lead = Lead(" ".join(typed.shown[:start]), tuple(self._named(typed, start)))
            for pattern in tail_patterns(_tails(typed, start, lead.named)):
                yield from self._going_on(pattern, aligner, lead)

    def _bound(self, pattern: Pattern, more: float, trusted: float = 1.0) -> float:
        """The most that a question of the pattern may score, but for having been asked itself."""
        preferred = self._most_preferred(pattern.shape.kinds)
        terms = pattern.terms
        return terms.catalogue + trusted * terms.learned + scoring.FILLING + preferred + more

    def _most_preferred(self, kinds: frozenset[str]) -> float:
        if not self.filler.preferred and not self.preferred_types:
            return 0.0
        liked = len(_LIKED & kinds) if self.filler.preferred else 0
        return scoring.PREFERRED * (liked + bool(self.preferred_types))

    def _most_beside(self, taken: Shape) -> float:
        """The most that the typed text counts for a question which is not sought by it."""
        about = self.typed.about if self.typed else None
        if not about:
            return 0.0
        shared = len(about & taken.words) + sum(gap.kind in TERM_KINDS for gap in taken.gaps)
        return scoring.RELATED * min(1.0, shared / len(about))

    def _named(self, typed: Typed, start: int) -> Iterator[Filled]:
        for _, end, name in typed.mentions:
            if end <= start:
                kinds = self.filler.words.terms[name].kinds
                kind = "metric" if "metric" in kinds else kinds[0]
                yield Filled(kind, name.replace("_", " "), name, 1.0)

    def _allowed(self, fixed: Fixed) -> Fixed | None:
        """The fixed slots without excluded terms; None where nothing else is left for one."""
        excluded = self.filler.excluded
        kept = tuple(tuple(o for o in options if o.term not in excluded) for options in fixed)
        return kept if all(kept) else None

    def _candidate(
        self,
        pattern: Pattern,
        filled: tuple[Filled, ...],
        place: Place,
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
        known = pattern.terms
        terms = Terms(
            catalogue=known.catalogue,
            habit=known.habit * trusted,
            asked=asked.score if asked else 0.0,
            acceptance=known.acceptance * trusted,
            session=known.session * share,
            hour=known.hour * share,
            filling=scoring.FILLING if asked else scoring.filling(filled),
            repeated=-scoring.REPEATED * place.at,
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
            further=place.further,
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


def drawn(made: Iterator[Candidate], bound: float, at: int = 1) -> Iterator[Candidate | Offer]:
    """The next of a template's fillings, and an offer of those after it.

    `bound` is without the whole word with which the first filling ends, if any does.
    """
    if found := next(made, None):
        yield found
        most = bound + found.terms.whole_word if at == 1 else bound
        after = partial(drawn, made, most, at + 1)
        yield Offer(most - scoring.REPEATED * at, after, at >= PER_TEMPLATE)


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
