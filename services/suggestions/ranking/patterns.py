"""Learned patterns and the catalogue's questions, ready to be filled."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest

from services.suggestions.ranking import catalogue
from services.suggestions.ranking.english import fold
from services.suggestions.ranking.model import JOINED, SHARED_KINDS, Learned
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked before: what filled its slots, and what that counts."""

    text: str
    values: tuple[str, ...]
    score: float
    share: float  # of the times its template was asked
    own: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A template with what its slots held before.

    `origin` is the scope that says most for it, or "catalogue"; `asked` is what its best question
    counts; `turn` varies the catalogue's order; `typed_only`: offered where its first slot is
    passed.
    """

    template: str
    shape: Shape
    seen: Seen = Seen()
    terms: Terms = NO_TERMS
    asked: float = 0.0
    origin: str = CATALOGUE
    turn: int = 0
    typed_only: bool = False


def from_history(learned: Sequence[Learned], scorer: Scorer) -> list[Pattern]:
    """One pattern a template, with the best evidence of its scopes."""
    groups: dict[str, list[Learned]] = {}
    for one in learned:
        groups.setdefault(_key(one.template), []).append(one)
    found = (_merged(group, scorer) for group in groups.values())
    return [pattern for pattern in found if pattern]


@lru_cache(maxsize=32)
def starters(job_role: str) -> tuple[Pattern, ...]:
    """The questions that the catalogue starts with, each with another metric first."""
    templates = catalogue.starters(catalogue.flavour(job_role))
    return tuple(
        Pattern(template, shape(template), terms=Terms(STARTER - STARTER_STEP * at), turn=at)
        for at, template in enumerate(templates)
    )


@lru_cache(maxsize=1)
def openings() -> tuple[Pattern, ...]:
    """The other ways to begin them."""
    return tuple(
        Pattern(template, shape(template), terms=Terms(OPENING - OPENING_STEP * at))
        for at, template in enumerate(catalogue.OPENINGS)
    )


@lru_cache(maxsize=64)
def tail_patterns(templates: tuple[str, ...]) -> tuple[Pattern, ...]:
    """How a text may go on, the likeliest first."""
    return tuple(
        Pattern(
            template,
            shape(template),
            terms=Terms(TAIL - TAIL_STEP * at),
            typed_only=template in catalogue.TYPED_TAILS,
        )
        for at, template in enumerate(templates)
    )


def _merged(group: list[Learned], scorer: Scorer) -> Pattern | None:
    if len(group) > 1:
        group = sorted(group, key=lambda one: (_ORDER[one.scope], one.template))
    template = group[0].template
    try:
        taken = shape(template)
    except ValueError:  # No template that we made: one that nobody can fill.
        return None
    asked = max(
        (scorer.asked(one, max(one.asked.values())) for one in group if one.asked), default=0
    )
    return Pattern(
        template, taken, Seen(tuple(group)), scorer.terms(group), asked, origin=group[0].scope
    )


def asked_before(pattern: Pattern, scorer: Scorer, begun: str = "") -> list[Asked]:
    """The pattern's questions that begin so, the best first, by the scope that says most for each.

    Where nothing is typed only the newest few, the rest could hardly win.
    """
    best: dict[str, Asked] = {}
    for one in pattern.seen.sources:
        own = one.scope == "user"
        recent = one.recent or max(one.asked.values(), default=0.0)
        if begun:
            found = [key for key in one.asked if fold(key.partition(JOINED)[0]).startswith(begun)]
        else:
            found = nlargest(_OF_OWN if own else _OF_OTHERS, one.asked, key=one.asked.__getitem__)
        for key in found:
            text, *values = key.split(JOINED)
            score, known = scorer.asked(one, one.asked[key]), best.get(fold(text))
            if known is None or known.score < score:
                mine = own or bool(known and known.own)
                share = 2.0 ** min(one.asked[key] - recent, 0.0)
                best[fold(text)] = Asked(text, tuple(values), score, share, mine)
    return sorted(best.values(), key=lambda asked: (-asked.score, asked.text))


_key = lru_cache(maxsize=4096)(template_key)
