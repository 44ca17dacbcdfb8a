"""What is measured: a metric that is defined, or a quantity of an event."""

from services.analytics.semantics.domain import Aggregate
from services.analytics.understanding.domain import Knowledge, KnownEvent, KnownMetric
from services.analytics.understanding.sentence import SKIPPED, Draft, Sentence

COUNTED = {Aggregate.COUNT, Aggregate.COUNT_DISTINCT}
OF_METRIC: dict[str, set[Aggregate | None]] = {
    "sum": {*COUNTED, Aggregate.SUM, None},
    "avg": {Aggregate.AVG},
    "median": {Aggregate.MEDIAN},
    "min": {Aggregate.MIN},
    "max": {Aggregate.MAX},
    "count": {*COUNTED},
    "times": {*COUNTED},
    "much": {Aggregate.SUM, None},
}
OF_PROPERTY = {
    "sum": Aggregate.SUM,
    "much": Aggregate.SUM,
    "avg": Aggregate.AVG,
    "median": Aggregate.MEDIAN,
    "min": Aggregate.MIN,
    "max": Aggregate.MAX,
}
DOERS = ("people", "unique")
PASSED = SKIPPED | {"value", "unique", "by", "from", "is"}


class Measures:
    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._metrics = {one.name: one for one in knowledge.metrics}

    def apply(self, sentence: Sentence, draft: Draft) -> None:
        self._metric(sentence, draft)
        if not draft.metrics:
            self._event(sentence, draft)
        self._of_group(sentence)

    def _metric(self, sentence: Sentence, draft: Draft) -> None:
        """The first metric, and those joined to it: "revenue and orders"."""
        previous: int | None = None
        for at in sentence.free("metric"):
            if previous is not None and not self._joined(sentence, previous, at):
                continue
            name = sentence.value(at).name
            if name not in draft.metrics:
                draft.metrics += (name,)
            sentence.take(at)
            self._ranking(sentence, at)
            self._aggregated(sentence, at, self._metrics[name])
            previous = at

    def _joined(self, sentence: Sentence, previous: int, at: int) -> bool:
        between = sentence.pieces[previous + 1 : at]
        joints = [piece for piece in between if piece.kind in ("and", "versus", "comma")]
        fine = all(piece.kind in ("filler", "and", "versus", "comma") for piece in between)
        if fine and joints and all(piece.value != "or" for piece in joints):
            sentence.take(*range(previous + 1, at))
            return True
        return False

    def _ranking(self, sentence: Sentence, at: int) -> None:
        """ "top countries by revenue", "compare Germany and France by revenue"."""
        opening = sentence.before(at)
        if sentence.kind(opening) == "by" and sentence.all("most", "compare"):
            sentence.take(opening)

    def _aggregated(self, sentence: Sentence, at: int, metric: KnownMetric) -> None:
        """An aggregate that is the metric's own, such as "total" of a sum."""
        opening = sentence.before(at, PASSED)
        while opening is not None and sentence.kind(opening) == "aggregate":
            if metric.aggregate not in OF_METRIC[sentence.value(opening)] and not (
                metric.ratio and sentence.value(opening) == "avg"
            ):
                return
            sentence.take(opening)
            opening = sentence.before(opening, PASSED)

    def _event(self, sentence: Sentence, draft: Draft) -> None:
        events = sentence.free("event")
        if events:
            draft.event = sentence.value(events[0]).name
            sentence.take(events[0])
        if self._property(sentence, draft) or not events:
            return
        self._counted(sentence, draft, events[0])
        self._most(sentence, draft, events[0])

    def _most(self, sentence: Sentence, draft: Draft, at: int) -> None:
        opening = sentence.before(at)
        if sentence.kind(opening) == "by" and draft.top:
            sentence.take(opening)

    def _property(self, sentence: Sentence, draft: Draft) -> bool:
        """ "average amount of purchases", "total watch time"."""
        for at in sentence.free("property", "dimension"):
            opening = sentence.before(at, PASSED | {"event"})
            if sentence.kind(opening) != "aggregate" or opening is None:
                continue
            aggregate = OF_PROPERTY.get(sentence.value(opening))
            event = self._event_of(draft.event, sentence.value(at).name)
            if aggregate is None or event is None:
                continue
            draft.event, draft.of_property = event.name, sentence.value(at).name
            draft.aggregate = aggregate
            sentence.take(at, opening)
            self._joint(sentence, at)
            return True
        return False

    def _joint(self, sentence: Sentence, at: int) -> None:
        """ "amount per purchase"."""
        joint = sentence.after(at)
        if sentence.kind(joint) == "by" and joint is not None:
            following = sentence.after(joint)
            if sentence.kind(following) == "event" and following in sentence.taken:
                sentence.take(joint)

    def _event_of(self, event: str, name: str) -> KnownEvent | None:
        """The event with a numeric property of this name; the only one, where none is named."""
        holding = [
            one
            for one in self._knowledge.events
            if any(each.name == name and each.numeric for each in one.properties)
        ]
        if event:
            return next((one for one in holding if one.name == event), None)
        return holding[0] if len(holding) == 1 else None

    def _counted(self, sentence: Sentence, draft: Draft, at: int) -> None:
        """Events, or people where they are what is counted: "how many users watched"."""
        doer = sentence.before(at, PASSED - {"by"})
        if sentence.kind(doer) == "people" and doer is not None:
            start = sentence.before(doer, SKIPPED | {"value", "unique", "people"})
            if start is None and not self._divided(sentence, draft, doer):
                return
            plainly = doer not in sentence.taken or sentence.kind(start) == "aggregate"
            if (
                plainly
                and sentence.kind(start) in ("aggregate", "")
                and self._counts(sentence, start)
            ):
                draft.people = True
                since = start if start is not None else 0
                said = [each for each in range(since, doer + 1) if sentence.kind(each) in DOERS]
                sentence.take(start, *said)
                return
        opening = sentence.before(at, PASSED - {"unique"})
        while opening is not None and sentence.kind(opening) == "aggregate":
            if sentence.value(opening) not in ("count", "sum", "times"):
                return
            sentence.take(opening)
            opening = sentence.before(opening, PASSED)

    def _counts(self, sentence: Sentence, at: int | None) -> bool:
        """ "how many users …", "unique users …", "users who …"; not their average."""
        return at is None or sentence.value(at) in ("count", "sum")

    def _divided(self, sentence: Sentence, draft: Draft, doer: int) -> bool:
        """Whether "users who …" asks how many they are, and not for a list of them."""
        unique = any(sentence.kind(at) == "unique" for at in range(doer))
        return unique or bool(draft.grain or draft.breakdown or draft.trend)

    def _of_group(self, sentence: Sentence) -> None:
        """ "users" with a value beside it only says whose figures: "for users in Germany"."""
        for at in sentence.free("people"):
            after = sentence.after(at, SKIPPED | {"from"})
            before = sentence.before(at)
            whose = after is not None and sentence.kind(after) in ("value", "quoted", "not")
            counted = sentence.kind(before) == "aggregate"
            if whose and not counted and after in sentence.taken:
                sentence.take(at)
