"""The numbers that a sentence tells, as precisely as it tells them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Told(StrEnum):
    """What a number is told as. An OPAQUE one is no number: it has to be found as it stands."""

    PLAIN = "plain"
    PERCENT = "percent"
    POINTS = "points"
    TIMES = "times"
    ORDINAL = "ordinal"
    OPAQUE = "opaque"


@dataclass(frozen=True)
class Figure:
    """A number from `start` until before `end`: a value, give or take half of its last digit.

    Of PERCENT and POINTS the value is in hundredths, as 0.45 is 45 %. `coarse` is what it is given
    or taken where it is told as about so much: half of its last digit that is no zero.
    """

    value: float
    slack: float
    coarse: float
    told: Told
    text: str
    start: int
    end: int
    currency: str = ""


UNITS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
)  # fmt: skip
WORDS = {word: float(value) for value, word in enumerate(UNITS, 1)} | {"dozen": 12.0, "zero": 0.0}
TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
WORDS |= {word: float(value) for word, value in TENS.items()} | {"ninety": 90.0, "hundred": 100.0}
WORDS |= {"thousand": 1e3, "million": 1e6, "billion": 1e9}
# So many as nobody can hold against anything.
VAGUE = {"dozens": 0.0, "hundreds": 0.0, "thousands": 0.0, "millions": 0.0, "billions": 0.0}
FRACTIONS = {
    "half": 0.5, "a third": 1 / 3, "one third": 1 / 3, "two thirds": 2 / 3, "a quarter": 0.25,
    "one quarter": 0.25, "three quarters": 0.75, "a fifth": 0.2, "one fifth": 0.2,
    "a tenth": 0.1, "one tenth": 0.1, "two fifths": 0.4, "three fifths": 0.6,
}  # fmt: skip
MULTIPLES = {
    "twice": 2.0, "thrice": 3.0, "double": 2.0, "doubled": 2.0, "doubles": 2.0, "doubling": 2.0,
    "triple": 3.0, "tripled": 3.0, "triples": 3.0, "tripling": 3.0, "quadrupled": 4.0,
    "halved": 0.5, "halving": 0.5,
}  # fmt: skip
ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9}
SCALES |= {"billion": 1e9, "hundred": 1e2}
SIGNS = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy"}
NAMES = {"dollar": "usd", "dollars": "usd", "euro": "eur", "euros": "eur", "pound": "gbp"}
NAMES |= {"pounds": "gbp", "yen": "jpy", "cents": "cent"}
CODES = (
    "usd", "eur", "gbp", "jpy", "chf", "sek", "nok", "dkk", "pln", "cad", "aud", "inr", "cny",
)  # fmt: skip
CURRENCIES = NAMES | {code: code for code in CODES}

# Typographic signs are plain ones here, see `plain`.
TOKEN = re.compile(
    r"(?P<sign>[-+](?=[$€£¥\d]))?(?P<money>[$€£¥] ?)?(?P<minus>-(?=\d))?"
    r"(?P<digits>\d+(?:[.,'\u202f]\d+)*)"
    r"(?P<rest>[^\W\d_][^\s,;:()\"*]*|-[^\W\d_]+)?"
)
AFTER = re.compile(
    r" ?(?P<unit>%|€|\$|£|percentage[ -]points?|per ?cent\b|pp\b|pts?\b|points?\b"
    r"|thousand\b|million\b|billion\b|hundred\b|[kKmMbB]\b|bn\b|mn\b|times\b|x\b|-?fold\b)",
)
GROUPED = re.compile(r"\d{1,3}(?:([,'\u202f.])\d{3})(?:\1\d{3})*$")
WORD = re.compile(r"[^\W\d_]+")
# Numbers in one sign that are no digits: fractions, numbers in circles, Roman ones.
SIGN = re.compile(r"[\u00bc-\u00be\u2150-\u218b\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]+")
LONGEST_WORD = 80  # in "1_1_1_1" each digit would go back to the first
PLAIN_SUFFIXES = frozenset(("th", "st", "nd", "rd"))


# Of the same length, so that places stay: quotes, dashes, a minus, blanks.
TYPOGRAPHY = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00d7": "x",
        "\u00a0": "\u202f",
    }
)


def plain(text: str) -> str:
    """Typographic signs as those of a keyboard; blanks in numbers stay what they are."""
    text = text.translate(TYPOGRAPHY)
    return LONE.sub(" ", text)


LONE = re.compile(r"(?<!\d)\u202f|\u202f(?!\d)")


def figures_of(text: str) -> Iterator[Figure]:
    """Of digits, of words and of other signs, in their order."""
    digits, ends = list(of_digits(text)), 0
    spans = {(one.start, one.end) for one in digits}
    signs = (opaque(text, one.start(), one.end()) for one in SIGN.finditer(text))
    for one in sorted([*digits, *of_words(text), *signs], key=lambda one: one.start):
        if one.start >= ends or (one.start, one.end) in spans:  # in "3 million" both are one
            yield one
            ends = max(ends, one.end)


def of_digits(text: str) -> Iterator[Figure]:
    for found in TOKEN.finditer(text):
        before = text[found.start() - 1] if found.start() else " "
        if before.isalpha() or before == "_":
            # Part of a word such as "v2" or "user42"; "Q3" is a date's.
            yield opaque(text, word_start(text, found.start()), found.end())
        else:
            yield read(text, found)


def word_start(text: str, at: int) -> int:
    floor = max(0, at - LONGEST_WORD)
    while at > floor and (text[at - 1].isalnum() or text[at - 1] in "_-."):
        at -= 1
    return at


def opaque(text: str, start: int, end: int) -> Figure:
    return Figure(0.0, 0.0, 0.0, Told.OPAQUE, text[start:end], start, end)


def read(text: str, found: re.Match[str]) -> Figure:
    parsed = value_of(found["digits"])
    if parsed is None:
        return opaque(text, found.start(), found.end())
    value, decimals = parsed
    signed = text[found.start() - 1 : found.start()].strip() in ("", "(", "*", "_", ":")
    negative = bool(found["minus"]) or (found["sign"] == "-" and signed)
    scale, told, currency, end = suffixed(text, found)
    if told is Told.OPAQUE:
        return opaque(text, found.start(), end)
    if found["money"]:
        currency = SIGNS[found["money"][0]]
    factor = (-1 if negative else 1) * scale
    step = 0.5 * 10.0**-decimals * scale
    digits = found["digits"].replace(",", "").rstrip("0") if not decimals else ""
    zeros = len(found["digits"].replace(",", "")) - len(digits) if digits else 0
    return Figure(
        value * factor, step, step * 10.0**zeros, told, text[found.start() : end],
        found.start(), end, currency,
    )  # fmt: skip


def value_of(digits: str) -> tuple[float, int] | None:
    """A number and how many decimals it has; None where it is none, or may be two."""
    if len(digits) > 40:
        return None
    if digits.isdecimal():
        return float(digits), 0
    signs = [one for one in digits if not one.isdecimal()]
    last = signs[-1]
    if len(set(signs)) == 1 and GROUPED.fullmatch(digits) and (last != "." or len(signs) > 1):
        return float(digits.replace(last, "")), 0
    whole, _, part = digits.rpartition(last)
    if last not in ".," or last in whole:
        return None
    if not whole.isdecimal() and not GROUPED.fullmatch(whole):
        return None
    return float("".join(filter(str.isdecimal, whole)) + "." + part), len(part)


def suffixed(text: str, found: re.Match[str]) -> tuple[float, Told, str, int]:
    """Scale, what it is told as, the currency, and where it ends."""
    rest = (found["rest"] or "").rstrip(".!?%'").lower()
    at = found.end("digits")
    if rest in PLAIN_SUFFIXES:
        return 1.0, Told.ORDINAL, "", at + len(rest)
    scale = 1.0
    after = AFTER.match(text, at)
    if rest and (after is None or after.end() < at + len(rest)):
        return (1.0, Told.PLAIN, "", at) if rest[0] == "-" else (1.0, Told.OPAQUE, "", found.end())
    while after is not None:
        unit = after["unit"].lower()
        at = after.end()
        if unit in SCALES:
            scale *= SCALES[unit]
            after = AFTER.match(text, at)
            continue
        return scale * SCALED.get(unit[:3], 1.0), kind_of(unit), SIGNS.get(unit, ""), at
    word = WORD.match(text, at + 1)
    named = CURRENCIES.get(word.group().lower(), "") if word and text[at] == " " else ""
    return scale, Told.PLAIN, named, word.end() if named and word else at


SCALED = {"%": 0.01, "per": 0.01, "pp": 0.01, "pt": 0.01, "pts": 0.01, "poi": 0.01}


def kind_of(unit: str) -> Told:
    if unit == "%" or (unit.startswith("per") and "point" not in unit):
        return Told.PERCENT
    if "point" in unit or unit.startswith("p"):
        return Told.POINTS
    if unit in SIGNS:
        return Told.PLAIN
    return Told.TIMES


def of_words(text: str) -> Iterator[Figure]:
    words = list(WORD.finditer(text))
    at = 0
    while at < len(words):
        word = words[at].group().lower()
        following = words[at + 1] if at + 1 < len(words) else None
        pair = f"{word} {following.group().lower()}" if following else ""
        if pair in FRACTIONS and following and touching(text, words[at], following):
            yield worded(text, words[at], following, FRACTIONS[pair], Told.PERCENT)
            at += 2
            continue
        for known, told in KNOWN:
            if word in known:
                yield scaled_word(text, words, at, float(known[word]), told)
                break
        at += 1


KNOWN = (
    ({"half": 0.5}, Told.PERCENT),
    (MULTIPLES, Told.TIMES),
    (ORDINALS, Told.ORDINAL),
    (WORDS, Told.PLAIN),
    (VAGUE, Told.OPAQUE),
)


def touching(text: str, first: re.Match[str], second: re.Match[str]) -> bool:
    return text[first.end() : second.start()] in (" ", "-")


def scaled_word(text: str, words: list[re.Match[str]], at: int, value: float, told: Told) -> Figure:
    """ "three times", "five percent" and "two million" are told as their second word says."""
    following = words[at + 1] if at + 1 < len(words) else None
    if told is not Told.PLAIN or following is None or not touching(text, words[at], following):
        return worded(text, words[at], words[at], value, told)
    word = following.group().lower()
    if word in SCALES and len(word) > 2:
        return worded(text, words[at], following, value * SCALES[word], told)
    if word == "times" or word == "fold":
        return worded(text, words[at], following, value, Told.TIMES)
    if word in ("percent", "points", "percentage"):
        kind = Told.PERCENT if word == "percent" else Told.POINTS
        return worded(text, words[at], following, value / 100, kind)
    return worded(text, words[at], words[at], value, told)


def worded(
    text: str, first: re.Match[str], last: re.Match[str], value: float, told: Told
) -> Figure:
    slack = {Told.PERCENT: 0.005, Told.TIMES: 0.05, Told.POINTS: 0.005}.get(told, 0.0)
    coarse = {Told.PERCENT: 0.03, Told.TIMES: 0.2}.get(told, slack)
    span = (first.start(), last.end())
    return Figure(value, slack, coarse, told, text[span[0] : span[1]], *span)
