"""Payment cards, bank accounts and phone numbers."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat
from stdnum import luhn
from stdnum.exceptions import ValidationError

from services.common.pii import context
from services.common.pii.finding import Finding

CARD = re.compile(r"(?<![\w.,+/-])(?<!\d )[2-6]\d{3}(?:[ -]?\d){8,15}(?![\w/])(?![ -]\d)")
CARD_GROUPS = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (6, 13), (4, 4, 5)}
# Issuers' ranges and lengths (ISO/IEC 7812; what the schemes publish).
CARD_ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|"
    r"3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|"
    r"6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|(?:50|5[6-8]|6[0379])\d{14}"
)

# Letters and digits of each country's number (SWIFT, IBAN Registry).
IBAN_LENGTHS = {
    "NO": 15,
    "BE": 16,
    "DK": 18,
    "FI": 18,
    "FO": 18,
    "GL": 18,
    "NL": 18,
    "SD": 18,
    "MK": 19,
    "SI": 19,
    "AT": 20,
    "BA": 20,
    "EE": 20,
    "KZ": 20,
    "LT": 20,
    "LU": 20,
    "XK": 20,
    "MN": 20,
    "CH": 21,
    "HR": 21,
    "LI": 21,
    "LV": 21,
    "BG": 22,
    "BH": 22,
    "CR": 22,
    "DE": 22,
    "GB": 22,
    "GE": 22,
    "IE": 22,
    "ME": 22,
    "RS": 22,
    "VA": 22,
    "AE": 23,
    "GI": 23,
    "IL": 23,
    "IQ": 23,
    "OM": 23,
    "SO": 23,
    "TL": 23,
    "AD": 24,
    "CZ": 24,
    "ES": 24,
    "MD": 24,
    "PK": 24,
    "RO": 24,
    "SA": 24,
    "SE": 24,
    "SK": 24,
    "TN": 24,
    "VG": 24,
    "LY": 25,
    "PT": 25,
    "ST": 25,
    "IS": 26,
    "TR": 26,
    "BI": 27,
    "DJ": 27,
    "FR": 27,
    "GR": 27,
    "IT": 27,
    "MC": 27,
    "MR": 27,
    "SM": 27,
    "AL": 28,
    "AZ": 28,
    "BY": 28,
    "CY": 28,
    "DO": 28,
    "GT": 28,
    "HU": 28,
    "LB": 28,
    "NI": 28,
    "PL": 28,
    "BR": 29,
    "EG": 29,
    "PS": 29,
    "QA": 29,
    "UA": 29,
    "JO": 30,
    "KW": 30,
    "MU": 30,
    "SC": 31,
    "MT": 31,
    "LC": 32,
    "RU": 33,
}
IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})\d{2}(?=[ -]?[A-Za-z0-9]{3})")
IBAN_SPAN = 48  # the longest, with signs between its groups of four

PHONE = re.compile(
    r"(?<![\w.,:+/$€£#-])(?<!\d )(?:\+|00|\()?\d(?:[ \-./()]{0,2}\d){5,14}(?![\w%€$£])(?![.,:/-]\d)"
)
DATE = re.compile(
    r"(?:19|20)\d\d[-./ ][01]?\d[-./ ][0-3]?\d|[0-3]?\d[-./][0-3]?\d[-./ ](?:19|20)\d\d"
)
LEAST_DIGITS = 7


def cards(text: str, start: int, end: int) -> Iterator[Finding]:
    """Numbers of an issuer's range and length whose last digit is right (Luhn)."""
    for found in CARD.finditer(text, start, end):
        groups = tuple(map(len, re.split("[ -]", found[0])))
        digits = re.sub("[ -]", "", found[0])
        written_so = len(groups) == 1 or groups in CARD_GROUPS
        if not written_so or not CARD_ISSUER.fullmatch(digits) or not has_luhn_digit(digits):
            continue
        words = context.before(text, found.start())
        if context.CARD.search(words) or not context.THING.search(words):
            yield Finding("card", found.start(), found.end())


def has_luhn_digit(digits: str) -> bool:
    try:
        luhn.validate(digits)
    except ValidationError:
        return False
    return len(set(digits)) > 1


def ibans(text: str, first: int, last: int) -> Iterator[Finding]:
    """Of a country's length, in one piece or in groups, with the rest 1 by 97 (ISO 13616)."""
    for found in IBAN.finditer(text, first, last):
        start, wanted = found.start(), IBAN_LENGTHS.get(found[1].upper())
        end = wanted and end_of(text, start, wanted)
        if end and is_iban(re.sub("[ -]", "", text[start:end])):
            yield Finding("iban", start, end)


def end_of(text: str, start: int, wanted: int) -> int | None:
    """Where so many letters and digits end, with at most one sign between two of them."""
    count, at, gap = 0, start, False
    for at in range(start, min(len(text), start + IBAN_SPAN)):
        if text[at].isascii() and text[at].isalnum():
            count, gap = count + 1, False
            if count == wanted:
                return None if text[at + 1 : at + 2].isalnum() else at + 1
        elif gap or text[at] not in " -":
            return None
        else:
            gap = True
    return None


def is_iban(compact: str) -> bool:
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in rearranged)) % 97 == 1


def phones(text: str, first: int, last: int, region: str) -> Iterator[Finding]:
    """Numbers with a country code, or as they are written in the region (ISO 3166, "" for none)."""
    for found in PHONE.finditer(text, first, last):
        for candidate in shortened(found[0]):
            if DATE.match(candidate):
                break
            if is_phone(text, found.start(), candidate, region):
                yield Finding("phone", found.start(), found.start() + len(candidate))
                break


def shortened(candidate: str) -> Iterator[str]:
    """The candidate, then without its last one and two groups: another number may follow."""
    for _ in range(3):
        candidate = candidate.rstrip(" -./(")
        if candidate.count("(") != candidate.count(")") or count_digits(candidate) < LEAST_DIGITS:
            return
        yield candidate
        cut = re.search(r"[ \-./()]+\d+$", candidate)
        if cut is None:
            return
        candidate = candidate[: cut.start()]


def is_phone(text: str, start: int, candidate: str, region: str) -> bool:
    words = context.before(text, start)
    spoken_of = bool(context.PHONE.search(words))
    if context.THING.search(words) and not spoken_of:
        return False
    if candidate.startswith(("+", "00")):
        return is_international(candidate)
    groups = [len(group) for group in re.findall(r"\d+", candidate)]
    if groups.count(1) > 1:
        return False
    return spoken_of or (region != "" and is_national(candidate, region))


def is_international(candidate: str) -> bool:
    """After a plus a number of a possible length is enough: which ones are given out changes."""
    if candidate.startswith("00"):
        number = parsed("+" + candidate[2:])
        return number is not None and phonenumbers.is_valid_number(number)
    number = parsed(candidate)
    if number is None or not phonenumbers.is_possible_number(number):
        return False
    return count_digits(candidate) >= 10 or phonenumbers.is_valid_number(number)


def is_national(candidate: str, region: str) -> bool:
    """Whether it is grouped as is usual in the region, or begins with a zero as there."""
    number = parsed(candidate, region)
    if number is None or not phonenumbers.is_valid_number_for_region(number, region):
        return False
    if candidate.startswith(("0", "(0")):
        return True
    usual = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    groups = re.findall(r"\d+", candidate)
    return len(groups) > 1 and groups[-3:] == re.findall(r"\d+", usual)[-3:]


def parsed(candidate: str, region: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(candidate, region)
    except NumberParseException:
        return None


def count_digits(text: str) -> int:
    return sum(map(str.isdigit, text))
