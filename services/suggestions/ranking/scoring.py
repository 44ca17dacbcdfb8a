"""The score that ranks suggestions: a sum of terms, so that each can be read off.

    score = evidence + filling + preferences + fit

* evidence  = SCOPE x success x use x recency of the learned pattern (or what the catalogue's own
  questions start with); the scopes and half-life below.
* filling   = FILLING x how usual the slots' fillings are, from 0 to 1,
  less REPEATED for each better filling of the template.
* preferences = PREFERRED for each of type, metric and dimension that the person prefers.
* fit       = CONTINUES (+ WHOLE_WORD) for what goes on from the typed text, else RELATED x the
  share of the typed words that the suggestion is about.
"""

import math
from datetime import datetime
from functools import lru_cache

from services.suggestions.ranking.model import Filled, Learned, Scope

# A person's own habit beats the job role's, and that the organization's, at equal use and success;
# the role's daily question beats what the person tried once.
SCOPE: dict[Scope, float] = {"user": 1.0, "role": 0.6, "global": 0.45}
# What the catalogue offers unasked: less than a pattern used a few times, more than a pattern
# that mostly failed. Later ones count less, to keep their order.
STARTER, STARTER_STEP = 0.25, 0.01
OPENING, OPENING_STEP = 0.2, 0.001
TAIL, TAIL_STEP = 0.14, 0.002
# Use counts by its logarithm, because the hundredth time says less than the second; this many
# uses give 1.
PLENTY = 50
# A habit unused for six weeks is worth half: longer than a monthly report's rhythm.
HALF_LIFE_DAYS = 45.0
# One standard deviation: a pattern that ran once and well counts half, not a fifth as at 1.96.
WILSON_Z = 1.0
FILLING = 0.3
# What the second filling of a template has less than the first: another template comes first where
# it is about as good.
REPEATED = 0.06
# More than the differences of fillings, less than the own daily habit: it reorders, never floods.
PREFERRED = 0.4
# Continuing what is typed outweighs all the rest together (at most about 4).
CONTINUES = 10.0
# "profit" is profit first, and "profit margin" second; more than one preference.
WHOLE_WORD = 0.5
RELATED = 2.0


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


def recency(last_used: datetime, now: datetime) -> float:
    """1 for now or later, half for each half-life since."""
    days = (now - last_used).total_seconds() / 86_400
    return float(0.5 ** (days / HALF_LIFE_DAYS)) if days > 0 else 1.0


def evidence(learned: Learned, now: datetime) -> float:
    """What a pattern's history says for it, from 0 to about 1.5."""
    frequency = max(0, learned.frequency)
    use = (1 + math.log1p(frequency) / math.log1p(PLENTY)) / 2
    success = wilson_lower(learned.successes, frequency)
    return SCOPE[learned.scope] * success * use * recency(learned.last_used, now)


def filling(filled: tuple[Filled, ...], at: int) -> float:
    """What the fillings add, less for each likelier one of the same template."""
    usual = sum(slot.weight for slot in filled) / len(filled) if filled else 1.0
    return FILLING * usual - REPEATED * at


def preference(
    filled: tuple[Filled, ...], query_type: str, types: frozenset[str], terms: frozenset[str]
) -> float:
    """What the person's preferences add; a kind counts once, however many of it are there."""
    liked = {slot.kind for slot in filled if slot.term in terms and slot.kind != "entity"}
    return PREFERRED * (len(liked) + (query_type in types))
