"""What narrows and divides a measure: when, compared with what, by what, how many."""

from datetime import datetime

from services.analytics.semantics.compiler import (
    Anchor,
    Calendar,
    NotCompilable,
    Relative,
    TimeRange,
)
from services.analytics.semantics.compiler.periods import before, resolved
from services.analytics.semantics.domain import Grain
from services.analytics.understanding.conditions import NAMED, Conditions
from services.analytics.understanding.domain import Knowledge, KnownDimension
from services.analytics.understanding.sentence import Draft, Sentence, TopN

USUAL_TOP = 10


class Modifiers:
    def __init__(self, knowledge: Knowledge, calendar: Calendar, now: datetime) -> None:
        self._knowledge = knowledge
        self._calendar = calendar
        self._now = now
        self._conditions = Conditions(knowledge)

    def apply(self, sentence: Sentence, draft: Draft) -> None:
        self.shown(sentence, draft)
        self.times(sentence, draft)
        self._conditions.apply(sentence, draft)
        self.top(sentence, draft)
        self.by(sentence, draft)
        self.top_of_by(sentence, draft)
        if draft.breakdown or draft.grain:
            sentence.take(*sentence.free("list"))
        for at in sentence.free("where"):
            named = sentence.after(at)
            if named in sentence.taken and sentence.kind(named) in (*NAMED, "value"):
                sentence.take(at)

    def shown(self, sentence: Sentence, draft: Draft) -> None:
        sentence.take(*sentence.free("now"))
        for at in sentence.free("chart"):
            draft.chart = sentence.value(at)
            sentence.take(at)
        for at in sentence.free("grain")[:1]:
            draft.grain = sentence.value(at)
            sentence.take(at)
        for at in sentence.free("trend"):
            draft.trend = True
            sentence.take(at)
        for at in sentence.free("only"):
            if sentence.kind(sentence.after(at)) in ("time", "metric", "event", "grain"):
                sentence.take(at)

    def times(self, sentence: Sentence, draft: Draft) -> None:
        """The period; one that it is compared with must be the one before it."""
        for at in sentence.free("everything"):
            draft.all_time = True
            sentence.take(at)
        found = sentence.free("time")
        against = [at for at in found if self._versus(sentence, at)]
        own = [at for at in found if at not in against]
        if own:
            draft.time_range = sentence.value(own[0])
            sentence.take(own[0])
        if against:
            self._compared(sentence, draft, against[0])
        elif len(own) == 2 and sentence.free("compare"):
            self._two(sentence, draft, own)
        self._earlier(sentence, draft)
        self._growth(sentence, draft)

    def _versus(self, sentence: Sentence, at: int) -> bool:
        opening = sentence.before(at)
        return sentence.kind(opening) == "versus"

    def _compared(self, sentence: Sentence, draft: Draft, at: int) -> None:
        asked = sentence.value(at)
        mine = draft.time_range or draft.inherited
        if mine is None and isinstance(asked, Relative) and asked.anchor is Anchor.PREVIOUS:
            mine = Relative(Anchor.THIS, asked.unit)
            draft.assumed.append(
                f"this {asked.unit.value} is compared, as no other period is named"
            )
        if mine is not None and self._is_before(asked, mine):
            draft.time_range, draft.compare = mine, True
        elif mine is not None and self._is_before(mine, asked):
            draft.time_range, draft.compare = asked, True
        elif mine == asked and isinstance(mine, Relative) and mine.anchor is Anchor.PREVIOUS:
            # "last month compared to the previous month": not with itself.
            draft.time_range, draft.compare = mine, True
        else:
            return
        sentence.take(at, sentence.before(at), *sentence.free("compare")[:1])

    def _two(self, sentence: Sentence, draft: Draft, own: list[int]) -> None:
        """ "compare this month and last month"."""
        one, other = (sentence.value(at) for at in own)
        if not self._is_before(other, one):
            one, other = other, one
        if self._is_before(other, one):
            draft.time_range, draft.compare = one, True
            sentence.take(*own, sentence.free("compare")[0])

    def _is_before(self, asked: TimeRange, mine: TimeRange) -> bool:
        """Whether it is the period that `compare` puts beside the other."""
        try:
            period = resolved(mine, self._calendar, self._now)
            earlier = before(mine, period, self._calendar)
            return resolved(asked, self._calendar, self._now) == earlier
        except NotCompilable:
            return False

    def _earlier(self, sentence: Sentence, draft: Draft) -> None:
        """ "than the week before", "compare … with the week before"; of the period's own unit."""
        for at in sentence.free("earlier"):
            unit = sentence.value(at)
            asked = draft.time_range or draft.inherited
            own = asked.unit.value if isinstance(asked, Relative) and asked.count == 1 else ""
            opening, comparing = sentence.before(at), sentence.free("compare")[:1]
            versus = sentence.kind(opening) == "versus"
            if asked is None or (unit and unit != own) or not (versus or comparing):
                continue
            draft.compare = True
            sentence.take(at, opening if versus else None, *comparing)

    def _growth(self, sentence: Sentence, draft: Draft) -> None:
        """Growth is against the period before; month over month, of the months of a trend."""
        for at in sentence.free("over_units"):
            unit: Grain = sentence.value(at)
            asked = draft.time_range
            if asked is None and draft.grain in (None, unit):
                draft.time_range = Relative(Anchor.THIS, unit)
                draft.assumed.append(f"this {unit.value}, as no period is named")
            elif not (isinstance(asked, Relative) and asked.unit is unit and asked.count == 1):
                continue
            draft.compare = True
            sentence.take(at)
        for at in sentence.free("growth"):
            if draft.compare or (draft.time_range and not draft.grain and not draft.trend):
                draft.compare = True
                sentence.take(at)
            elif draft.trend:
                sentence.take(at)

    def top(self, sentence: Sentence, draft: Draft) -> None:
        """ "top 5 countries", "which country has the most revenue", "5 best countries"."""
        for at in sentence.free("most"):
            if draft.grain and self._best(sentence, draft, at):
                return
            if self._of_each(sentence, at):
                continue
            number, name = self._superlative(sentence, at)
            if name is None:
                continue
            count = sentence.value(number) if number is not None else self._usual(sentence, name)
            if not isinstance(count, int) or not 1 <= count <= 1000:
                continue
            descending = sentence.value(at) == "desc"
            draft.top = TopN(sentence.value(name), count, descending)
            if number is None and count == USUAL_TOP:
                draft.assumed.append(f"{USUAL_TOP} of them, as no number is given")
            draft.breakdown.insert(0, sentence.value(name))
            sentence.take(at, number, name)
            return

    def top_of_by(self, sentence: Sentence, draft: Draft) -> None:
        """ "by country, top 5": there is one thing that it can be of."""
        for at in sentence.free("most"):
            number = sentence.after(at)
            ending = sentence.after(number) if number is not None else None
            if sentence.kind(number) != "number" or number is None or draft.top:
                continue
            count = sentence.value(number)
            one = len(draft.breakdown) == 1 and not draft.grain
            ends = ending is None or sentence.kind(ending) in ("chart", "time")
            if one and ends and isinstance(count, int) and 1 <= count <= 1000:
                descending = sentence.value(at) == "desc"
                draft.top = TopN(draft.breakdown[0], count, descending)
                sentence.take(at, number)

    def _best(self, sentence: Sentence, draft: Draft, at: int) -> bool:
        """ "which month had the most revenue"."""
        asked = [each for each in sentence.all("grain") if sentence.pieces[each].plural]
        if not asked or sentence.kind(sentence.after(at)) not in ("metric", "aggregate"):
            return False
        draft.best = sentence.value(at)
        sentence.take(at)
        return True

    def _of_each(self, sentence: Sentence, at: int) -> bool:
        """ "each country's top product" has a ranking in each country, which no plan has."""
        group = sentence.before(at)
        joint = sentence.before(group) if group is not None else None
        return sentence.kind(group) in NAMED and sentence.kind(joint) == "by"

    def _superlative(self, sentence: Sentence, at: int) -> tuple[int | None, int | None]:
        """Where the number is, and what is ranked."""
        following = sentence.after(at)
        number = following if sentence.kind(following) == "number" else None
        name = sentence.after(number) if number is not None else following
        if number is None and sentence.kind(at - 1) == "number":
            number = at - 1
        if sentence.kind(name) in NAMED:
            return number, name
        ranked = [each for each in sentence.free(*NAMED) if each < at or number is None]
        if (
            sentence.kind(following) not in ("metric", "event", "aggregate", "people", "")
            or not ranked
        ):
            return number, None
        first = ranked[0]
        if sentence.kind(first - 1) == "number" and number is None:
            number = first - 1
        joint = sentence.before(first)
        if sentence.kind(joint) == "by":
            sentence.take(joint)
        return number, first

    def _usual(self, sentence: Sentence, name: int) -> int:
        """One for "which country" and "top country", ten for "countries"."""
        return USUAL_TOP if sentence.pieces[name].plural else 1

    def by(self, sentence: Sentence, draft: Draft) -> None:
        """ "by country and device", "per plan", "which countries"."""
        for at in sentence.free("by"):
            self._chain(sentence, draft, at)
        for at in sentence.free("which"):
            name = sentence.after(at, frozenset({"filler"}))
            if name in sentence.free(*NAMED) and name is not None:
                draft.breakdown.append(sentence.value(name))
                sentence.take(at, name)

    def _chain(self, sentence: Sentence, draft: Draft, at: int) -> None:
        name = sentence.after(at, frozenset({"filler"}))
        first = True
        while name is not None and name not in sentence.taken and sentence.kind(name) in NAMED:
            if self._per_person(sentence, at, name) or self._in_each(sentence, draft, at):
                return
            draft.breakdown.append(sentence.value(name))
            sentence.take(name, at if first else None)
            first = False
            joint = sentence.after(name, frozenset({"filler"}))
            if joint is None or sentence.kind(joint) not in ("comma", "and"):
                return
            name = sentence.after(joint, frozenset({"filler", "comma", "and"}))

    def _in_each(self, sentence: Sentence, draft: Draft, at: int) -> bool:
        """ "top 3 shows per region" has a ranking in each region, as "each region's top show"."""
        return draft.top is not None and sentence.value(at) in ("per", "each")

    def _per_person(self, sentence: Sentence, at: int, name: int) -> bool:
        """ "revenue per customer" may be a ratio, and is not defined as one."""
        known = self._conditions.known(sentence.value(name))
        entity = isinstance(known, KnownDimension) and known.entity
        return entity and sentence.value(at) == "per"
