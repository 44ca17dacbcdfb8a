"""What makes a filled question nonsense, though every slot has what fits it."""

import itertools
import re
from datetime import datetime

from services.suggestions.ranking import times
from services.suggestions.ranking.english import fold, singular
from services.suggestions.ranking.lexicon import Lexicon
from services.suggestions.ranking.model import TERM_KINDS, Filled
from services.suggestions.ranking.shapes import Gap, Shape

_COUNTS = frozenset({"count", "number"})
# Words after which a number says how many.
_RANKING = frozenset({"top", "bottom", "best", "worst", "first", "highest", "lowest"})
_HOW_MANY = re.compile(r"[1-9][0-9,]*|(?!zero\b)[a-z]+(?: [a-z]+)*")
_NOT_SO_MANY = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(_RANKING))}) (?:[-+]|0)")
_NO_TIME = re.compile(r"\b0+ ")
# Words that join what stands before to what stands after.
_JOINING = frozenset({"across", "and", "by", "of", "or", "per", "than", "versus", "vs"})


def makes_sense(
    shape: Shape, filled: tuple[Filled, ...], taken: frozenset[str], words: Lexicon, now: datetime
) -> bool:
    """Whether a person would ask the question so."""
    terms = [slot.term for slot in filled if slot.term]
    if len(set(terms)) != len(terms) or not taken.isdisjoint(terms):
        return False
    return (
        _differs(filled)
        and all(map(_agrees, shape.gaps, filled, itertools.repeat(words)))
        and all(map(_is_amount, shape.gaps, filled))
        and not _counts_itself(filled)
        and _fits_in_time(filled)
        and _has_begun(shape, filled, now)
    )


def can_go_on(folded: str) -> bool:
    """Whether a question can begin so: not with "by", not with "top 0"."""
    return folded.split(" ", 1)[0] not in _JOINING and not _NOT_SO_MANY.search(folded)


def _differs(filled: tuple[Filled, ...]) -> bool:
    """What is named twice differs in something: "Q1 2024 with Q1 2023" does, by the year."""
    named: dict[str, list[str]] = {}
    for slot in filled:
        if slot.kind not in TERM_KINDS:
            named.setdefault(slot.kind, []).append(fold(slot.text))
    twice = [values for values in named.values() if len(values) > 1]
    return not twice or any(len(set(values)) == len(values) for values in twice)


def _agrees(gap: Gap, slot: Filled, words: Lexicon) -> bool:
    """ "Highest price" but "most orders"; no total of a price; no "average average price"."""
    if slot.kind != "metric":
        return True
    text = fold(slot.text)
    if gap.counts and gap.counts != ("one" if singular(text) == text else "many"):
        return False
    if gap.sums and not words.additive(slot.term):
        return False
    return not gap.before or not text.startswith(gap.before + " ")


def _is_amount(gap: Gap, slot: Filled) -> bool:
    """No "top 0", no "top -5", no "last 0 days"."""
    if slot.kind == "N" or (slot.kind == "value" and gap.before in _RANKING):
        return _HOW_MANY.fullmatch(fold(slot.text)) is not None
    return slot.kind != "timeframe" or not _NO_TIME.search(slot.text)


def _counts_itself(filled: tuple[Filled, ...]) -> bool:
    """ "Top 10 orders by order count": each has one."""
    for slot in filled:
        if slot.kind == "metric" and not _COUNTS.isdisjoint(words := fold(slot.text).split()):
            counted = {singular(fold(other.text)) for other in filled if other.kind == "entity"}
            if not counted.isdisjoint(words):
                return True
    return False


def _fits_in_time(filled: tuple[Filled, ...]) -> bool:
    """A step of time is smaller than the time it is in: no "by quarter for last month"."""
    if _has_step(filled) and any(
        slot.kind == "dimension" and times.grain(fold(slot.text)) for slot in filled
    ):
        return False  # "quarterly profit by month"
    steps = [
        times.grain(fold(slot.text)) for slot in filled if slot.kind in ("dimension", "metric")
    ]
    spans = [times.span(slot.kind, fold(slot.text)) for slot in filled]
    limit = min((span for span in spans if span), default=0)
    return not limit or all(step < limit for step in steps)


def _has_step(filled: tuple[Filled, ...]) -> bool:
    return any(slot.kind == "metric" and times.without_step(fold(slot.text))[0] for slot in filled)


def _has_begun(shape: Shape, filled: tuple[Filled, ...], now: datetime) -> bool:
    """A named quarter, month or year is not in the future, unless the question looks ahead."""
    named = {slot.kind: fold(slot.text) for slot in filled if slot.kind not in TERM_KINDS}
    if "year" not in named or shape.looks_ahead:
        return True
    return times.has_begun(named.get("quarter", ""), named.get("month", ""), named["year"], now)
