"""What a word is before anything is learned: part of every question, ordinary, or maybe a name."""

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache
from pathlib import Path

from services.common.inflections import singulars, verb_bases

# The closed classes of English, and the verbs that ask. They are never in a slot.
_FUNCTION_WORDS = """
a an the this that these those some any each every all both either neither no none other others
another such same own i me my mine we our ours you your yours he him his she her hers it its
they them their theirs one who whom whose which what whats where when why how
but nor so if then because while whether though although not only also just too very
more most less least much many few fewer there here now today please again ever never always
show give tell list find get display return name let want need see compare
top bottom first last best worst
"""
# After these a noun that names a kind has an article, and a name has none.
_BEFORE_NAMES = """
is are was were be been being am do does did done doing has have had having can could will would
shall should may might must isn't aren't don't doesn't didn't won't can't
of in on at by for from to into onto with without within about above below over under between
among through throughout across during before after since until till against along around near
off out up down upon via per than as like toward towards behind beyond except inside outside
and or
"""
BEFORE_NAMES = frozenset(_BEFORE_NAMES.split())
_FUNCTION = BEFORE_NAMES | frozenset(_FUNCTION_WORDS.split())
# Names begin with an article ("the who") and have these within ("research and development").
ARTICLE = "the"
WITHIN_NAMES = frozenset({ARTICLE, "of", "and", "&"})
# Words of a language in which these are rare are not told apart by an English list.
_ENGLISH_FROM = 0.15


class Kind(Enum):
    """`OPEN` words may be names, `ORDINARY` ones seldom are, the others never."""

    OPEN = "open"
    ORDINARY = "ordinary"
    FUNCTION = "function"
    MARK = "mark"
    SLOT = "slot"


@lru_cache(maxsize=50_000)
def kind_of(word: str) -> Kind:
    """The kind of a case-folded word, sign or {slot} of a template."""
    if word.startswith("{") and len(word) > 1:
        return Kind.SLOT
    if not any(map(str.isalnum, word)):
        return Kind.MARK
    if word in _FUNCTION or _superlative(word):
        return Kind.FUNCTION
    return Kind.ORDINARY if not any(map(str.isalpha, word)) or ordinary(word) else Kind.OPEN


def ordinary(word: str) -> bool:
    """Whether a word, or one that it is made from by spelling rule, is in the list of English."""
    known = _english()
    return word in known or any(base in known for base in _bases(word))


def is_english(questions: Iterable[Sequence[str]]) -> bool:
    """Whether the words of questions are English, by how many of them are function words."""
    words = [word for question in questions for word in question if word[:1].isalpha()]
    return sum(word in _FUNCTION for word in words) >= _ENGLISH_FROM * len(words)


def _superlative(word: str) -> bool:
    return word.endswith("est") and word not in _english() and ordinary(word)


def _bases(word: str) -> set[str]:
    found = set(singulars(word) | verb_bases(word))
    found |= {base for plural in found for base in verb_bases(plural)}
    for base in (word, *found.copy()):
        for ending in ("est", "er", "ly", "ness"):
            if base.endswith(ending) and len(base) > len(ending) + 2:
                found |= _stems(base.removesuffix(ending))
    return found


def _stems(stem: str) -> set[str]:
    undoubled = {stem[:-1]} if stem[-1] == stem[-2] else set()
    return {stem, stem + "e", stem[:-1] + "y" if stem.endswith("i") else stem} | undoubled


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    text = Path(__file__).with_name("english.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())
