"""What a sentence claims of all rows, or of none."""

import re
from itertools import pairwise

from services.analytics.chat.prose import computing, lexicon
from services.analytics.chat.prose.judging import Judge, bound_way, measures


def universals_hold(judge: Judge, text: str) -> bool:
    for found in lexicon.UNIVERSAL.finditer(text):
        following = [one for one in judge.reading.figures if 0 <= one.start - found.end() <= 6]
        if found.group() == "only" and following:
            continue
        if found.group() in ("each", "every") and lexicon.AVERAGE.search(text):
            continue
        if found.group() == "both" and both_hold(judge):
            continue
        if not universal_holds(judge, found):
            return False
    return True


def both_hold(judge: Judge) -> bool:
    """There are two of something."""
    return any(
        2 in (len(one.order), len(judge.reading.of(one.place))) for one in judge.facts.dimensions
    )


def universal_holds(judge: Judge, found: re.Match[str]) -> bool:
    none = found.group() in ("no", "none", "never", "neither", "nobody")
    if none and is_empty(judge, found.start()):
        return True
    bounds = [one for one in judge.reading.figures if bound_way(judge.reading, one)]
    for measure in measures(judge, found.start()):
        values = computing.known(measure, judge.facts.rows)
        if not values or judge.facts.table.truncated:
            continue
        for bound in bounds:
            sign = bound_way(judge.reading, bound)
            told = [(one - bound.value) * sign > 0 for one in values]
            if (none and not any(told)) or (not none and all(told)):
                return True
    return not none and all_moved(judge, found.start())


def is_empty(judge: Judge, at: int) -> bool:
    """Nothing came, or nothing but zeros, of what is named."""
    scopes = judge.reading.scopes(at) or [judge.facts.rows]
    found = [one for measure in measures(judge, at) for one in computing.known(measure, scopes[0])]
    return not any(found) and not judge.facts.table.truncated


def all_moved(judge: Judge, at: int) -> bool:
    """ "every month rose", "all countries fell": from one to the next, or against before."""
    text = judge.reading.text
    sign = 1 if lexicon.UP.search(text) else -1 if lexicon.DOWN.search(text) else 0
    before = {one.words: one for one in judge.facts.measures if one.previous}
    order = computing.ordering(judge.facts)
    if not sign or judge.facts.table.truncated:
        return False
    for measure in measures(judge, at):
        old = before.get(measure.words)
        if old is not None:
            steps = list(zip(old.values, measure.values, strict=True))
        elif order is not None and order.time and len(judge.facts.dimensions) == 1:
            by_time = sorted(judge.facts.rows, key=lambda row: str(order.keys[row]))
            told = [measure.values[row] for row in by_time]
            steps = list(pairwise(told))
        else:
            continue
        if steps and all(a is not None and b is not None and (b - a) * sign > 0 for a, b in steps):
            return True
    return False
