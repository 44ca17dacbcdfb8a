"""A question to what it may mean."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from services.analytics.insights.domain import Plan, Trend
from services.analytics.semantics.compiler import Calendar, MetricQuery
from services.analytics.semantics.domain import Filter
from services.analytics.understanding.behaving import behaviour_in
from services.analytics.understanding.conditions import owner
from services.analytics.understanding.dates import Today
from services.analytics.understanding.domain import (
    Knowledge,
    Reading,
    Span,
    Understood,
    Words,
)
from services.analytics.understanding.following import (
    changed,
    follows,
    in_year_of,
    may_follow,
    take_marks,
    take_top,
)
from services.analytics.understanding.lexicon import Mention, lexicon_of
from services.analytics.understanding.measuring import Measures
from services.analytics.understanding.modifiers import Modifiers
from services.analytics.understanding.pieces import Piece, Spotter
from services.analytics.understanding.planning import Planner, Unfit, conflicting
from services.analytics.understanding.saying import Sayer, unfinished_said
from services.analytics.understanding.sentence import Draft, Sentence
from services.analytics.understanding.titles import entitled
from services.analytics.understanding.tokens import Token, tokens_of, too_long

MOST_READINGS = 3
# What opens a sentence without saying anything about its figures.
IDLE = ("and", "what about")
MOST_UNFIT = 4
# What of a draft a kind of piece is behind, and what it is without.
OF_KIND: dict[str, dict[str, Any]] = {
    "most": {"top": None, "best": ""},
    "versus": {"compare": False},
    "grain": {"grain": None},
    "event": {"event": "", "people": False},
    "metric": {"metrics": ()},
    "trend": {"trend": False},
    "value": {"conditions": ()},
    "within": {"within": None},
    "everything": {"all_time": False},
    "aggregate": {"aggregate": None},
}
NOTHING = "nothing in the question names a metric or an event that is defined"
UNDEFINED = "there is no definition of {}"
AGAIN = "what counts as coming back is not said: name what people come back to do"
TOO_LONG = "the question is too long"
EMPTY = "there is no question"


@dataclass(frozen=True)
class Candidate:
    """A plan, and what of the sentence it leaves: fewer are better, then lower ranks."""

    plan: MetricQuery | Plan
    sentence: Sentence
    draft: Draft
    misfits: tuple[Piece, ...] = ()
    follows: bool = False

    @property
    def conflicts(self) -> bool:
        """Whether something would have to be two values at once."""
        filters: tuple[Filter, ...] = ()
        if isinstance(self.plan, MetricQuery):
            filters = self.plan.filters
        elif isinstance(self.plan, Trend):
            filters = self.plan.step.filters
        return any(conflicting(filters))

    @property
    def left(self) -> list[Piece]:
        return sorted({*self.sentence.left(), *self.misfits}, key=lambda piece: piece.first)

    @property
    def cost(self) -> tuple[int, int]:
        tokens = sum(piece.end - piece.first for piece in self.left)
        return tokens, sum(piece.rank for piece in self.sentence.pieces)


def understand(
    question: str,
    knowledge: Knowledge,
    calendar: Calendar,
    now: datetime,
    before: Reading | None = None,
) -> Understood:
    """What the question may mean; `before` is the reading that a follow-up changes."""
    if too_long(question):
        return Understood(because=TOO_LONG)
    asked, title = entitled(question, lexicon_of(knowledge))
    if title:
        found = understand(asked, knowledge, calendar, now, before)
        return replace(found, readings=tuple(replace(one, title=title) for one in found.readings))
    tokens = tokens_of(question)
    if not tokens:
        return Understood(because=EMPTY)
    return Asking(question, tokens, knowledge, calendar, now, before).understood()


class Asking:
    """One question, while it is read."""

    def __init__(
        self,
        question: str,
        tokens: list[Token],
        knowledge: Knowledge,
        calendar: Calendar,
        now: datetime,
        before: Reading | None,
    ) -> None:
        self._question = question
        self._tokens = tokens
        self._before = before
        self._knowledge = knowledge
        self._calendar = calendar
        self._now = now
        today = Today(calendar, now)
        self._spotted = Spotter(tokens, lexicon_of(knowledge), today).spotted()
        self._modifiers = Modifiers(knowledge, calendar, now)
        self._measures = Measures(knowledge)
        self._planner = Planner(knowledge, calendar, now)
        self._sayer = Sayer(knowledge, calendar, now)

    def understood(self) -> Understood:
        found = [each for pieces in self._spotted.sentences() for each in self._candidates(pieces)]
        if not found:
            missing = self._unknown()
            return Understood(missing=missing, because=because(missing))
        least = min(each.cost for each in found)
        best: dict[MetricQuery | Plan, Candidate] = {}
        for each in found:
            if each.cost == least:
                best.setdefault(each.plan, each)
        readings = tuple(self._reading(each) for each in list(best.values())[:MOST_READINGS])
        missing = () if readings[0].certain else self._unknown()
        told = because(missing) if missing else next(iter(best.values())).draft.doubt
        return Understood(readings, missing, told)

    def _candidates(self, pieces: tuple[Piece, ...]) -> Iterator[Candidate]:
        sentence = Sentence(pieces)
        if self._before and (follows(sentence) or may_follow(sentence)):
            yield from self._followed(pieces, self._before)
            if follows(sentence):
                return
        yield from self._behaved(pieces)
        yield from self._measured(pieces)

    def _followed(self, pieces: tuple[Piece, ...], before: Reading) -> Iterator[Candidate]:
        sentence, draft = Sentence(pieces), Draft()
        take_marks(sentence, draft)
        for at in sentence.free("within")[:1]:
            draft.within = sentence.value(at)
            sentence.take(at)
        if isinstance(before.plan, MetricQuery):
            draft.inherited = before.plan.time_range
        self._modifiers.apply(sentence, draft)
        earlier = before.plan.time_range
        draft.time_range = in_year_of(earlier, draft.time_range, self._question)
        take_top(sentence, draft, before.plan)
        self._measures.apply(sentence, draft)
        if not sentence.taken:  # such as "thanks"
            return
        plan = partial(changed, before.plan, draft, self._planner)
        for each in fitting(sentence, draft, plan):
            yield replace(each, follows=True)

    def _measured(self, pieces: tuple[Piece, ...]) -> Iterator[Candidate]:
        sentence, draft = Sentence(pieces), Draft()
        idle = [at for at in sentence.free("follow") if sentence.value(at) in IDLE]
        sentence.take(*idle)
        self._modifiers.apply(sentence, draft)
        self._measures.apply(sentence, draft)
        if draft.metrics or draft.event:
            yield from fitting(sentence, draft, partial(self._planner.measured, draft))

    def _behaved(self, pieces: tuple[Piece, ...]) -> Iterator[Candidate]:
        sentence, draft = Sentence(pieces), Draft()
        self._modifiers.shown(sentence, draft)
        self._modifiers.times(sentence, draft)
        found = behaviour_in(sentence)
        if found is None:
            return
        self._modifiers.by(sentence, draft)
        if found.guessed:
            draft.doubt = AGAIN
        for everywhere in (True, False) if found.loose else (False,):
            plan = partial(self._planner.behaved, found, draft, everywhere)
            yield from fitting(sentence, draft, plan)

    def _reading(self, one: Candidate) -> Reading:
        corrected = tuple(
            (self._words(at, at + 1), told[0]) for at, told in self._spotted.corrected.items()
        )
        guessed = any(not sure for _, sure in self._spotted.corrected.values())
        chart = one.draft.chart or (self._before.chart if self._before and one.follows else "")
        return Reading(
            plan=one.plan,
            says=self._sayer.said(one.plan),
            spans=tuple(self._spotted.span(each) for each in one.sentence.placed()),
            unplaced=tuple(self._words(each.first, each.end) for each in one.left),
            assumed=tuple(dict.fromkeys([*one.draft.assumed, *self._unfinished(one)])),
            corrected=corrected,
            doubtful=bool(one.draft.doubt) or guessed or one.conflicts,
            chart=chart,
            follows=one.follows,
        )

    def _unfinished(self, one: Candidate) -> Iterator[str]:
        """Of a comparison with a period that still goes on."""
        plan = one.plan
        compared = plan.compare if isinstance(plan, MetricQuery) else one.draft.compare
        if compared and plan.time_range:
            yield from unfinished_said(plan.time_range, self._calendar, self._now)

    def _unknown(self) -> tuple[Words, ...]:
        """Words that are neither English of the grammar nor any name that is known."""
        found = [choice[0] for choice in self._spotted.choices]
        return tuple(self._words(each.first, each.end) for each in found if each.kind == "word")

    def _words(self, first: int, end: int) -> Words:
        start, stop = self._tokens[first].start, self._tokens[end - 1].end
        return Words(self._question[start:stop], Span(start, stop))


def because(missing: tuple[Words, ...]) -> str:
    if not missing:
        return NOTHING
    return UNDEFINED.format(" or ".join(f'"{one.text}"' for one in missing))


def fitting(
    sentence: Sentence, draft: Draft, plan: Callable[[], MetricQuery | Plan]
) -> Iterator[Candidate]:
    """The plan, without what it cannot go by; that has no place then."""
    misfits: list[Piece] = []
    for _ in range(MOST_UNFIT):
        try:
            told = plan()
        except Unfit as unfit:
            found = [piece for piece in sentence.pieces if is_of(piece, unfit)]
            if not found:
                return
            misfits += found
            forget(draft, unfit)
            continue
        yield Candidate(told, sentence, replace(draft), tuple(misfits))
        return


def is_of(piece: Piece, unfit: Unfit) -> bool:
    if unfit.mention is None:
        return piece.kind in unfit.kinds
    if piece.kind == "value":
        return owner(piece.value) == unfit.mention
    return isinstance(piece.value, Mention) and piece.value.name == unfit.mention.name


def forget(draft: Draft, unfit: Unfit) -> None:
    mention = unfit.mention
    if mention is not None:
        draft.conditions = [one for one in draft.conditions if one.by.name != mention.name]
        draft.breakdown = [one for one in draft.breakdown if one.name != mention.name]
    if draft.top and draft.top.dimension == mention:
        draft.top = None
    for kind in unfit.kinds:
        for name, empty in OF_KIND.get(kind, {}).items():
            setattr(draft, name, empty)
