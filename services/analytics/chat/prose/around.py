"""What the words around a number say of it."""

import re
from dataclasses import dataclass

from services.analytics.chat.prose import lexicon
from services.analytics.chat.prose.facts import Rows
from services.analytics.chat.prose.numbers import Figure, Told
from services.analytics.chat.prose.reading import Reading


@dataclass(frozen=True)
class Around:
    """`direction` is 1 for up and -1 for down; `rank` the place in the order, negative from the
    lowest; `end` whether it is of the last moment (True) or of the first.
    """

    scopes: list[Rows]
    hedged: bool
    over: bool
    under: bool
    equal: bool
    changed: bool
    direction: int
    unsigned: bool
    share: bool
    total: bool
    average: bool
    route: bool
    median: bool
    loss: bool
    rank: int
    end: bool | None

    @classmethod
    def of(cls, reading: Reading, figure: Figure) -> "Around":
        low, high = reading.part(figure.start)
        before, after = reading.text[low : figure.start], reading.text[figure.end : high]
        chunk, rest = before + " " + after, reading.text[: figure.start]
        changed = is_change(rest, after, chunk, figure)
        than = before.strip() == "than" and bool(MORE_END.search(reading.text[:low].rstrip()))
        less = before.strip() == "than" and bool(LESS_END.search(reading.text[:low].rstrip()))
        barely = bool(lexicon.BARELY.search(before))
        return cls(
            scopes=reading.scopes(figure.start),
            hedged=barely or bool(lexicon.HEDGE.search(rest)),
            over=not barely and (than or bool(lexicon.OVER.search(before))),
            under=not barely and (less or bool(lexicon.UNDER.search(before))),
            equal=bool(re.search(r"\bat (?:least|most)\s+$", before)),
            changed=changed,
            direction=way(reading, figure) if changed else 0,
            unsigned=bool(UNSIGNED.search(chunk) or lexicon.APART.search(rest)),
            share=bool(lexicon.SHARE.search(chunk)),
            total=bool(lexicon.TOTAL.search(chunk)),
            average=bool(lexicon.AVERAGE.search(chunk))
            or ("average" in rest and not reading.labels),
            route=any(lexicon.ROUTE.search(reading.text[: one.start]) for one in reading.labels),
            median=bool(lexicon.MEDIAN.search(chunk)),
            loss=bool(lexicon.LOSSES.search(chunk)),
            rank=range_end(reading.text, rest) or rank_near(chunk),
            end=end_near(chunk, rest),
        )  # fmt: skip


MORE_END, LESS_END = (
    re.compile(rf"(?:{one.pattern})(?: \w+)?$") for one in (lexicon.MORE, lexicon.LESS)
)
UNSIGNED = lexicon.words(r"difference gap lead margin swing change differ apart")


def is_change(rest: str, after: str, chunk: str, figure: Figure) -> bool:
    if figure.told is Told.POINTS:
        return True
    if lexicon.FROM.search(rest) or lexicon.TO.search(rest):
        return False
    if lexicon.DELTA_BEFORE.search(rest) or lexicon.APART.search(rest):
        return True
    if lexicon.DELTA_AFTER.match(after):
        return True
    return bool(lexicon.BY.search(rest)) and bool(MOVED.search(rest))


MOVED = re.compile(
    "|".join(one.pattern for one in (lexicon.UP, lexicon.DOWN, lexicon.MORE, lexicon.LESS))
    + r"|\bchanged|differ"
)


def way(reading: Reading, figure: Figure) -> int:
    """Up or down, by the word that is nearest: in the chunk, else before it."""
    low, high = reading.part(figure.start)
    found = [
        (abs(word.start() - figure.start), sign)
        for pattern, sign in WAYS
        for word in pattern.finditer(reading.text, low, high)
    ] or [
        (figure.start - word.start(), sign)
        for pattern, sign in WAYS
        for word in pattern.finditer(reading.text, 0, low)
    ]
    return min(found)[1] if found else 0


WAYS = ((lexicon.UP, 1), (lexicon.DOWN, -1), (lexicon.MORE, 1), (lexicon.LESS, -1))


def range_end(text: str, rest: str) -> int:
    """Of "ranged from 3 to 9" the lowest and the highest."""
    if not lexicon.RANGE.search(text):
        return 0
    return -1 if lexicon.FROM.search(rest) else int(bool(lexicon.TO.search(rest)))


def rank_near(chunk: str) -> int:
    chunk = lexicon.HARMLESS.sub(lambda one: " " * len(one.group()), chunk)
    found = RANK.search(chunk)
    if not found:
        return 0
    place = PLACES.get((found["place"] or "first"), 1)
    return -place if lexicon.LOWEST.match(chunk, found.start("word")) else place


PLACES = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "first": 1, "2nd": 2, "3rd": 3}
RANK = re.compile(
    rf"(?:\b(?P<place>second|third|fourth|fifth|2nd|3rd)[- ])?"
    rf"(?P<word>{lexicon.HIGHEST.pattern}|{lexicon.LOWEST.pattern})"
)


def end_near(chunk: str, rest: str) -> bool | None:
    if lexicon.LAST.search(chunk):
        return True
    if lexicon.FIRST.search(chunk):
        return False
    if lexicon.FROM.search(rest):
        return False
    return True if lexicon.TO.search(rest) else None
