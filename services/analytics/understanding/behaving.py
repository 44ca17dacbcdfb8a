"""Questions about what people do one after the other: funnels, retention, who did not do what."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from services.analytics.understanding.conditions import operator_of, owner
from services.analytics.understanding.lexicon import Mention
from services.analytics.understanding.sentence import SKIPPED, Condition, Sentence

FUNNEL, RETENTION, DID_NOT = "funnel", "retention", "did_not"
USUAL_WITHIN = timedelta(days=7)
# What may stand around the steps, and says nothing more.
SURROUND = ("people", "funnel", "from", "between", "share", "is", "unique")
OPENING = frozenset({"filler", "comma", "people", "is", "which", "from"})


@dataclass
class StepDraft:
    event: str
    conditions: list[Condition] = field(default_factory=list)


@dataclass
class Behaviour:
    """`everywhere` are conditions of all steps; `loose` those that may be of the last alone."""

    kind: str
    steps: list[StepDraft]
    within: timedelta | None = None
    # Whether what counts as coming back had to be guessed, or is anything.
    guessed: bool = False
    anything: bool = False
    everywhere: list[Condition] = field(default_factory=list)
    loose: list[Condition] = field(default_factory=list)


def behaviour_in(sentence: Sentence) -> Behaviour | None:
    """What the sentence is about, if it is about behaviour; takes what it understands."""
    events = sentence.all("event")
    if not events:
        return None
    if len(events) == 2 and (found := did_not(sentence, events)):
        return found
    if sentence.all("retention") and len(events) <= 2:
        return retention(sentence, events)
    if len(events) >= 2 and chained(sentence, events):
        return funnel(sentence, events)
    return None


def did_not(sentence: Sentence, events: list[int]) -> Behaviour | None:
    """ "who signed up but did not purchase", "never purchased after signing up"."""
    first, last = events
    inside = range(first + 1, last)
    negated = [at for at in inside if sentence.kind(at) == "not"]
    if negated:
        order = [first, last]
        taken = [at for at in inside if sentence.kind(at) in ("not", "but", "and", "then")]
    else:
        opening = sentence.before(first, OPENING)
        joint = [at for at in inside if sentence.kind(at) == "after"]
        if sentence.kind(opening) != "not" or not joint or opening is None:
            return None
        order, taken = [last, first], [opening, *joint]
    if any(sentence.kind(at) == "and" and sentence.value(at) == "or" for at in inside):
        return None
    sentence.take(*events, *taken)
    take_around(sentence, ("people", "is", "list"))
    sentence.take(*(at for at in sentence.free("but") if at < first))  # "who have signed up"
    ending = sentence.after(last)
    if ending is not None and sentence.value(ending) == "anything":  # "not bought anything"
        sentence.take(ending)
    take_count(sentence)
    steps = [StepDraft(sentence.value(at).name) for at in order]
    found = Behaviour(DID_NOT, steps)
    attach(sentence, found, order)
    return found


def retention(sentence: Sentence, events: list[int]) -> Behaviour | None:
    """ "retention of signups", "do people come back to purchase after they signed up"."""
    order = list(events)
    if len(events) == 2:
        between = range(events[0] + 1, events[1])
        joints = [at for at in between if sentence.kind(at) in ("to", "after", "then", "retention")]
        if not joints:
            return None
        if any(sentence.kind(at) == "after" for at in joints):
            order.reverse()
        sentence.take(*joints)
    sentence.take(*events, *sentence.all("retention"))
    for at in sentence.free("after"):
        if sentence.after(at, OPENING) in events:
            sentence.take(at)
    take_around(sentence, ("people", "share", "is", "from", "to"))
    take_count(sentence)
    names = [sentence.value(at).name for at in order]
    found = Behaviour(RETENTION, [StepDraft(names[0]), StepDraft(names[-1])])
    found.guessed = len(events) == 1 and repeated(sentence, events[0])
    found.anything = len(events) == 1 and not found.guessed
    conditions(sentence, found.everywhere)
    return found


def repeated(sentence: Sentence, event: int) -> bool:
    """ "come back to buy", "repeat purchases": it is what people come back to."""
    again = any(sentence.value(at) == "again" for at in sentence.all("retention"))
    return again or sentence.kind(sentence.before(event, OPENING)) in ("to", "then")


def chained(sentence: Sentence, events: list[int]) -> bool:
    """Whether each step leads to the next: "then", "to"; "and" in what is called a funnel."""
    called = bool(sentence.all("funnel"))
    for one, other in pairwise(events):
        inside = [sentence.pieces[at] for at in range(one + 1, other)]
        kinds = {piece.kind for piece in inside}
        joined = called and bool(kinds & {"and", "comma"})
        if not (kinds & {"then", "to"} or joined) or "not" in kinds:
            return False
        if any(piece.kind == "and" and piece.value == "or" for piece in inside):
            return False
    return True


def funnel(sentence: Sentence, events: list[int]) -> Behaviour:
    sentence.take(*events)
    for at in range(events[0], events[-1]):
        if sentence.kind(at) in ("then", "to", "and", "funnel", "people"):
            sentence.take(at)
    take_around(sentence, SURROUND)
    take_count(sentence)
    found = Behaviour(FUNNEL, [StepDraft(sentence.value(at).name) for at in events])
    for at in sentence.free("within")[:1]:
        found.within = sentence.value(at)
        sentence.take(at)
    attach(sentence, found, events)
    return found


def take_around(sentence: Sentence, kinds: tuple[str, ...]) -> None:
    sentence.take(*sentence.free(*kinds))


def take_count(sentence: Sentence) -> None:
    """ "how many users": these plans count people."""
    for at in sentence.free("aggregate"):
        following = sentence.after(at, SKIPPED | {"unique", "value"})
        if sentence.value(at) == "count" and sentence.kind(following) == "people":
            sentence.take(at)


def attach(sentence: Sentence, found: Behaviour, order: list[int]) -> None:
    """Each value to the step that it follows; one before them all is of them all."""
    earliest, latest = min(order), max(order)
    for at, condition in listed(sentence):
        if at < earliest:
            found.everywhere.append(condition)
            continue
        step = order.index(max(each for each in order if each < at))
        if at > latest and found.kind == FUNNEL:
            found.loose.append(condition)
        else:
            found.steps[step].conditions.append(condition)


def conditions(sentence: Sentence, into: list[Condition]) -> None:
    into += [condition for _, condition in listed(sentence)]


def listed(sentence: Sentence) -> list[tuple[int, Condition]]:
    """Where each value stands, and what it says; "not" before one keeps all others."""
    found: list[tuple[int, Condition]] = []
    for at in sentence.free("value"):
        by: Mention = owner(sentence.value(at))
        name = sentence.value(at).name
        opening = sentence.before(at, SKIPPED | {"is", "people"})
        negated = sentence.kind(opening) == "not" and opening not in sentence.taken
        only = sentence.kind(opening) == "only"
        sentence.take(at, opening if negated or only else None)
        if found and found[-1][1].by == by and between_lists(sentence, found[-1][0], at):
            earlier = found.pop()
            values = (*earlier[1].values, name)
            listed_not = earlier[1].operator.value in ("!=", "not in")
            found.append((at, Condition(by, operator_of(listed_not, len(values)), values)))
        else:
            found.append((at, Condition(by, operator_of(negated, 1), (name,))))
    return found


def between_lists(sentence: Sentence, one: int, other: int) -> bool:
    between = range(one + 1, other)
    sentence_kinds = {sentence.kind(at) for at in between}
    fine = sentence_kinds <= {"and", "comma", "filler"}
    if fine:
        sentence.take(*between)
    return fine
