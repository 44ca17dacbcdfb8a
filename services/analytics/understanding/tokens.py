"""Text to tokens, each with where it stands in the text as it was written."""

import re
import unicodedata
from typing import NamedTuple

# A question that is longer is none.
MOST_TOKENS = 100
MOST_CHARACTERS = 1_000
TOKEN = re.compile(
    r"""
    (?P<quoted>"[^"]{1,200}" | \u201c[^\u201d]{1,200}\u201d | (?<!\w)'[^']{1,200}'(?!\w))
  | (?P<date>\d{4}-\d{1,2}-\d{1,2} | \d{1,2}\.\d{1,2}\.\d{4} | \d{4}-\d{2}(?![\d-]))
  | (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)? | \d+(?:\.\d+)?)(?P<times>[km](?!\w))?
  | (?P<word>[^\W\d_](?:[^\W_]|['\u2019](?=[^\W\d_]))*)
  | (?P<sign>->|=>|\u2192|>=|<=|!=|[<>=\u2265\u2264\u20ac$\u00a3%,;/&+()] | (?<!\w)- | -(?!\w))
    """,
    re.VERBOSE | re.IGNORECASE,
)
SHORT = {"ca": "can", "wo": "will", "sha": "shall"}


class Token(NamedTuple):
    """`text` is in small letters and without accents; that of a quotation is as it was written."""

    text: str
    kind: str
    start: int
    end: int
    upper: bool = False


def tokens_of(text: str) -> list[Token]:
    """At most MOST_TOKENS of them; marks that end sentences are none."""
    found: list[Token] = []
    for match in TOKEN.finditer(text[:MOST_CHARACTERS]):
        found += tokens_in(match)
        if len(found) >= MOST_TOKENS:
            break
    return found


def too_long(text: str) -> bool:
    return len(text) > MOST_CHARACTERS or len(tokens_of(text)) >= MOST_TOKENS


def tokens_in(match: re.Match[str]) -> list[Token]:
    start, end = match.span()
    told = match.group()
    if match["quoted"]:
        return [Token(told[1:-1], "quoted", start, end)]
    if match["number"]:
        value = float(match["number"].replace(",", ""))
        value *= {"k": 1e3, "m": 1e6}.get((match["times"] or "").lower(), 1)
        return [Token(f"{value:.15g}", "number", start, end)]
    if match["word"]:
        return words_in(told, start)
    return [Token(told, "date" if match["date"] else "sign", start, end)]


def words_in(told: str, start: int) -> list[Token]:
    """A word; two of "didn't"; of "Berlin's" without the ending."""
    bare = told.replace("\u2019", "'")
    lower = bare.lower()
    if lower.endswith("n't"):
        stem = lower[:-3]
        cut = start + len(stem)
        return [
            Token(SHORT.get(stem, stem), "word", start, cut),
            Token("not", "word", cut, start + len(told)),
        ]
    if lower.endswith("'s"):
        bare = bare[:-2]
    upper = len(bare) > 1 and bare.isupper()
    return [Token(fold(bare), "word", start, start + len(bare), upper)]


def fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
