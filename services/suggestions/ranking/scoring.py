"""The score that ranks suggestions: a sum of signals, so that each can be read off.

* catalogue  = what the catalogue's own questions start with.
* habit      = WEIGHTS.habit x SCOPE x success x how often the template was asked, each time counted
  half as much for each half-life since (patterns/weights.py).
* asked      = WEIGHTS.asked x the same of this very question.
* acceptance = WEIGHTS.acceptance x SCOPE x the least share of the lists it stood in from which it
  was chosen (Wilson lower bound).
* session    = WEIGHTS.session x the share of questions after the one before that were this.
* hour       = WEIGHTS.hour x how much likelier it is at this hour of the week than at any.
* filling    = FILLING x how usual the slots' fillings are, from 0 to 1.
* repeated   = -REPEATED for each better filling of the template.
* preference = PREFERRED for each of type, metric and dimension that the person prefers.
* continues  = CONTINUES for what goes on from the typed text, and whole_word = WHOLE_WORD where it
  ends with a whole name; else related = RELATED x the share of the typed words that it is about.

WEIGHTS, SCOPE and the half-life were chosen by bench/next_question.py, on another seed than the one
that it reports.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from services.suggestions.patterns.weights import half_lives, times
from services.suggestions.ranking.model import Filled, Learned, Scope

# A person's own habit beats the job role's, and that the organization's, at equal use and success;
# the role's daily question beats what the person tried once.
SCOPE: dict[Scope, float] = {"user": 1.0, "role": 0.6, "global": 0.45}
# What the catalogue offers unasked: less than a pattern used a few times, more than a pattern
# that mostly failed. Later ones count less, to keep their order.
STARTER, STARTER_STEP = 0.03, 0.0012
OPENING, OPENING_STEP = 0.024, 0.0001
TAIL, TAIL_STEP = 0.016, 0.0002
# Use counts by its logarithm, because the hundredth time says less than the second; this many
# uses give 1.
PLENTY = 50
LOG_PLENTY = math.log1p(PLENTY)
# One standard deviation: a pattern that ran once and well counts half, not a fifth as at 1.96.
WILSON_Z = 1.0
FILLING = 0.06
# What the second filling of a template has less than the first: another template comes first where
# it is about as good.
REPEATED = 0.012
# More than the differences of fillings, less than the own daily habit: it reorders, never floods.
PREFERRED = 0.4
# Continuing what is typed outweighs all the rest together (at most about 10).
CONTINUES = 12.0
# "profit" is profit first, and "profit margin" second; more than one preference.
WHOLE_WORD = 0.1
RELATED = 0.8
# What a question counts for having been asked at all, in the measure of `use`.
KNOWN = 0.8
# What a filling that nobody asked has of its template's signals.
UNASKED = 0.6
# So many times are needed before following or an hour counts for more than chance.
FOLLOW_DOUBT = 1.0
HOUR_DOUBT = 4.0
# An hour at which a question is this many doublings likelier than at any counts in full.
HOUR_DOUBLINGS = 3.0


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What each learned signal counts; 0 leaves it out."""

    habit: float = 0.3
    asked: float = 2.0
    acceptance: float = 0.3
    session: float = 3.2
    hour: float = 1.6


WEIGHTS = Weights()


class Terms(NamedTuple):
    """The signals of one candidate, each as it counts."""

    catalogue: float = 0.0
    habit: float = 0.0
    asked: float = 0.0
    acceptance: float = 0.0
    session: float = 0.0
    hour: float = 0.0
    filling: float = 0.0
    repeated: float = 0.0
    preference: float = 0.0
    continues: float = 0.0
    whole_word: float = 0.0
    related: float = 0.0

    @property
    def learned(self) -> float:
        """What the template's history says for it."""
        return self.habit + self.acceptance + self.session + self.hour


NO_TERMS = Terms()


@lru_cache(maxsize=16_384)
def wilson_lower(successes: int, trials: int, z: float = WILSON_Z) -> float:
    """Lower bound of the Wilson score interval of a rate, in [0, 1]; 0.0 for no trials.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    """
    if trials <= 0:
        return 0.0
    rate = min(max(successes / trials, 0.0), 1.0)
    square = z * z / trials
    spread = z * math.sqrt((rate * (1 - rate) + square / 4) / trials)
    return max(0.0, (rate + square / 2 - spread) / (1 + square))


@dataclass(frozen=True)
class Scorer:
    """Scores the templates of one moment, in half-lives since 1970.

    `hours` is each scope's share of times near this hour of the week.
    """

    moment: float
    weights: Weights
    hours: Mapping[Scope, float]

    @classmethod
    def of(cls, learned: Iterable[Learned], now: datetime, weights: Weights) -> "Scorer":
        near: dict[Scope, float] = {}
        total: dict[Scope, float] = {}
        for one in learned:
            near[one.scope] = near.get(one.scope, 0.0) + one.near
            total[one.scope] = total.get(one.scope, 0.0) + max(0, one.frequency)
        shares = {scope: near[scope] / total[scope] for scope in near if total[scope]}
        return cls(half_lives(now), weights, shares)

    def weigh(self, scopes: Sequence[Learned]) -> tuple[Terms, float]:
        """What the template's history says for it, by the scope that says most.

        And what the best of its questions counts for having been asked.
        """
        habit = accepted = follows = hour = best = 0.0
        for one in scopes:
            merits = merit(one)
            habit = max(habit, merits * use(self._times(one)))
            if one.accepted:
                accepted = max(accepted, acceptance(one))
            if one.followed:
                follows = max(follows, following(one))
            if one.near:
                hour = max(hour, self._hour(one))
            if one.questions:
                best = max(best, self.asked(merits, one.questions[0].recent))
        w = self.weights
        terms = Terms(
            habit=w.habit * habit,
            acceptance=w.acceptance * accepted,
            session=w.session * follows,
            hour=w.hour * hour,
        )
        return terms, best

    def asked(self, merits: float, recent: float) -> float:
        """What the history of the very question says for it."""
        return self.weights.asked * merits * (KNOWN + use(times(recent, self.moment)))

    def _times(self, learned: Learned) -> float:
        """How often it was asked, each time counted half as much for each half-life since."""
        if learned.recent is not None:
            return times(learned.recent, self.moment)
        age = self.moment - half_lives(learned.last_used)
        return float(max(0, learned.frequency) * 0.5 ** max(age, 0.0))

    def _hour(self, learned: Learned) -> float:
        usual = self.hours.get(learned.scope, 0.0)
        if usual <= 0:
            return 0.0
        share = (learned.near + HOUR_DOUBT * usual) / (learned.frequency + HOUR_DOUBT)
        doublings = math.log2(share / usual) / HOUR_DOUBLINGS
        return SCOPE[learned.scope] * min(max(doublings, 0.0), 1.0)


def use(times_asked: float) -> float:
    """From 0 for never to 1 for plenty, and beyond."""
    return math.log1p(times_asked) / LOG_PLENTY


def merit(learned: Learned) -> float:
    """What a scope's word counts, by how the template's questions ended."""
    return SCOPE[learned.scope] * wilson_lower(learned.successes, max(0, learned.frequency))


def acceptance(learned: Learned) -> float:
    """The least share of its lists from which it was chosen."""
    return SCOPE[learned.scope] * wilson_lower(learned.accepted, learned.shown)


def following(learned: Learned) -> float:
    """The share of questions after the one before that were this, less doubt where few were."""
    return SCOPE[learned.scope] * learned.followed / (learned.follows + FOLLOW_DOUBT)


def filling(filled: tuple[Filled, ...]) -> float:
    """What the fillings add."""
    usual = sum(slot.weight for slot in filled) / len(filled) if filled else 1.0
    return FILLING * usual


def preference(
    filled: tuple[Filled, ...], query_type: str, types: frozenset[str], terms: frozenset[str]
) -> float:
    """What the person's preferences add; a kind counts once, however many of it are there."""
    if not terms:
        return PREFERRED * (query_type in types)
    liked = {slot.kind for slot in filled if slot.term in terms and slot.kind != "entity"}
    return PREFERRED * (len(liked) + (query_type in types))
