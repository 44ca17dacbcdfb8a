"""From templates that wait for it to new ones with slots: when there is evidence enough."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.suggestions.induction.inducing import induce
from services.suggestions.induction.known import Known
from services.suggestions.induction.lexicon import Span, Words, abstract
from services.suggestions.induction.reading import VALUE
from services.suggestions.induction.words import Kind, kind_of

# A template says so much besides what was found, and so many slots were found at most.
_SAID, _SLOTS = 2, 5
# Newest templates with slots that take part in finding more, and become wider ones themselves.
_BESIDE = 400
# With fewer questions to compare, what varies says little but where names stand.
_COMPARED = 150
# Ordinary words are values once they were in so many different questions: it is for good.
_FRAMES = 2


@dataclass(frozen=True)
class Proposal:
    """New templates, as words with VALUE in them, and new values; both in order."""

    templates: tuple[Words, ...]
    values: tuple[Words, ...]
    takes_names: bool


def propose(known: Known, waiting: Sequence[Words], least: int) -> Proposal:
    """The templates with slots that these can be taken together to.

    Each slot held `least` different values at least, or values that slots held before.
    """
    # A template stands for as many questions as it takes to be found.
    compared = {template.words: least for template in known.in_use[-_BESIDE:]}
    compared |= dict.fromkeys(waiting, 1)
    varied = len(compared) >= _COMPARED
    lexicon = induce(compared, sorted(known.values), varied, _FRAMES)
    groups: dict[Words, list[tuple[Words, ...]]] = defaultdict(list)
    for words in compared:
        spans = lexicon.find(words)
        if spans:
            groups[abstract(words, spans)].append(_held(words, spans))
    old = {template.words for template in known.templates}
    taken, values = _taken(groups, old, set(known.values), least)
    return Proposal(
        tuple(words for words in sorted(taken) if words not in old),
        tuple(sorted(values - set(known.values))),
        lexicon.english,
    )


def _held(words: Words, spans: Iterable[Span]) -> tuple[Words, ...]:
    """What stands where values do; nothing where a slot is already."""
    ends = dict(spans)
    places = (at for at, word in enumerate(words) if word == VALUE or at in ends)
    return tuple(words[at : ends[at]] if at in ends else () for at in places)


def _taken(
    groups: dict[Words, list[tuple[Words, ...]]],
    old: set[Words],
    values: set[Words],
    least: int,
) -> tuple[set[Words], set[Words]]:
    """The groups with proof enough. What one of them holds is proof for the others."""
    taken: set[Words] = set()
    while True:
        more = [
            words
            for words, members in sorted(groups.items())
            if words not in taken
            and (words in old or (_says_something(words) and _proven(members, values, least)))
        ]
        if not more:
            return taken, values
        taken.update(more)
        held = (value for words in more for member in groups[words] for value in member)
        values = values | {value for value in held if value}


def _says_something(words: Words) -> bool:
    kinds = [kind_of(word) for word in words if word != VALUE]
    said = [kind for kind in kinds if kind is not Kind.MARK]
    spoken = any(kind is not Kind.SLOT for kind in said)
    return spoken and len(said) >= _SAID and words.count(VALUE) <= _SLOTS


def _proven(members: Iterable[tuple[Words, ...]], values: set[Words], least: int) -> bool:
    held = (set(column) for column in zip(*members, strict=True))
    return all(() in column or len(column) >= least or column <= values for column in held)
