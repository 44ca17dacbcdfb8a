"""How often something happened, each time counted half as much for each half-life since.

Kept as the log2 of a sum of 2^(moment / half-life) (forward decay: Cormode, Shkapenyuk, Srivastava
and Xu, ICDE 2009), so that two of them compare the same at any time, and time passing changes no
row. A change of the half-life needs a rebuild.
"""

import math
from datetime import datetime

HALF_LIFE_DAYS = 14.0  # chosen by bench/next_question.py


def half_lives(moment: datetime) -> float:
    """Half-lives since 1970."""
    return moment.timestamp() / (HALF_LIFE_DAYS * 86_400)


def add(one: float | None, other: float) -> float:
    """Both together; None stands for none.

    Rounded: the sixth decimal is less than a millionth of the count.
    """
    if one is None:
        return rounded(other)
    more, less = (one, other) if one > other else (other, one)
    return rounded(more + math.log2(1 + 2.0 ** (less - more)))


def rounded(recent: float) -> float:
    """To six decimals; `round` takes three times as long, and this is done six times a question."""
    return math.floor(recent * 1e6 + 0.5) / 1e6


def times(recent: float, moment: float) -> float:
    """How often, as counted at that moment, in half-lives."""
    return float(2.0 ** min(recent - moment, 62.0))
