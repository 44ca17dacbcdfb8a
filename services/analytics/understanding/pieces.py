"""A question cut into pieces: names that are known, times, numbers, and phrases of English.

A piece may be several things ("users" is a word of English, and maybe a metric): each choice is a
sentence of its own, and the grammar tells which of them makes sense.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, product
from typing import Any

from services.analytics.understanding import times
from services.analytics.understanding.dates import COUNT, MONTHS, WEEKDAYS, Today, number_of
from services.analytics.understanding.domain import Span, Words
from services.analytics.understanding.english import (
    FILLERS,
    LONGEST_PHRASE,
    NUMBERS,
    PEOPLE,
    SIGNS,
    UNITS,
    closed_words,
    phrases,
)
from services.analytics.understanding.lexicon import RANK, Lexicon
from services.analytics.understanding.tokens import Token
from services.common.inflections import singulars

MOST_SENTENCES = 48
MOST_CORRECTED = 5
WITHIN = re.compile(
    rf"(?:within|in under|in less than|inside|in)(?: the)?(?: same)? "
    rf"(?P<n>{COUNT}|an?|the same|same)? ?(?P<unit>minute|hour|day|week|month)s?"
    r"(?: of (?:each other|it|that))?(?= |$)"
)
# What is quoted is no time.
QUOTED = "\0"
# What is known goes before what is merely English.
PHRASE = 3
LENGTHS = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
    "week": timedelta(days=7), "month": timedelta(days=30),
}  # fmt: skip
# Pieces without which a question means the same.
IGNORED = frozenset({"filler", "which", "comma", "is", "from"})
WORDS_OF_TIME = """
hour hours day days week weeks month months quarter quarters year years fiscal financial today
yesterday ago past last previous prior current trailing rolling since until till through couple few
hourly daily weekly monthly quarterly yearly annual annually half start beginning complete completed
whole full calendar basis date minute minutes within inside
"""
TIME_WORDS = frozenset(WORDS_OF_TIME.split()) | set(MONTHS) | set(WEEKDAYS)


@dataclass(frozen=True)
class Piece:
    """Tokens from `first` until before `end` of a question, as something."""

    kind: str
    value: Any
    first: int
    end: int
    rank: int = 0
    plural: bool = False


@dataclass(frozen=True)
class Spotted:
    """Of each piece what it may be, and the tokens. `corrected` is by token."""

    tokens: tuple[Token, ...]
    choices: tuple[tuple[Piece, ...], ...]
    corrected: dict[int, tuple[str, bool]]

    def sentences(self) -> Iterator[tuple[Piece, ...]]:
        return islice(product(*self.choices), MOST_SENTENCES)

    def words(self, piece: Piece, question: str) -> Words:
        span = self.span(piece)
        return Words(question[span.start : span.end], span)

    def span(self, piece: Piece) -> Span:
        return Span(self.tokens[piece.first].start, self.tokens[piece.end - 1].end)


class Spotter:
    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon, today: Today) -> None:
        self._lexicon = lexicon
        self._today = today
        self._corrected: dict[int, tuple[str, bool]] = {}
        self._tokens = [self._respelt(at, token) for at, token in enumerate(tokens)]
        self._text, self._ends, self._starts = joined(self._tokens)

    def spotted(self) -> Spotted:
        choices, at = [], 0
        while at < len(self._tokens):
            found = self._at(at)
            choices.append(found)
            at = found[0].end
        return Spotted(tuple(self._tokens), tuple(choices), self._corrected)

    def _respelt(self, at: int, token: Token) -> Token:
        if token.kind != "word" or token.text in closed_words() | TIME_WORDS | all_words():
            return token
        if self._lexicon.knows(token.text) or len(self._corrected) >= MOST_CORRECTED:
            return token
        found = self._lexicon.misspelt(token.text)
        if found is None:
            return token
        self._corrected[at] = found
        return token._replace(text=found[0])

    def _at(self, at: int) -> tuple[Piece, ...]:
        """What the longest piece that starts there may be."""
        found = [*self._timed(at), *self._phrased(at), *self._known(at), *self._plain(at)]
        longest = max(piece.end for piece in found)
        pieces = [piece for piece in found if piece.end == longest]
        if len(pieces) > 1 and not (found_names(pieces) and self._opening(at)):
            pieces = [piece for piece in pieces if piece.kind not in ("filler", "word")]
        return tuple(sorted(pieces, key=lambda piece: piece.rank))

    def _opening(self, at: int) -> bool:
        """Whether nothing is said yet: "show revenue" asks to be shown, and names no show."""
        return all(token.text in FILLERS for token in self._tokens[: at + 1])

    def _timed(self, at: int) -> Iterator[Piece]:
        start = self._starts[at]
        if found := times.range_at(self._text, start, self._today):
            yield Piece("time", found.what, at, self._until(found.end))
        if rolling := times.rolling_at(self._text, start):
            yield Piece("time", rolling.what, at, self._until(rolling.end))
        if grain := times.grain_at(self._text, start):
            yield Piece("grain", grain[1], at, self._until(grain[0]))
        if which := times.which_at(self._text, start):
            # As if it were of many: one of the buckets is asked for.
            yield Piece("grain", which[1], at, self._until(which[0]), plural=True)
        if over := times.over_at(self._text, start):
            yield Piece("over_units", over[1], at, self._until(over[0]))
        match = WITHIN.match(self._text, start)
        if match and (length := length_of(match)):
            yield Piece("within", length, at, self._until(match.end()))

    def _until(self, end: int) -> int:
        """The token after those that end there."""
        return self._ends[end] + 1

    def _phrased(self, at: int) -> Iterator[Piece]:
        words = tuple(token.text for token in self._tokens[at : at + LONGEST_PHRASE])
        for size in range(len(words), 0, -1):
            for kind, value in phrases().get(words[:size], ()):
                yield Piece(kind, value, at, at + size, rank=PHRASE)

    def _known(self, at: int) -> Iterator[Piece]:
        size, mentions = self._lexicon.at(self._tokens, at)
        plural = size > 0 and bool(singulars(self._tokens[at + size - 1].text))
        for mention in mentions:
            yield Piece(mention.kind, mention, at, at + size, RANK[mention.kind], plural)

    def _plain(self, at: int) -> Iterator[Piece]:
        token = self._tokens[at]
        kind, value = "word", token.text
        if token.kind == "number" or token.text in NUMBERS:
            yield Piece("number", number_in(token), at, at + 1)
            return
        if token.kind == "quoted":
            kind = "quoted"
        elif token.text in UNITS:
            kind, value = "unit", UNITS[token.text]
        elif token.text in SIGNS:
            kind = {"then": "then", "=": "is", "!=": "not"}.get(SIGNS[token.text], "over")
            value = SIGNS[token.text]
        elif token.kind == "sign":
            kind = {"&": "and", "/": "word", "+": "word", "-": "word"}.get(token.text, "comma")
            value = "and"
        elif token.text in PEOPLE:
            kind = "people"
        elif token.text in FILLERS:
            kind = "filler"
        yield Piece(kind, value, at, at + 1, rank=PHRASE)


def found_names(pieces: Sequence[Piece]) -> bool:
    return any(piece.kind in RANK for piece in pieces)


def joined(tokens: Sequence[Token]) -> tuple[str, dict[int, int], list[int]]:
    """The tokens as one text, which token ends where in it, and where each starts."""
    ends, starts, at = {}, [], 0
    texts = [token.text if token.kind != "quoted" else QUOTED for token in tokens]
    for index, text in enumerate(texts):
        starts.append(at)
        at += len(text)
        ends[at] = index
        at += 1
    return " ".join(texts), ends, starts


def length_of(match: re.Match[str]) -> timedelta | None:
    told = match["n"] or "a"
    count = 1 if told in ("a", "an", "same", "the same") else number_of(told)
    return LENGTHS[match["unit"]] * count if count else None


def number_in(token: Token) -> int | float:
    value = NUMBERS[token.text] if token.text in NUMBERS else float(token.text)
    return int(value) if float(value).is_integer() else value


def all_words() -> frozenset[str]:
    return frozenset(word for phrase in phrases() for word in phrase) | frozenset(UNITS)
