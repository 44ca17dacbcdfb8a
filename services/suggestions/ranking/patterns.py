"""Learned patterns and the catalogue's questions, ready to be filled."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from services.suggestions.ranking import catalogue
from services.suggestions.ranking.model import SHARED_KINDS, Learned
from services.suggestions.ranking.scoring import (
    NO_TERMS,
    OPENING,
    OPENING_STEP,
    STARTER,
    STARTER_STEP,
    TAIL,
    TAIL_STEP,
    Scorer,
    Terms,
    merit,
)
from services.suggestions.ranking.shapes import Shape, shape
from services.suggestions.templates.template import template_key

# What the person put in a slot comes before what others did, however many they are.
_OWN = 1000
CATALOGUE = "catalogue"
# Questions of a template that are tried where nothing is typed.
_OF_OWN, _OF_OTHERS = 8, 3
_ORDER = {"user": 0, "role": 1, "global": 2}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the slots of a template held, in all the scopes that learned it: the own one first."""

    sources: tuple[Learned, ...] = ()

    def counts(self, at: int, kind: str) -> Mapping[str, int]:
        """How often each value was in the slot; of others only what may be shown to anyone."""
        position = str(at)
        found = [one for one in self.sources if one.scope == "user" or kind in SHARED_KINDS]
        if len(found) == 1:
            return found[0].values.get(position, {})
        counts: dict[str, int] = defaultdict(int)
        for one in found:
            times = _OWN if one.scope == "user" else 1
            for value, count in one.values.get(position, {}).items():
                counts[value] += count * times
        return counts


class Asked(NamedTuple):
    """A question that was asked before: what filled its slots, and what that counts."""

    text: str
    values: tuple[str, ...]
    score: float
    share: float  # of the times its template was asked
    own: bool


@dataclass(eq=False)
class Pattern:
    """A template with what its slots held before.

    `origin` is the scope that says most for it, or "catalogue"; `scorer` weighs what was learned,
    and what the catalogue counts is `given`; `turn` varies the catalogue's order; `typed_only`:
    offered where its first slot is passed.
    """

    template: str
    shape: Shape
    seen: Seen = Seen()
    scorer: Scorer | None = None
    given: Terms = NO_TERMS
    origin: str = CATALOGUE
    turn: int = 0
    typed_only: bool = False
    _weighed: tuple[Terms, float] | None = None

    @property
    def terms(self) -> Terms:
        """What says something for the template."""
        return self._weigh()[0]

    @property
    def best_asked(self) -> float:
        """What its best question counts for having been asked; 0.0 where none was."""
        return self._weigh()[1]

    def _weigh(self) -> tuple[Terms, float]:
        """Both, once: for those only that may be shown."""
        if self._weighed is None:
            self._weighed = (
                self.scorer.weigh(self.seen.sources) if self.scorer else (self.given, 0.0)
            )
        return self._weighed


class Known(NamedTuple):
    """What was learned, what the catalogue starts with, and other ways to begin that."""

    learned: Sequence[Pattern]
    starters: Sequence[Pattern]
    openings: Sequence[Pattern]

    @classmethod
    def of(cls, learned: Sequence[Learned], job_role: str, scorer: Scorer) -> "Known":
        return cls(from_history(learned, scorer), starters(job_role), openings())

    def simple(self) -> "Known":
        """Without what has several clauses, whatever fills it: the filters would take it all."""
        return Known(*([one for one in group if not one.shape.has_clauses] for group in self))


def from_history(learned: Sequence[Learned], scorer: Scorer) -> list[Pattern]:
    """One pattern a template, with the best evidence of its scopes."""
    groups: dict[str, list[Learned]] = {}
    for one in learned:
        groups.setdefault(template_key(one.template), []).append(one)
    found = (_merged(group, scorer) for group in groups.values())
    return [pattern for pattern in found if pattern]


@lru_cache(maxsize=32)
def starters(job_role: str) -> tuple[Pattern, ...]:
    """The questions that the catalogue starts with, each with another metric first."""
    templates = catalogue.starters(catalogue.flavour(job_role))
    return tuple(
        Pattern(template, shape(template), given=Terms(STARTER - STARTER_STEP * at), turn=at)
        for at, template in enumerate(templates)
    )


@lru_cache(maxsize=1)
def openings() -> tuple[Pattern, ...]:
    """The other ways to begin them."""
    return tuple(
        Pattern(template, shape(template), given=Terms(OPENING - OPENING_STEP * at))
        for at, template in enumerate(catalogue.OPENINGS)
    )


@lru_cache(maxsize=64)
def tail_patterns(templates: tuple[str, ...]) -> tuple[Pattern, ...]:
    """How a text may go on, the likeliest first."""
    return tuple(
        Pattern(
            template,
            shape(template),
            given=Terms(TAIL - TAIL_STEP * at),
            typed_only=template in catalogue.TYPED_TAILS,
        )
        for at, template in enumerate(templates)
    )


def _merged(group: list[Learned], scorer: Scorer) -> Pattern | None:
    if len(group) > 1:
        group.sort(key=lambda one: _ORDER[one.scope])
    template = group[0].template
    try:
        taken = shape(template)
    except ValueError:  # No template that we made: one that nobody can fill.
        return None
    return Pattern(template, taken, Seen(tuple(group)), scorer, origin=group[0].scope)


def asked_before(pattern: Pattern, scorer: Scorer, begun: str = "") -> list[Asked]:
    """The pattern's questions that begin so, the best first, by the scope that says most for each.

    Where nothing is typed only the newest few, the rest could hardly win.
    """
    best: dict[str, Asked] = {}
    for one in pattern.seen.sources:
        own = one.scope == "user"
        if begun:
            found = [question for question in one.questions if question.folded.startswith(begun)]
        else:
            found = list(one.questions[: _OF_OWN if own else _OF_OTHERS])
        if not found:
            continue
        merits, usual = merit(one), one.recent or one.questions[0].recent
        for question in found:
            score, known = scorer.asked(merits, question.recent), best.get(question.folded)
            if known is None or known.score < score:
                mine = own or bool(known and known.own)
                share = 2.0 ** min(question.recent - usual, 0.0)
                best[question.folded] = Asked(question.text, question.values, score, share, mine)
    return sorted(best.values(), key=lambda asked: (-asked.score, asked.text))
