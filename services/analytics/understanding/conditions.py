"""Which rows count: values, lists of them, and numbers above and below others."""

from services.analytics.semantics.domain import Operator
from services.analytics.understanding.domain import Knowledge, KnownDimension, KnownProperty
from services.analytics.understanding.english import UNITS
from services.analytics.understanding.lexicon import Mention
from services.analytics.understanding.sentence import Condition, Draft, Sentence

NUMERIC = {
    ">": Operator.GREATER, ">=": Operator.AT_LEAST, "<": Operator.LESS, "<=": Operator.AT_MOST,
}  # fmt: skip
NAMED = ("dimension", "property")
LIST = frozenset({"and", "comma", "filler", "is", "from"})
AROUND = frozenset({"filler", "comma", "which", "is"})


class Conditions:
    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def apply(self, sentence: Sentence, draft: Draft) -> None:
        self._numbers(sentence, draft)
        self._values(sentence, draft)

    def _numbers(self, sentence: Sentence, draft: Draft) -> None:
        """ "amount over 100", "orders over 100 euros"."""
        for at in sentence.free("over"):
            number = at + 1
            if sentence.kind(number) == "unit" and sentence.kind(number + 1) == "number":
                unit, number, last = number, number + 1, number + 1
            else:
                unit = number + 1
                last = unit if sentence.kind(unit) == "unit" else number
            if sentence.kind(number) != "number":
                continue
            told = sentence.value(unit) if sentence.kind(unit) == "unit" else ""
            by = self._measured(sentence, at, told)
            if by is None:
                continue
            values = (sentence.value(number),)
            draft.conditions.append(Condition(by, NUMERIC[sentence.value(at)], values))
            sentence.take(*range(at, last + 1))

    def _measured(self, sentence: Sentence, at: int, unit: str) -> Mention | None:
        """What a number is compared with: what is named before it, or all that has its unit."""
        named = sentence.before(at, AROUND)
        if named is not None and sentence.kind(named) in NAMED:
            mention: Mention = sentence.value(named)
            known = self.known(mention)
            if known and known.numeric and unit in ("", unit_of(known)):
                sentence.take(named, named - 1 if sentence.kind(named - 1) == "is" else None)
                return mention
            return None
        if not unit or not self._counted(sentence, named):
            return None
        found = [
            one for one in self._numeric() if (known := self.known(one)) and unit_of(known) == unit
        ]
        return found[0] if len(found) == 1 else None

    def _counted(self, sentence: Sentence, at: int | None) -> bool:
        """Whether it is rows that are over 100 euros, and not their sum."""
        if sentence.kind(at) == "event":
            return True
        if sentence.kind(at) != "metric" or at is None:
            return False
        name = sentence.value(at).name
        metric = next(one for one in self._knowledge.metrics if one.name == name)
        return metric.aggregate is not None and metric.aggregate.value == "count"

    def _numeric(self) -> list[Mention]:
        found = [
            Mention("dimension", one.name) for one in self._knowledge.dimensions if one.numeric
        ]
        dimensions = {one.name for one in found}
        properties = {
            one.name: None for event in self._knowledge.events for one in event.properties
            if one.numeric and one.name not in dimensions
        }  # fmt: skip
        return found + [Mention("property", name) for name in properties]

    def known(self, mention: Mention) -> KnownDimension | KnownProperty | None:
        known: list[KnownDimension | KnownProperty] = (
            list(self._knowledge.dimensions)
            if mention.kind == "dimension"
            else [one for event in self._knowledge.events for one in event.properties]
        )
        return next((one for one in known if one.name == mention.name), None)

    def _values(self, sentence: Sentence, draft: Draft) -> None:
        """Values, alone or in lists; "plan is pro", "excluding Germany", "Germany vs France"."""
        for at in sentence.free("value"):
            if at not in sentence.taken:
                self._listed(sentence, draft, at)
        for at in sentence.free("quoted"):
            self._quoted(sentence, draft, at)

    def _listed(self, sentence: Sentence, draft: Draft, first: int) -> None:
        by = owner(sentence.value(first))
        listed, at = [first], sentence.after(first, LIST)
        versus = False
        while at is not None and (sentence.kind(at) in ("value", "versus")):
            if sentence.kind(at) == "versus":
                following = sentence.after(at)
                if sentence.kind(following) != "value" or following is None:
                    break
                versus, at = True, following
            if owner(sentence.value(at)) != by:
                break
            listed.append(at)
            at = sentence.after(at, LIST)
        self._condition(sentence, draft, by, listed)
        compared = sentence.free("compare") if len(listed) > 1 else []
        if versus or compared:
            draft.breakdown.append(by)
            sentence.take(*compared[:1])

    def _condition(self, sentence: Sentence, draft: Draft, by: Mention, listed: list[int]) -> None:
        """Takes the values with what belongs to them: the name of what has them, and "not"."""
        sentence.take(*range(listed[0], listed[-1] + 1))
        edge = self._name_beside(sentence, by, listed)
        opening = sentence.before(edge, AROUND | {"only", "people", "from"})
        negated = sentence.kind(opening) == "not" and opening is not None
        if negated:
            sentence.take(opening)
        if sentence.kind(sentence.before(edge)) == "by":  # "made by mobile users"
            sentence.take(sentence.before(edge))
        for beside in (sentence.before(edge), sentence.after(listed[-1])):
            if sentence.kind(beside) in ("only", "people"):
                sentence.take(beside)
        values = tuple(dict.fromkeys(sentence.value(at).name for at in listed))
        draft.conditions.append(Condition(by, operator_of(negated, len(values)), values))

    def _name_beside(self, sentence: Sentence, by: Mention, listed: list[int]) -> int:
        """The first piece of "plan is pro", or "the pro plan"."""
        name = sentence.before(listed[0], AROUND)
        if sentence.kind(name) in ("not",):
            name = sentence.before(name, AROUND) if name is not None else None
            if self._names(sentence, name, by) and name is not None:
                sentence.take(*range(name, listed[0]))
                return listed[0]
            name = None
        if self._names(sentence, name, by) and name is not None:
            joint = sentence.before(name)
            if sentence.kind(joint) != "by":
                sentence.take(*range(name, listed[0]))
                return name
        following = sentence.after(listed[-1], frozenset({"filler"}))
        if self._names(sentence, following, by):
            sentence.take(following)
        return listed[0]

    def _names(self, sentence: Sentence, at: int | None, by: Mention) -> bool:
        return at is not None and sentence.kind(at) in NAMED and sentence.value(at).name == by.name

    def _quoted(self, sentence: Sentence, draft: Draft, at: int) -> None:
        """ "where city is 'Foo'": a value that is not known has to be quoted."""
        name = sentence.before(at, AROUND | {"not"})
        if name is None or sentence.kind(name) not in NAMED:
            return
        between = range(name + 1, at)
        negated = any(sentence.kind(each) == "not" for each in between)
        told = (sentence.value(at),)
        condition = Condition(sentence.value(name), operator_of(negated, 1), told)
        draft.conditions.append(condition)
        sentence.take(*range(name, at + 1))


def unit_of(known: KnownDimension | KnownProperty) -> str:
    """However its definition writes it."""
    return UNITS.get(known.unit.lower(), known.unit)


def owner(value: Mention) -> Mention:
    return Mention("property" if value.of_property else "dimension", value.of)


def operator_of(negated: bool, count: int) -> Operator:
    if count == 1:
        return Operator.NOT_EQUAL if negated else Operator.EQUAL
    return Operator.NOT_IN if negated else Operator.IN
