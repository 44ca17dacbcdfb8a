"""Words as the search knows them: split, stemmed, and with others that mean the same."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any

# conversionRate and HTTPRequest are two words each.
HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
WORD = re.compile(r"[^\W_]+")
LONGEST = 50
STOP_WORDS = """
a about all am an and any are as at be been by can could did do does each every for from get give
had has have how i if in into is it its many me much my of on or our per please show so some tell
than that the their them there these they this those to us was we were what when where which who
whom whose why will with would you your calculate compute find list
"""
STOP = frozenset(STOP_WORDS.split())


def words(text: str) -> list[str]:
    """The words of a text, in small letters and without accents."""
    plain = unicodedata.normalize("NFKD", HUMPS.sub(" ", text))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return [word.casefold()[:LONGEST] for word in WORD.findall(bare)]


@cache
def stemmer() -> Any:
    """Made at its first use: the package brings some thirty languages, and 5 MiB."""
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    found: str = stemmer().stemWord(word)
    return found


def stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def telling(text: str) -> list[str]:
    """The stems that tell texts apart; all, where a text has no other."""
    found = words(text)
    return [stem(word) for word in found if word not in STOP] or [stem(word) for word in found]


def grams(word: str) -> set[str]:
    """Each three letters in a row, of a word with its ends marked."""
    marked = f"^{word}$"
    return {marked[at : at + 3] for at in range(len(marked) - 2)}


@cache
def same_meaning() -> Mapping[str, Sequence[str]]:
    """Stem -> stems of words that are used for the same, from synonyms.txt."""
    found: dict[str, set[str]] = {}
    for group in groups():
        for each in group:
            found.setdefault(each, set()).update(group - {each})
    return {each: sorted(others) for each, others in found.items()}


def groups() -> Iterator[set[str]]:
    text = (resources.files(__package__) / "synonyms.txt").read_text()
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield {stem(word) for word in line.split()}
