"""Finds personal data in a text, and masks it."""

import re
import unicodedata
from collections.abc import Iterator

from services.common.pii.addresses import emails, ip4_addresses, ip6_addresses
from services.common.pii.finding import Finding, merged
from services.common.pii.national_ids import national_ids
from services.common.pii.numbers import cards, ibans, phones
from services.common.pii.secret_shapes import secrets

# National phone numbers are read as those of this country where a caller names none.
DEFAULT_REGION = "US"
# Six digits with little between: only around them there are numbers to look for.
DIGITS = re.compile(r"[0-9](?:[^0-9,]{0,2}+[0-9]){5,}+")
AROUND = 16  # characters of a number before and after its digits: letters of countries and banks
DOTTED = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]")
OTHER_DIGITS = re.compile(r"(?![0-9])\d")
# Spaces and hyphens of typesetters, one for one, so that places stay.
PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2007\u2008\u2009\u202f\u3000", " "),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\uff0d", "-"),
        "\uff20": "@",
        "\uff0e": ".",
        "\uff0b": "+",
        "\uff08": "(",
        "\uff09": ")",
    }
)


def find(text: str, region: str = DEFAULT_REGION) -> list[Finding]:
    """Personal data and secrets in order, without overlaps; in time linear in the text's length.

    `region` (ISO 3166, such as "DE"; "" for none) is whose national phone numbers are known.
    """
    return merged(found_in(plain(text), region))


def masked(text: str, region: str = DEFAULT_REGION) -> str:
    """The text with [email], [phone], [card] … in place of what was found."""
    findings = find(text, region)
    return masked_at(text, findings) if findings else text


def masked_at(text: str, findings: list[Finding]) -> str:
    parts, at = [], 0
    for one in findings:
        parts += [text[at : one.start], f"[{one.kind}]"]
        at = one.end
    return "".join(parts) + text[at:]


def found_in(text: str, region: str) -> Iterator[Finding]:
    if "@" in text:
        yield from emails(text)
    yield from secrets(text)
    if text.count(":") >= 2:
        yield from ip6_addresses(text)
    if text.count(".") >= 3 and DOTTED.search(text):
        yield from ip4_addresses(text)
    for start, end in places(text):
        yield from cards(text, start, end)
        yield from ibans(text, start, end)
        yield from national_ids(text, start, end)
        yield from phones(text, start, end, region)


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where there may be numbers: around digits, and as one where these are close."""
    first, last = 0, 0
    for found in DIGITS.finditer(text):
        if found.start() - AROUND > last:
            if last:
                yield first, last
            first = max(0, found.start() - AROUND)
        last = found.end() + AROUND
    if last:
        yield first, last


def plain(text: str) -> str:
    """The text of the same length with digits, spaces and hyphens of any script as in ASCII."""
    if text.isascii():
        return text
    return OTHER_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), text.translate(PLAIN))
