"""Text to words: NFKC, case folding, word borders; and the words that must never be shown."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol, Self

from services.common.inflections import inflections
from services.suggestions.templates.phrases import PhraseIndex

# Stands for a combining mark while borders are sought, because `\w` does not know marks.
_MARK = "\u01c2"
_JOINERS = "\u200c\u200d"
WORD = r"[^\W_]++(?>(?:['\u2019](?!s(?!\w))[^\W_]++)*)"
# Parts of names that are written short: their full stop ends nothing.
ABBREVIATIONS = "st|ste|mt|ft|dr|mr|mrs|ms|jr|sr"
_WORD = re.compile(rf"({WORD})(?:['\u2019]s(?!\w))?")
_HUMPS = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPLIT_HERE = " "


class Names(Protocol):
    """Knows which names mean the same thing."""

    def names_of(self, word: str) -> frozenset[str]: ...


class _Shape(dict[int, str]):
    """One character for one character, so that offsets in the folded text are the text's own."""

    def __missing__(self, code: int) -> str:
        shape = _shape(chr(code))
        self[code] = shape
        return shape


def _shape(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "M" or character in _JOINERS:
        return _MARK
    if category in ("Cf", "Cs", "Cc"):
        return " "
    folded = unicodedata.normalize("NFKC", character).casefold()
    lowered = character.lower()
    return folded if len(folded) == 1 else lowered if len(lowered) == 1 else character


_SHAPES = _Shape()


def shape(text: str) -> str:
    """`text` folded to a string of the same length, for finding borders and known words."""
    return text.lower() if text.isascii() else text.translate(_SHAPES)


def fold(text: str) -> str:
    """Caseless form for comparing: NFKC, case folding, invisible characters dropped."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return visible.replace("\u2019", "'")


def split_words(text: str) -> tuple[str, ...]:
    """Folded words, cut at all but letters, digits, inner apostrophes, and at camelCase humps."""
    return _words(_HUMPS.sub(_SPLIT_HERE, _visible(text)))


def plain_words(text: str) -> tuple[str, ...]:
    """Folded words as `split_words`, but camelCase stays one word."""
    return _words(_visible(text))


def phrases_of(name: str) -> frozenset[tuple[str, ...]]:
    """How a name may be written: as words, and as one word ("profit margin", "ProfitMargin")."""
    parts = split_words(name)
    return frozenset({parts, plain_words(name), ("".join(parts),)} - {(), ("",)})


class Exclusion:
    """Names that must not appear in a text, with their synonyms and inflections, as whole words."""

    def __init__(self, phrases: Iterable[tuple[str, ...]]) -> None:
        self._index = PhraseIndex(((phrase, True) for phrase in phrases), inflections)

    @classmethod
    def of(cls, names: Iterable[str], vocabulary: Names) -> Self:
        """`names` and whatever else the vocabulary calls the same things."""
        known = {alias for name in names for alias in vocabulary.names_of(name) | {name}}
        return cls(phrase for alias in sorted(known) for phrase in phrases_of(alias))

    def hits(self, text: str) -> bool:
        """Whether an excluded name stands in `text`."""
        if not self._index:
            return False
        # Both readings: "grossMargin" has a border that "mArGiN" has not.
        return any(self._index.found_in(words) for words in {split_words(text), plain_words(text)})


def _visible(text: str) -> str:
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _words(text: str) -> tuple[str, ...]:
    if text.isascii():
        return tuple(_WORD.findall(text.lower()))
    return tuple(fold(text[m.start(1) : m.end(1)]) for m in _WORD.finditer(shape(text)))
