"""Spelling: what counts as the same text, and the plurals and singulars of nouns."""

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"\s+")
_SIBILANT = ("s", "x", "z", "ch", "sh")
_PLURALS = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "analysis": "analyses",
    "basis": "bases",
    "index": "indexes",
}
_SINGULARS = {plural: singular for singular, plural in _PLURALS.items()} | {
    "movies": "movie",
    "cookies": "cookie",
    "shoes": "shoe",
    "indices": "index",
    "sizes": "size",
    "prizes": "prize",
}
_INVARIABLE = frozenset(
    {"series", "sales", "news", "data", "staff", "people", "revenue", "species"}
)
_ES = re.compile(r"(?:ss|sh|x|z|[^aeiou]ch|tch|[aeiou]ach)es$|oes$")
_USES = re.compile(r"(?<![aeo])uses$")


def squash(text: str) -> str:
    """The text as compared: NFKC, case-folded, every run of white space one blank."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _SPACE.sub(" ", folded)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """`squash` without white space at the ends: equal for texts that differ in nothing else."""
    return squash(text).strip()


def tidy(text: str) -> str:
    """The text as shown: NFKC and single blanks, with its case."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=4096)
def plural(phrase: str) -> str:
    """The phrase with its last word in the plural; a word that we cannot inflect stays."""
    head, word = _split(phrase)
    lower = word.casefold()
    if not _inflects(lower) or singular(phrase) != phrase:
        return phrase
    if lower in _PLURALS:
        return head + _cased(_PLURALS[lower], word)
    if lower.endswith("y") and lower[-2:-1] not in "aeiou":
        return head + word[:-1] + "ies"
    return head + word + ("es" if lower.endswith(_SIBILANT) else "s")


@lru_cache(maxsize=4096)
def singular(phrase: str) -> str:
    """The phrase with its last word in the singular; one that is no plural stays."""
    head, word = _split(phrase)
    lower = word.casefold()
    if lower in _SINGULARS:
        return head + _cased(_SINGULARS[lower], word)
    if not _inflects(lower) or not lower.endswith("s") or lower.endswith(("ss", "us", "is")):
        return phrase
    if lower.endswith("ies") and len(lower) > 4:
        return head + word[:-3] + "y"
    if _ES.search(lower) or _USES.search(lower):
        return head + word[:-2]
    return head + word[:-1]


def sentence(text: str) -> str:
    """The text with a capital first letter; a first word with its own case ("iPhone") stays."""
    first = text.split(" ", 1)[0]
    capital = text[:1].upper() + text[1:]
    return capital if first == first.lower() and fold(capital) == fold(text) else text


def _split(phrase: str) -> tuple[str, str]:
    at = max(phrase.rfind(" "), phrase.rfind("_"), phrase.rfind("-")) + 1
    return phrase[:at], phrase[at:]


def _inflects(word: str) -> bool:
    return len(word) > 2 and word.isascii() and word.isalpha() and word not in _INVARIABLE


def _cased(form: str, like: str) -> str:
    return form[:1].upper() + form[1:] if like[:1].isupper() else form
