"""Queries to tokens, each with a class of one letter, so that rules can be regexes over classes.

One pass and linear: possessive quantifiers and bounded repeats leave nothing to backtrack over.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from services.suggestions.templates.words import ABBREVIATIONS, WORD, fold, shape

_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_CLOCK = r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:z|[+-]\d{2}:?\d{2})?"
_NO_ID = "top|bottom|best|worst|first|last|next|past|since|pre|post|mid|sub|fy|cy|year|under|over"

_ABBREVIATED = re.compile(rf"(?<!\w)(?:{ABBREVIATIONS}|[^\W\d_])\.$")

# Groups are named for the class that they give; `w`, `n` and `p` are classified by their text.
_TOKEN = re.compile(
    rf"""
    (?P<w>[a-z]++(?=[\s,?!;]|$))
  | (?P<S>
        (?<!\d)"[^"]*" | `[^`]*` | \u201c[^\u201c\u201d]*\u201d
      | \u201e[^\u201c-\u201e]*[\u201c\u201d] | «[^«»]*» | 「[^「」]*」
      | (?<!\w)'(?=\w)(?:[^']|'(?=\w)){{1,200}}(?<!\s)'(?!\w)
      | (?<!\w)\u2018(?:[^\u2018\u2019]|\u2019(?=\w)){{1,200}}\u2019(?!\w)
      | https?://\S*[\w/] )
  | (?P<E>[\w.+%-]{{1,64}}@(?:[\w-]{{1,63}}\.){{1,8}}[^\W\d_]{{2,24}}(?!\w))
  | (?P<D>
        (?: \d{{4}}(?P<ymd>[-/.]){_MONTH}(?P=ymd){_DAY}(?:(?:t|\s++){_CLOCK})?
          | {_DAY}(?P<dmy>[-/.]){_DAY}(?P=dmy)(?:\d{{4}}|\d{{2}})
          | (?:19|20)\d{{2}}-(?:0[1-9]|1[0-2]) )
        (?![-/.]?\w) )
  | (?P<q>(?:q[1-4]|(?:19|20)\d{{2}}q[1-4]|[1-4]q(?:\d{{4}}|\d{{2}}))(?!\w))
  | (?P<Y>[fc]y(?:\d{{4}}|\d{{2}})(?!\w))
  | (?P<I>
        [0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}(?!\w)
      | 0x[0-9a-f]++(?!\w)
      | (?=[a-f]*+\d)(?=\d*+[a-f])[0-9a-f]{{12,}}+(?!\w)
      | \#\d++(?!\w)
      | (?!(?:{_NO_ID})[-_])[a-z]{{1,10}}[-_]\d{{3,20}}(?>(?:[-_][a-z0-9]{{1,20}}){{0,4}})(?!\w)
      | [a-z]{{1,6}}\d{{4,20}}(?!\w) )
  | (?P<t>(?:19|20)?\d0s(?!\w))
  | (?P<O>\d{{1,6}}(?:st|nd|rd|th)(?!\w))
  | (?P<X>\d{{1,6}}(?:d|h|w|y|mo|min|hrs?|yrs?|am|pm)(?!\w))
  | (?P<V>
        \d{{1,2}}:\d{{2}}(?::\d{{2}})?(?!\w)
      | \d{{1,9}}(?>(?:\.\d{{1,9}}){{2,5}})(?!\w)
      | v\d{{1,9}}(?>(?:\.\d{{1,9}}){{0,5}})(?>(?:-[a-z]{{1,10}}\d{{0,4}})?)(?!\w) )
  | (?P<n>
        (?>(?:(?<![\w)\]%])[+-])?)
        (?: \d{{1,3}}(?>(?:,\d{{3}}){{1,8}})(?!,?\d)(?>(?:\.\d++)?)
          | \d++(?>(?:\.\d++)?)
          | (?<!\w)\.\d++ )
        (?>(?:k|mm?|bn?|tn)?)(?!\w) )
  | (?P<W>{WORD})
  | (?P<A>['\u2019]s(?!\w))
  | (?P<p>[^\s_])
    """,
    re.VERBOSE,
)

_WORD_CLASSES = {
    "T": "top bottom",
    "M": "best worst highest lowest largest smallest biggest greatest most least fewest leading "
    "cheapest longest shortest fastest slowest oldest newest youngest latest recent strongest "
    "weakest busiest richest poorest",
    "f": "first",
    "o": "second third fourth",
    "l": "last past previous prior next coming upcoming this current preceding following trailing "
    "rolling",
    "c": "usd eur gbp jpy chf cny inr cad aud dollar dollars euro euros pound pounds yen rupee "
    "rupees franc francs yuan",
    "n": "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty "
    "fifty sixty ninety hundred",
    "K": "couple few several",
    "u": "seconds minute minutes hour hours day days week weeks weekend weekends month months year "
    "years decade decades fortnight fortnights semester semesters morning afternoon evening night "
    "mins hrs hr wks mths mth yr yrs",
    "r": "quarter quarters",
    "H": "half",
    "7": "h1 h2",
    "g": "hourly daily weekly biweekly fortnightly monthly quarterly yearly annual annually",
    "J": "fiscal financial calendar business full",
    "j": "date",
    "G": "of",
    "1": "a an",
    "2": "ago",
    "m": "january february march april june july august september october november december jan "
    "feb mar apr jun jul aug sep sept oct nov dec",
    "a": "may",
    "d": "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays "
    "thursdays fridays saturdays sundays tue tues thu thur thurs fri",
    "e": "mon wed sat sun",
    "t": "today yesterday tomorrow tonight ytd mtd qtd wtd",
    "z": "now present",
    "i": "in",
    "0": "on",
    "F": "from",
    "v": "over",
    "6": "for during within",
    "h": "the",
    "x": "to until till through thru",
    "B": "between",
    "&": "and",
    "~": "since before after",
    "@": "at",
    "C": "above under below than exceeding exceeds with equals equal equalling equaling",
    "b": "by across per each every",
    "L": "show list which find display get give me all many",
    "s": "thousand million billion trillion",
    "%": "percent percentage pct",
}
_CLASS_OF = {word: letter for letter, words in _WORD_CLASSES.items() for word in words.split()}
_SIGN_CLASSES = {
    **dict.fromkeys("$£¥€₹₩₽₺₫₴₦฿¢", "$"),
    **dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u2015", "-"),
    **dict.fromkeys("=<>≤≥*\u00d7", "C"),
    "&": "&",
    "%": "%",
    ",": ",",
}


class Tokens(NamedTuple):
    """Parallel by position: a class letter, a folded word ("" for a joint), and offsets."""

    classes: str
    words: list[str]
    starts: list[int]
    ends: list[int]


def lex(query: str) -> Tokens:
    """Tokens of a query; white space and underscores lie between them."""
    shaped = shape(query)
    classes: list[str] = []
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(shaped):
        start, end = match.span()
        word = match.group()
        letter = match.lastgroup or "."
        if letter in "wW":
            word = word if word.isascii() else fold(query[start:end])
            letter = _CLASS_OF.get(word, "w")
        elif letter == "n":
            letter = _number_class(word)
        elif letter in "pA":
            letter, word = _sign(letter, word, (start, end), ends, shaped)
        classes.append(letter)
        words.append(word)
        starts.append(start)
        ends.append(end)
    return Tokens("".join(classes), words, starts, ends)


def _number_class(text: str) -> str:
    """4: 1 to 4, k: to 31 (maybe a day), y: maybe a year, N: other integers, V: other numbers."""
    if len(text) > 4 or not text.isdecimal():
        return "N" if text.replace(",", "").isdecimal() else "V"
    number = int(text)
    if len(text) == 4:
        return "y" if 1900 <= number <= 2100 else "N"
    return "4" if 0 < number < 5 else "k" if 0 < number < 32 else "N"


def _joins(shaped: str, start: int, end: int) -> bool:
    """Whether a full stop ends no sentence: within a name, or after a short part of one."""
    within = shaped[start - 1 : start].isalnum() and shaped[end : end + 1].isalnum()
    return within or bool(_ABBREVIATED.search(shaped, max(0, start - 5), end))


def _sign(
    letter: str, sign: str, span: tuple[int, int], ends: Sequence[int], shaped: str
) -> tuple[str, str]:
    """Class and word; signs within a compound ("db-3.us", "Dr. May", "A & B") are joints of it."""
    if letter == "A":
        return "'", ""
    letter = _SIGN_CLASSES.get(sign, ".")
    start, end = span
    if sign == "&" or (sign == "." and _joins(shaped, start, end)):
        return letter, ""
    if letter == "-" and bool(ends) and ends[-1] == start and shaped[end : end + 1].isalnum():
        return "_", ""
    return letter, sign
