"""Whom a tree can hold of at all: who did none of it, or is in none of a segment, often cannot be
in it, and then nobody has to go over everybody.
"""

from collections.abc import Callable, Iterable
from operator import eq, ge, gt, le, lt, ne

from services.analytics.segments.domain import (
    AllOf,
    AnyOf,
    Did,
    InSegment,
    Leaf,
    NoneOf,
    Rule,
    Uploaded,
    leaves,
)
from services.analytics.semantics.domain import Operator

COMPARISONS: dict[Operator, Callable[[int, int], bool]] = {
    Operator.EQUAL: eq,
    Operator.NOT_EQUAL: ne,
    Operator.LESS: lt,
    Operator.AT_MOST: le,
    Operator.GREATER: gt,
    Operator.AT_LEAST: ge,
}
Known = Callable[[Leaf], bool | None]


def base_of(rule: Rule) -> Did | InSegment | Uploaded | None:
    """Where to look for people: who did something (any Did stands for it), who is in this segment;
    None is everybody.
    """
    if truth(rule, by_nobody) is False:
        return next(leaf for leaf in leaves(rule) if isinstance(leaf, Did))
    for leaf in leaves(rule):
        if isinstance(leaf, InSegment | Uploaded) and truth(rule, outside(leaf)) is False:
            return leaf
    return None


def by_nobody(leaf: Leaf) -> bool | None:
    """Of a person who did nothing."""
    return COMPARISONS[leaf.operator](0, leaf.count) if isinstance(leaf, Did) else None


def outside(segment: InSegment | Uploaded) -> Known:
    return lambda leaf: False if leaf == segment else None


def truth(rule: Rule, known: Known) -> bool | None:
    """Whether it holds by what is known of the leaves; None where that does not tell."""
    match rule:
        case AllOf(rules):
            return negated(any_true(negated(truth(one, known)) for one in rules))
        case AnyOf(rules):
            return any_true(truth(one, known) for one in rules)
        case NoneOf(rules):
            return negated(any_true(truth(one, known) for one in rules))
        case leaf:
            return known(leaf)


def any_true(held: Iterable[bool | None]) -> bool | None:
    told = list(held)
    if True in told:
        return True
    return None if None in told else False


def negated(held: bool | None) -> bool | None:
    return None if held is None else not held
