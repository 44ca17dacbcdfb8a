"""Whether the result shows a number that a sentence tells, for what the sentence tells it of."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from services.analytics.chat.prose import computing, lexicon
from services.analytics.chat.prose.around import Around
from services.analytics.chat.prose.computing import Pair, pairs
from services.analytics.chat.prose.facts import Dimension, Facts, Measure, Rows
from services.analytics.chat.prose.numbers import Figure, Told
from services.analytics.chat.prose.reading import Reading

EPSILON = 1e-9


@dataclass
class Judge:
    """Holds the numbers of one sentence against the result, and remembers what they are of."""

    reading: Reading
    currencies: frozenset[str]
    columns: set[int] = field(default_factory=set)
    changes: set[int] = field(default_factory=set)
    cells: list[Figure] = field(default_factory=list)

    @property
    def facts(self) -> Facts:
        return self.reading.facts

    def holds(self, figure: Figure) -> bool:
        around = Around.of(self.reading, figure)
        if lexicon.SPREAD.search(self.reading.text[: figure.start]) and any(
            True for _ in self.counts(figure, around)
        ):
            around = replace(around, over=False)
        measures = self.measures_of(figure, around)
        for value, measure in self.values(figure, around, measures):
            if self.fits(figure, around, value, measure):
                if measure is not None:
                    self.columns.add(measure.place)
                return True
        return False

    def measures_of(self, figure: Figure, around: Around) -> list[Measure]:
        """Of the columns that the number may be of, by their names, their currency and period."""
        named = self.reading.measured(figure.start, figure.end)
        previous = self.reading.is_previous(figure.start, figure.end)
        changed = around.changed or around.share
        found = [one for one in self.facts.measures if not named or one.place in named]
        if named and not changed:
            words = {one.words for one in found}
            found = [
                one for one in self.facts.measures if one.words in words and one.words
            ] or found
        if figure.told is Told.PERCENT and not any(one.part or one.percent for one in found):
            found += [one for one in self.facts.measures if one.part or one.percent]
        if any(one.previous for one in self.facts.measures):
            found = [one for one in found if one.previous == (bool(previous) and not changed)]
        return [one for one in found if self.money_fits(figure, one)]

    def money_fits(self, figure: Figure, measure: Measure) -> bool:
        if not figure.currency:
            return True
        if measure.currency:
            return measure.currency == figure.currency
        return figure.currency in self.currencies and not (measure.part or measure.percent)

    def fits(self, figure: Figure, around: Around, value: float, measure: Measure | None) -> bool:
        told, wanted = figure.value, value
        if around.over or around.under:
            return (
                wanted > told or (around.equal and wanted == told) if around.over else wanted < told
            )
        slack = figure.coarse if around.hedged else figure.slack
        if measure is not None and measure.whole and figure.told is Told.PLAIN and slack == 0.5:
            slack = 0.5 if not wanted.is_integer() else 0.0
        return abs(told - wanted) <= slack + EPSILON * max(1.0, abs(wanted))

    def values(
        self, figure: Figure, around: Around, measures: list[Measure]
    ) -> Iterator[tuple[float, Measure | None]]:
        if figure.told is Told.POINTS:
            yield from self.changed(figure, around, measures, points)
        elif figure.told is Told.TIMES:
            yield from self.multiples(figure, around, measures)
        elif figure.told is Told.PERCENT:
            yield from self.percents(figure, around, measures)
        elif around.changed:
            yield from self.changed(figure, around, measures, difference)
        else:
            yield from self.plain(figure, around, measures)
        if around.changed and around.loss and figure.told is Told.PLAIN:
            yield from self.plain(figure, around, measures)

    def changed(
        self,
        figure: Figure,
        around: Around,
        measures: list[Measure],
        how: Callable[[Pair], float | None],
    ) -> Iterator[tuple[float, Measure | None]]:
        """Changes have the sign of what is told: "fell by 3" and "-3" are the same."""
        self.changes.add(figure.start)
        for pair in pairs(self.reading, figure.start, measures):
            value = how(pair)
            if value is None:
                continue
            if around.direction:
                value *= around.direction
                yield (value if figure.value >= 0 else -value * around.direction), pair.measure
            elif around.unsigned:
                yield abs(value), pair.measure
            else:
                yield value, pair.measure

    def multiples(
        self, figure: Figure, around: Around, measures: list[Measure]
    ) -> Iterator[tuple[float, Measure | None]]:
        self.changes.add(figure.start)
        for pair in pairs(self.reading, figure.start, measures):
            if pair.base:
                yield pair.other / pair.base, pair.measure
        if figure.text.endswith("times"):
            for value, measure in self.plain(figure, around, measures):
                if abs(value - figure.value) < EPSILON:
                    yield value, measure

    def percents(
        self, figure: Figure, around: Around, measures: list[Measure]
    ) -> Iterator[tuple[float, Measure | None]]:
        if around.changed:
            yield from self.changed(figure, around, measures, growth)
            return
        if self.between_steps(figure, around):
            yield from self.changed(figure, around, measures, ratio)
            return
        for measure in measures:
            if measure.part or measure.percent:
                factor = 0.01 if measure.percent else 1.0
                for value in self.cell(around, measure):
                    yield value * factor, measure
        if figure.currency:
            return
        yield from self.shares(figure, around, measures)
        yield from self.ratios(figure)

    def between_steps(self, figure: Figure, around: Around) -> bool:
        """Whether it is of who went from one step to another."""
        stepped = any(computing.is_stepped(self.facts, one) for one in self.facts.dimensions)
        here = {
            one.rows for one in self.reading.labels if self.reading.same(one.start, figure.start)
        }
        return stepped and self.facts.time is None and (around.route or len(here) > 1)

    def shares(
        self, figure: Figure, around: Around, measures: list[Measure]
    ) -> Iterator[tuple[float, Measure | None]]:
        """Of a whole: all rows, or those that have the same other labels; or of a step before."""
        for rows in around.scopes:
            for measure in measures:
                part = self.value_of(around, measure, rows)
                for whole in self.wholes(figure, rows):
                    of = computing.total(self.facts, measure, whole)
                    if part is not None and of and (len(whole) > 1 or whole != rows):
                        yield part / of, measure
        if any(computing.is_stepped(self.facts, one) for one in self.facts.dimensions):
            yield from self.changed(figure, around, measures, ratio)

    def wholes(self, figure: Figure, rows: Rows) -> Iterator[Rows]:
        if self.facts.table.truncated:
            return
        yield self.facts.rows
        for dimension in self.facts.dimensions:
            if len(self.facts.dimensions) > 1 and self.reading.of(dimension.place):
                whole = self.reading.bound(figure.start, dimension.place)[0]
                if rows < whole:
                    yield whole

    def ratios(self, figure: Figure) -> Iterator[tuple[float, Measure | None]]:
        """Of two numbers of the same sentence, as in "120 of 400 (30 %)"."""
        before = [one for one in self.cells if one.end <= figure.start][-2:]
        if (
            len(before) == 2
            and before[1].value
            and OF.search(self.reading.text[before[0].end : before[1].start])
        ):
            yield before[0].value / before[1].value, None

    def plain(
        self, figure: Figure, around: Around, measures: list[Measure]
    ) -> Iterator[tuple[float, Measure | None]]:
        if figure.told is Told.PLAIN and not figure.currency:
            counts = list(self.counts(figure, around))
            if counts:
                yield from ((one, None) for one in counts)
                return
        self.cells.append(figure)
        for measure in measures:
            if not unit_fits(self.reading, figure, measure):
                continue
            for value in self.cell(around, measure):
                yield value, measure
                if value < 0 and around.loss:
                    yield -value, measure
        if around.average:
            yield from self.per(around)

    def per(self, around: Around) -> Iterator[tuple[float, Measure | None]]:
        """One column by another, as revenue by orders, where both are named."""
        named = {one.place for one in self.reading.mentions if one.kind == "measure"}
        both = [one for one in self.facts.measures if one.place in named]
        for rows in around.scopes:
            for over in both:
                for under in both:
                    pair = [computing.total(self.facts, one, rows) for one in (over, under)]
                    if over is not under and pair[0] is not None and pair[1]:
                        yield pair[0] / pair[1], over

    def cell(self, around: Around, measure: Measure) -> Iterator[float]:
        for rows in around.scopes:
            value = self.value_of(around, measure, rows)
            if value is not None:
                yield value

    def value_of(self, around: Around, measure: Measure, rows: Rows) -> float | None:
        """What the words around a number say that it is of some rows."""
        if len(rows) == 1:
            return computing.single(measure, rows)
        facts = self.facts
        if around.rank:
            return self.ranked(around, measure, rows)
        if around.average and not around.total:
            return computing.mean(facts, measure, rows)
        if around.median:
            return computing.median(facts, measure, rows)
        if around.end is not None and computing.ordering(facts) is not None:
            return computing.at_end(facts, measure, rows, last=around.end)
        if rows != facts.rows and len(facts.dimensions) > 1:
            same = computing.constant(measure, rows)
            if same is not None:
                return same
        return computing.total(facts, measure, rows)

    def ranked(self, around: Around, measure: Measure, rows: Rows) -> float | None:
        values = sorted(computing.known(measure, rows), reverse=around.rank > 0)
        place = abs(around.rank) - 1
        return None if self.facts.table.truncated or place >= len(values) else values[place]

    def counts(self, figure: Figure, around: Around) -> Iterator[float]:
        """How many rows, labels or periods there are, where the number is said to be of them."""
        following = self.reading.text[figure.end : figure.end + 40]
        if not figure.value.is_integer():
            return
        low, high = figure.end, figure.end + 30
        named = [
            one
            for one in self.reading.mentions
            if one.kind == "dimension"
            and low <= one.start < high
            and len(self.reading.text[low : one.start].split()) <= 2
            and self.reading.same(figure.start, one.start)
            and not PER.search(self.reading.text[low : one.start])
        ]
        dimensions = [self.facts.dimension(one.place) for one in named]
        noun = NOUN.match(following)
        if not dimensions and noun:
            dimensions = dimensions_meant(noun.group(1), self.facts)
            if lexicon.ROWS.fullmatch(noun.group(1)) and not self.facts.table.truncated:
                yield float(self.facts.table.row_count or len(self.facts.rows))
        if self.facts.table.truncated:
            return
        bounds = [one for one in self.reading.figures if bound_way(self.reading, one)]
        for dimension in dimensions:
            if bounds and bounds[0].start > figure.start:
                yield from self.beyond(dimension, bounds[0])
            else:
                yield from counted(dimension, self.counted_in(figure, around))

    def counted_in(self, figure: Figure, around: Around) -> list[Rows]:
        """All rows; or those that labels beside the number leave."""
        beside = any(self.reading.same(one.start, figure.start) for one in self.reading.labels)
        return around.scopes if beside else [self.facts.rows]

    def beyond(self, dimension: Dimension, bound: Figure) -> Iterator[float]:
        """How many labels have more, or less, than a bound."""
        sign, scale = bound_way(self.reading, bound), 1.0
        named = self.reading.measured(bound.start, bound.end)
        for measure in self.facts.measures:
            if named and measure.place not in named:
                continue
            scale = 0.01 if measure.percent and bound.told is Told.PERCENT else 1.0
            values = computing.grouped(self.facts, measure, dimension, self.facts.rows).values()
            yield float(sum((one * scale - bound.value) * sign > 0 for one in values))


def bound_way(reading: Reading, figure: Figure) -> int:
    low, _ = reading.part(figure.start)
    before = reading.text[max(0, low - 12) : figure.start]
    if lexicon.OVER.search(before):
        return 1
    return -1 if lexicon.UNDER.search(before) else 0


def counted(dimension: Dimension, scopes: list[Rows]) -> Iterator[float]:
    for rows in scopes:
        keys = [key for key, own in dimension.rows.items() if own & rows]
        yield float(len(keys))
        if None in keys:
            yield float(len(keys) - 1)


def dimensions_meant(noun: str, facts: Facts) -> list[Dimension]:
    if lexicon.PERIODS.fullmatch(noun) and facts.time is not None:
        return [facts.time]
    if lexicon.GROUPS.fullmatch(noun):
        return [one for one in facts.dimensions if not one.time]
    return []


NOUN = re.compile(r"[ -](?:(?:different|other|distinct|more|full|separate|such) )?([a-z]+)")
PER = re.compile(r"\b(?:per|each|every|a|an|in|from|for|by)\b")
OF = re.compile(r"\b(?:of|out of|from)\b")


def unit_fits(reading: Reading, figure: Figure, measure: Measure) -> bool:
    """ "12 seconds" is of a column that is in seconds."""
    found = NOUN.match(reading.text[figure.end : figure.end + 20])
    if not found or not lexicon.TIME_UNITS.fullmatch(found.group(1)):
        return True
    return any(
        one.kind == "measure" and one.start == figure.end + 1 and one.place == measure.place
        for one in reading.mentions
    )


def difference(pair: Pair) -> float | None:
    return pair.other - pair.base


def points(pair: Pair) -> float | None:
    if pair.measure.percent:
        return (pair.other - pair.base) / 100
    return pair.other - pair.base if pair.measure.part else None


def ratio(pair: Pair) -> float | None:
    return pair.other / pair.base if pair.base else None


def growth(pair: Pair) -> float | None:
    return (pair.other - pair.base) / abs(pair.base) if pair.base else None


def measures(judge: Judge, at: int) -> list[Measure]:
    """Those that are named there; else those of the numbers; else all of the present period."""
    reading = judge.reading
    places = reading.measured(at, at) or {
        one.place for one in reading.mentions if one.kind == "measure"
    }
    found = [one for one in judge.facts.measures if one.place in (places or judge.columns)]
    return [one for one in found or judge.facts.measures if not one.previous]
