"""What may be said of rows: sums, averages, extremes, and pairs that are compared."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from services.analytics.chat.prose import lexicon
from services.analytics.chat.prose.facts import Dimension, Facts, Measure, Rows
from services.analytics.chat.prose.reading import Label, Reading


@dataclass(frozen=True)
class Pair:
    """Two values of a measure: `base` is what the other is compared with."""

    base: float
    other: float
    measure: Measure


def known(measure: Measure, rows: Rows) -> list[float]:
    return [one for at in sorted(rows) if (one := measure.values[at]) is not None]


def single(measure: Measure, rows: Rows) -> float | None:
    return measure.values[next(iter(rows))] if len(rows) == 1 else None


def total(facts: Facts, measure: Measure, rows: Rows) -> float | None:
    """The sum of rows where there is one: not of averages, and not of what is cut off."""
    if len(rows) == 1:
        return single(measure, rows)
    if facts.table.truncated or measure.average or measure.part or measure.percent:
        return None
    found = known(measure, rows)
    return sum(found) if found else None


def constant(measure: Measure, rows: Rows) -> float | None:
    """What all of some rows have, as the size of a group that several rows tell of."""
    found = set(known(measure, rows))
    return found.pop() if len(found) == 1 else None


def mean(facts: Facts, measure: Measure, rows: Rows) -> float | None:
    found = known(measure, rows)
    return sum(found) / len(found) if found and not facts.table.truncated else None


def median(facts: Facts, measure: Measure, rows: Rows) -> float | None:
    found = known(measure, rows)
    return statistics.median(found) if found and not facts.table.truncated else None


def extreme(facts: Facts, measure: Measure, rows: Rows, *, most: bool) -> float | None:
    found = known(measure, rows)
    if not found or facts.table.truncated:
        return None
    return max(found) if most else min(found)


def grouped(
    facts: Facts, measure: Measure, dimension: Dimension, rows: Rows
) -> dict[object, float]:
    """What each label of a dimension has, of some rows."""
    found = {}
    for key, own in dimension.rows.items():
        value = total(facts, measure, own & rows) if own & rows else None
        if value is not None:
            found[key] = value
    return found


def at_end(facts: Facts, measure: Measure, rows: Rows, *, last: bool) -> float | None:
    """What the first or the last moment has, of rows that are told apart by moments."""
    time = ordering(facts)
    if time is None or facts.table.truncated:
        return None
    keys = [key for key in time.order if time.rows[key] & rows]
    if not keys:
        return None
    return total(facts, measure, time.rows[keys[-1 if last else 0]] & rows)


def ordering(facts: Facts) -> Dimension | None:
    """The dimension in whose order rows come: time, else steps or periods, else the first."""
    if facts.time is not None:
        ordinal = [one for one in facts.dimensions if one.words == ("period",)]
        return ordinal[0] if ordinal else facts.time
    return facts.dimensions[0] if facts.dimensions else None


def pairs(reading: Reading, at: int, measures: list[Measure]) -> Iterator[Pair]:
    """What may be compared at a place: two labels that are named; else the period before and this
    one; else a label and what comes before it; else the first and the last of a series.
    """
    found = any(same_twice(reading, one) for one in reading.facts.dimensions)
    for dimension in reading.facts.dimensions:
        sides = sides_of(reading, at, dimension)
        for base, other in sides:
            found = True
            yield from valued(reading.facts, measures, base, other)
    if found:
        return
    before = [one for one in reading.facts.measures if one.previous]
    if before:
        yield from previous_pairs(reading, at, measures, before)
        return
    yield from ordered_pairs(reading, at, measures)


def same_twice(reading: Reading, dimension: Dimension) -> bool:
    """ "from May to May": nothing is compared."""
    labels = reading.of(dimension.place)
    return len(labels) > 1 and len({one.rows for one in labels}) == 1


def sides_of(reading: Reading, at: int, dimension: Dimension) -> list[tuple[Rows, Rows]]:
    """Base and other, where two labels of a dimension are named, within what else is named."""
    labels = reading.of(dimension.place)
    if len({one.rows for one in labels}) < 2:
        return []
    base, other = split(reading, at, labels, dimension)
    if base is None or other is None or base.rows == other.rows:
        return []
    rest = reading.facts.rows
    for each in reading.facts.dimensions:
        if each.place != dimension.place and reading.of(each.place):
            rest = rest & reading.bound(at, each.place)[0]
    pair = (base.rows & rest, other.rows & rest)
    return [pair] if all(pair) else []


def split(
    reading: Reading, at: int, labels: list[Label], dimension: Dimension
) -> tuple[Label | None, Label | None]:
    """By "than" and the like; else by time, or the order in which they are named."""
    for found in lexicon.OBJECT.finditer(reading.text):
        after = [one for one in labels if one.start >= found.end()]
        before = [one for one in labels if one.end <= found.start()]
        if after and before:
            return after[0], before[-1]
        if found.start() < labels[0].start and len(after) > 1 and found.group()[:4] in LEADING:
            return after[0], next((one for one in after if one.rows != after[0].rows), None)
    sources = [one for one in labels if lexicon.ROUTE.search(reading.text[: one.start])]
    sources = [one for one in sources if reading.text[: one.start].rstrip().endswith("from")]
    if sources:
        return sources[0], next((one for one in labels if one.rows != sources[0].rows), None)
    if is_stepped(reading.facts, dimension) and not dimension.time:
        among = lexicon.AMONG.search(reading.text, labels[0].end, labels[-1].start)
        return (labels[-1], labels[0]) if among else (labels[0], labels[-1])
    if dimension.time or ordering(reading.facts) is dimension:
        ranked = sorted(labels, key=lambda one: place_of(dimension, one.rows))
        return ranked[0], ranked[-1]
    return labels[0], labels[1]


LEADING = ("comp", "rela", "vers", "agai", "behi", "ahea")


def place_of(dimension: Dimension, rows: Rows) -> int:
    return min(at for at, key in enumerate(dimension.order) if dimension.rows[key] & rows)


def valued(facts: Facts, measures: list[Measure], base: Rows, other: Rows) -> Iterator[Pair]:
    for measure in measures:
        pair = total(facts, measure, base), total(facts, measure, other)
        if pair[0] is not None and pair[1] is not None:
            yield Pair(pair[0], pair[1], measure)


def previous_pairs(
    reading: Reading, at: int, measures: list[Measure], before: list[Measure]
) -> Iterator[Pair]:
    for rows in reading.scopes(at):
        for measure in measures:
            for old in before:
                if measure.previous or old.words != measure.words:
                    continue
                pair = total(reading.facts, old, rows), total(reading.facts, measure, rows)
                if pair[0] is not None and pair[1] is not None:
                    yield Pair(pair[0], pair[1], measure)


def ordered_pairs(reading: Reading, at: int, measures: list[Measure]) -> Iterator[Pair]:
    facts, order = reading.facts, ordering(reading.facts)
    if order is None or facts.table.truncated or not (order.time or is_stepped(facts, order)):
        return
    rest = facts.rows
    for each in facts.dimensions:
        if each.place != order.place and reading.of(each.place):
            rest = rest & reading.bound(at, each.place)[0]
    keys = [key for key in order.order if order.rows[key] & rest]
    named = reading.of(order.place)
    if named:
        own = [
            i for i, key in enumerate(keys) if order.rows[key] & reading.bound(at, order.place)[0]
        ]
        steps = [(own[0] - 1, own[0])] if own and own[0] else []
        if own and own[0] and not lexicon.BEFORE.search(reading.text):
            steps.append((0, own[0]))
    else:
        steps = [(0, len(keys) - 1)] if len(keys) > 1 else []
    for first, last in steps:
        yield from valued(
            facts, measures, order.rows[keys[first]] & rest, order.rows[keys[last]] & rest
        )


def is_stepped(facts: Facts, order: Dimension) -> bool:
    return order.words in (("step",), ("period",)) or any(
        one.words == ("step",) for one in facts.dimensions
    )
