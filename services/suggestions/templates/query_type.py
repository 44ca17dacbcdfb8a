"""What kind of question a text asks, and whether it asks more than one thing."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from services.suggestions.templates.vocabulary import Vocabulary
from services.suggestions.templates.words import plain_words

QueryType = Literal["comparison", "trend", "ranking", "aggregation"]

_GRAIN = r"(?:hour|day|week|month|quarter|year)"
_COMPARISON = re.compile(
    r"\b(?:compar(?:e|es|ed|ing|ison|isons)|versus|vs|against|differences?|differs?|differ)\b"
)
# "at least 5" and "at most 5" rank nothing.
_RANKING = re.compile(
    r"\b(?:top|bottom|best|worst|highest|lowest|largest|smallest|biggest|greatest|fewest|"
    r"(?<!at )(?:most|least)|rank(?:s|ed|ing|ings)?|leading)\b"
)
_TREND = re.compile(
    rf"\b(?:trend(?:s|ing)?|over time|growth|grow(?:s|n|ing)?|grew|histor(?:y|ical|ically)|"
    rf"evolution|evolved?|yoy|mom|qoq|{_GRAIN} (?:over|by) {_GRAIN}|"
    rf"(?:by|per|each|every) {_GRAIN}|hourly|daily|weekly|monthly|quarterly|yearly|annual(?:ly)?|"
    r"(?:last|past|previous|trailing|next) (?:\w{1,12} )?(?:fiscal |calendar |business )?"
    r"(?:hours|days|weeks|months|quarters|years|decades))\b"
)
_STEP = re.compile(r";|,\s{0,9}(?:and\s{1,9})?then\b", re.IGNORECASE)
_SECOND_CLAUSE = re.compile(
    r"\b(?:and then|and also|after that|followed by|as well as|where \w.{0,200}? and|"
    r"(?:but|and) (?:only|not|excluding|exclude|then|show|list|compare|find|give)|"
    r"whose|whom|if|while|whereas|unless|because|although)\b"
)
# "show me who", "in which" and "in that" open no second clause; "customers who" does.
_RELATIVE = re.compile(
    r"(?<!\bme)(?<!\bshow)(?<!\blist)(?<!\btell)(?<!\bfind)(?<!\bsee)(?<!\bin)(?<!\bat)(?<!\bon)"
    r"(?<!\bfor)(?<!\bby)(?<!\bfrom)(?<!\bof)(?<!\bis)(?<!\band) (?:who|that|which) \w"
)


def query_type(text: str) -> QueryType:
    """The first that fits of comparison, ranking, trend; else aggregation.

    "Compare the top regions" compares, and "best month by growth" ranks: the narrower reading wins.
    """
    return _query_type(" ".join(plain_words(text)))


def is_advanced(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text has two or more clauses or steps, or compares a derived metric."""
    reading = _read(text)
    return reading.several or (reading.compares and _names_derived(reading.words, vocabulary))


def has_clauses(text: str) -> bool:
    """Whether a text has two or more clauses or steps."""
    return _read(text).several


class _Reading(NamedTuple):
    """What a text alone tells: its words, whether it has several clauses, whether it compares."""

    words: tuple[str, ...]
    several: bool
    compares: bool


@lru_cache(maxsize=8192)  # the same suggestions pass the filter again and again
def _read(text: str) -> _Reading:
    words = plain_words(text)
    spoken = " ".join(words)
    several = _STEP.search(text) or _SECOND_CLAUSE.search(spoken) or _RELATIVE.search(spoken)
    return _Reading(words, bool(several), _query_type(spoken) == "comparison")


def _query_type(spoken: str) -> QueryType:
    if _COMPARISON.search(spoken):
        return "comparison"
    if _RANKING.search(spoken):
        return "ranking"
    return "trend" if _TREND.search(spoken) else "aggregation"


def _names_derived(words: tuple[str, ...], vocabulary: Vocabulary) -> bool:
    position = 0
    while position < len(words):
        named = vocabulary.phrases.longest(words, position)
        if named and any(m.term.derived and not m.is_value for m in named[1]):
            return True
        position = named[0] if named else position + 1
    return False
