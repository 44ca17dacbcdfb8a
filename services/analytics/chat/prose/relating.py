"""What a sentence claims without a number: ways, ranks, comparisons, and what is said of all."""

import re
from collections.abc import Iterator
from itertools import pairwise

from services.analytics.chat.prose import computing, lexicon
from services.analytics.chat.prose.computing import Pair, pairs
from services.analytics.chat.prose.facts import Dimension, Measure, Rows
from services.analytics.chat.prose.judging import Judge, measures
from services.analytics.chat.prose.numbers import Figure, Told
from services.analytics.chat.prose.reading import Label, Mention
from services.analytics.chat.prose.universals import universals_hold
from services.analytics.semantics.compiler.query import OTHER

# So much of what it was is "stable".
STEADY = 0.02


def relations_hold(judge: Judge) -> bool:
    """Call after the numbers hold: of what columns they are, these are of too."""
    text = blanked(judge)
    return (
        ways_hold(judge, text)
        and ranks_hold(judge, text)
        and comparisons_hold(judge, text)
        and universals_hold(judge, text)
    )


def blanked(judge: Judge) -> str:
    """The sentence without names, numbers, and turns of phrase that claim nothing."""
    reading = judge.reading
    text = lexicon.HARMLESS.sub(lambda one: " " * len(one.group()), reading.text)
    names: list[Label | Mention] = [*reading.labels, *reading.mentions]
    for one in names:
        text = text[: one.start] + "_" * (one.end - one.start) + text[one.end :]
    return text


def ways_hold(judge: Judge, text: str) -> bool:
    """Each word of a way, where no number in its chunk told the change already."""
    for pattern, sign in ((lexicon.UP, 1), (lexicon.DOWN, -1), (lexicon.FLAT, 0)):
        for found in pattern.finditer(text):
            if extreme_before(text, found.start()):
                continue
            if not way_holds(judge, found, sign):
                return False
    return True


def extreme_before(text: str, at: int) -> bool:
    return bool(re.search(rf"(?:{lexicon.EXTREME.pattern})\s+$", text[max(0, at - 20) : at]))


def way_holds(judge: Judge, found: re.Match[str], sign: int) -> bool:
    reading = judge.reading
    told = [one for one in judge.changes if reading.same(one, found.start())]
    if told and sign:
        return True  # the number has the sign of this word
    ends = from_to(judge, found.start())
    if ends:
        return agrees(ends[0], ends[1], sign)
    if not claims_something(judge):
        return True
    return any(
        agrees(pair.base, pair.other, sign)
        for pair in pairs(reading, found.start(), measures(judge, found.start()))
    )


def claims_something(judge: Judge) -> bool:
    reading = judge.reading
    return bool(reading.labels or reading.mentions or reading.figures or judge.facts.measures)


def from_to(judge: Judge, at: int) -> tuple[float, float] | None:
    """The numbers of "from 3 to 5", or of "5, up from 3"."""
    text = judge.reading.text
    cells = judge.cells
    source = [one for one in cells if lexicon.FROM.search(text[: one.start])]
    target = [one for one in cells if lexicon.TO.search(text[: one.start])]
    if source and target:
        return source[0].value, target[0].value
    before = [one for one in cells if source and one.end <= source[0].start]
    return (source[0].value, before[-1].value) if before else None


def agrees(base: float, other: float, sign: int) -> bool:
    if sign:
        return (other - base) * sign > 0
    return abs(other - base) <= STEADY * abs(base)


def ranks_hold(judge: Judge, text: str) -> bool:
    for found in lexicon.EXTREME.finditer(text):
        if lexicon.TOP_OF.search(text[: found.end()] + " ") and counted_next(judge, found.end()):
            if not top_holds(judge, found):
                return False
            continue
        if not rank_holds(judge, text, found):
            return False
    return all(
        place_holds(judge, text, one)
        for one in judge.reading.figures
        if one.told is Told.ORDINAL and not extreme_after(text, one.end)
    )


def extreme_after(text: str, at: int) -> bool:
    return bool(re.match(rf"[ -]+(?:{lexicon.EXTREME.pattern})", text[at : at + 24]))


def counted_next(judge: Judge, at: int) -> Figure | None:
    following = [one for one in judge.reading.figures if 0 <= one.start - at <= 1]
    return following[0] if following and following[0].told is Told.PLAIN else None


def top_holds(judge: Judge, found: re.Match[str]) -> bool:
    """ "the top 3 are A, B and C": the labels that are listed are these."""
    count = counted_next(judge, found.end())
    most = not lexicon.is_lowest(found)
    for dimension in judge.facts.dimensions:
        labels = {one.rows for one in judge.reading.of(dimension.place)}
        if count is None or len(labels) != int(count.value):
            continue
        return any(
            labels
            <= {dimension.rows[key] for key in ordered(judge, one, dimension, most)[: len(labels)]}
            for one in measures(judge, found.start())
        )
    return bool(count and count.value <= len(judge.facts.rows)) and not judge.facts.table.truncated


def ordered(judge: Judge, measure: Measure, dimension: Dimension, most: bool) -> list[object]:
    """Labels from the most, or from the least; none where rows are cut off."""
    if judge.facts.table.truncated:
        return []
    found = values_of(judge, measure, dimension, judge.facts.rows)
    return sorted(found, key=lambda key: found[key], reverse=most)


def values_of(
    judge: Judge, measure: Measure, dimension: Dimension, rows: Rows
) -> dict[object, float]:
    rest = rows
    for each in judge.facts.dimensions:
        if each.place != dimension.place and judge.reading.of(each.place):
            rest = rest & judge.reading.bound(0, each.place)[0]
    return computing.grouped(judge.facts, measure, dimension, rest or rows)


def rank_holds(judge: Judge, text: str, found: re.Match[str]) -> bool:
    """The label that is said to be the highest is; without one, a number was held as such."""
    before = re.search(r"(\w+)[- ]+$", text[max(0, found.start() - 12) : found.start()])
    place = PLACES.get(before.group(1), 1) if before else 1
    if lexicon.STEEPEST.fullmatch(found.group()) or changed_after(text, found.end()):
        return steepest_holds(judge, text, found)
    most = not lexicon.is_lowest(found)
    labelled = [one for one in judge.facts.dimensions if judge.reading.of(one.place)]
    if judge.facts.table.truncated:
        return False
    if not labelled:
        return extreme_told(judge, found, most, place)
    return any(
        label_ranked(judge, found.start(), dimension, measure, most, place)
        for dimension in labelled
        for measure in measures(judge, found.start())
    )


PLACES = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "2nd": 2, "3rd": 3, "4th": 4,
}  # fmt: skip


def changed_after(text: str, at: int) -> bool:
    return bool(
        re.match(
            rf"\s+(?:single )?(?:{lexicon.UP.pattern}|{lexicon.DOWN.pattern})", text[at : at + 30]
        )
    )


def extreme_told(judge: Judge, found: re.Match[str], most: bool, place: int) -> bool:
    """A number near the word is the extreme."""
    for figure in judge.cells:
        if abs(judge.reading.chunk(figure.start) - judge.reading.chunk(found.start())) > 1:
            continue
        for measure in measures(judge, found.start()):
            values = sorted(computing.known(measure, judge.facts.rows), reverse=most)
            if len(values) >= place and abs(values[place - 1] - figure.value) <= figure.coarse:
                return True
    return False


def label_ranked(
    judge: Judge, at: int, dimension: Dimension, measure: Measure, most: bool, place: int
) -> bool:
    rows = target(judge, at, dimension)
    if len(judge.facts.rows) < 2:
        return False
    found = values_of(judge, measure, dimension, judge.facts.rows)
    found.pop(OTHER, None)  # the rest of a ranking takes no part in it
    own = {key for key in found if dimension.rows[key] & rows}
    if len(own) != 1 or len(found) < place:
        return False
    value = found[own.pop()]
    return sorted(found.values(), reverse=most)[place - 1] == value


def target(judge: Judge, at: int, dimension: Dimension) -> Rows:
    """The label that a rank is of: in its chunk the one before; else after; else before it."""
    reading = judge.reading
    labels = reading.of(dimension.place)
    here = [one for one in labels if reading.same(one.start, at)]
    before = [one for one in here if one.start < at]
    if before and not INVERTED.search(reading.text[:at]):
        return before[-1].rows
    after = [one for one in labels if one.start > at]
    if here:
        return here[0].rows if not after else after[0].rows
    earlier = [one for one in labels if one.start < at]
    following = [one for one in after if reading.chunk(one.start) - reading.chunk(at) <= 1]
    if following and not (earlier and SUBJECT.search(reading.text[:at])):
        return following[0].rows
    return (earlier or after)[-1 if earlier else 0].rows


INVERTED = re.compile(r"(?!)")
SUBJECT = re.compile(r"\b(?:is|was|has|had|with|being|having|which|at)\b[^,]*$")


def steepest_holds(judge: Judge, text: str, found: re.Match[str]) -> bool:
    """Of the changes from one row to the next, this one is the largest that way."""
    down = lexicon.DOWN.search(text, found.end(), found.end() + 30)
    order = computing.ordering(judge.facts)
    if order is None or judge.facts.table.truncated:
        return False
    for measure in measures(judge, found.start()):
        values = computing.grouped(judge.facts, measure, order, judge.facts.rows)
        keys = [key for key in order.order if key in values]
        steps = [(values[b] - values[a], values[a]) for a, b in pairwise(keys)]
        if any(
            told_step(judge, order, keys, one, bool(down))
            for one in (
                [change for change, _ in steps],
                [change / abs(base) if base else 0.0 for change, base in steps],
            )
        ):
            return True
    return False


def told_step(
    judge: Judge, order: Dimension, keys: list[object], changes: list[float], down: bool
) -> bool:
    if not changes:
        return False
    best = min(changes) if down else max(changes)
    named = {key for one in named_dimension(judge, order) for key in keys if order.rows[key] & one}
    at = changes.index(best)
    return keys[at + 1] in named and (len(named) == 1 or keys[at] in named)


def named_dimension(judge: Judge, order: Dimension) -> list[Rows]:
    found = [one.rows for one in judge.reading.of(order.place)]
    return found or [one.rows for one in judge.reading.labels]


def place_holds(judge: Judge, text: str, figure: Figure) -> bool:
    """ "DE is third", "second is FR": its rank, from the highest."""
    low, high = judge.reading.part(figure.start)
    if not RANKED.search(text[max(0, low - 1) : high] + text[high : high + 12]):
        return False
    return any(
        label_ranked(judge, figure.start, dimension, measure, True, int(figure.value))
        for dimension in judge.facts.dimensions
        if judge.reading.of(dimension.place)
        for measure in measures(judge, figure.start)
    )


RANKED = re.compile(
    r"\b(?:rank\w*|place[ds]?|comes?|came|is|was|second|third|next|position|spot|in)\b"
)


def comparisons_hold(judge: Judge, text: str) -> bool:
    for pattern, sign in ((lexicon.MORE, 1), (lexicon.LESS, -1)):
        for found in pattern.finditer(text):
            if not compared(judge, text, found) or comparison_holds(judge, found, sign):
                continue
            return False
    return True


def compared(judge: Judge, text: str, found: re.Match[str]) -> bool:
    """Whether the word compares what is not a number: "more than 100" is held as one."""
    after = text[found.end() : found.end() + 24]
    if found.group() in ("leads", "above", "below") and not judge.reading.labels:
        return False
    if THAN_NUMBER.match(after) or any(
        judge.reading.same(one, found.start()) for one in judge.changes
    ):
        return False
    if any(
        not text[found.end() : one.start].strip()
        for one in judge.reading.figures
        if one.start >= found.end()
    ):
        return False
    return bool(judge.reading.labels or judge.reading.mentions) or "than" in after


THAN_NUMBER = re.compile(
    r"\s*(?:\w+ )?than\s+(?:about |around )?(?:[$€£]?-?\d|half|twice|double|a |one|two|three)"
)


def comparison_holds(judge: Judge, found: re.Match[str], sign: int) -> bool:
    reading = judge.reading
    alone = len({one.rows for one in reading.labels}) == 1 or not any(
        one.start > found.end() for one in reading.labels
    )
    trails = bool(alone and lexicon.TRAILS.fullmatch(found.group()))
    if trails or lexicon.OTHERS.search(reading.text, found.start()):
        return any(
            label_ranked(judge, found.start(), dimension, measure, sign > 0, 1)
            for dimension in judge.facts.dimensions
            if reading.of(dimension.place)
            for measure in measures(judge, found.start())
        )
    return any(agrees(pair.base, pair.other, sign) for pair in compared_pairs(judge, found.start()))


def compared_pairs(judge: Judge, at: int) -> Iterator[Pair]:
    yield from pairs(judge.reading, at, measures(judge, at))
