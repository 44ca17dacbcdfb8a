"""The one check of JSON payloads that are stored for callers (attune.common.v1.Json).

What passes is valid JSON that PostgreSQL's jsonb takes. Nothing is decoded: a kilobyte takes about
two microseconds.
"""

import json
import re

import msgspec
from msgspec import Raw

DEEPEST = 64
# What numeric can hold, and so jsonb: https://www.postgresql.org/docs/current/datatype-numeric.html
MOST_DIGITS = 131_072
MOST_DECIMALS = 16_383
# jsonb writes exponents out, so that `1e131071` would be read back as 128 KiB: with an exponent a
# number has at most so many digits on either side of the point. Every double fits.
MOST_DIGITS_BY_EXPONENT = 400

NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
NUMBER = re.compile(rb"-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
# All digits and all exponents alike, so that plain search finds what may be too much: a number of
# fewer than 300 digits with an exponent of two is not. Signs are left out.
SIGNS = b"+-"
ALIKE = bytes.maketrans(b"123456789E", b"000000000e")
LONG_RUN = b"0" * 300
EXPONENT = b"0e000"
# Hashes and UUIDs are full of these, but not after what a number stands behind.
BEFORE_NUMBERS = b"[,: \t\n\r"
BRACKETS = bytes.maketrans(b"{}", b"[]")
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))

valid = msgspec.json.Decoder(Raw).decode


def check_json(utf8: bytes, *, max_bytes: int) -> str | None:
    """What is wrong with a JSON text, for its sender to read; None where it can be stored."""
    if len(utf8) > max_bytes:
        return f"is larger than {max_bytes} bytes"
    try:
        utf8.decode()
        valid(utf8)
    except UnicodeDecodeError:
        return "is not UTF-8"
    except RecursionError:
        return f"has more than {DEEPEST} levels"
    except msgspec.MsgspecError as error:
        return invalid(utf8, str(error))
    return unstorable(utf8)


def unstorable(utf8: bytes) -> str | None:
    """What jsonb does not take of a JSON text that is valid, as its reader finds out."""
    return too_deep(utf8) or unstorable_value(utf8)


def unstorable_value(utf8: bytes) -> str | None:
    """The same of its texts and numbers alone."""
    if has_nul(utf8):
        return "has a NUL character (\\u0000)"
    if suspicious(utf8) and has_absurd_number(utf8):
        return "has a number that the database cannot hold"
    return None


def maybe_unstorable(utf8: bytes) -> bool:
    """Whether one of several texts, with newlines between, may have such a value.

    Not all need be JSON: where one has an odd quotation mark, nothing tells texts from numbers.
    """
    return has_nul(utf8) or suspicious(utf8)


def has_nul(utf8: bytes) -> bool:
    return b"\\" in utf8 and b"\\u0000" in utf8 and bool(NUL.search(utf8))


def invalid(utf8: bytes, complaint: str) -> str:
    """Tells lone surrogates, which are JSON but no text, from what is no JSON."""
    try:
        json.loads(utf8.decode(), parse_int=str, parse_constant=refuse)
    except (ValueError, RecursionError):
        return f"is not JSON: {complaint.removeprefix('JSON is malformed: ')}"
    return "has half of a surrogate pair"


def refuse(name: str) -> None:
    raise ValueError(name)


def too_deep(utf8: bytes) -> str | None:
    """Whether brackets remain once the innermost pairs were taken away as often as allowed."""
    if utf8.count(b"[") + utf8.count(b"{") <= DEEPEST:
        return None
    brackets = STRING.sub(b"", utf8).translate(BRACKETS, NOT_BRACKETS)
    for _ in range(DEEPEST):
        if not brackets:
            return None
        brackets = brackets.replace(b"[]", b"")
    return f"has more than {DEEPEST} levels" if brackets else None


def suspicious(utf8: bytes) -> bool:
    """Whether there may be a number that is too long when written out."""
    alike = utf8.translate(ALIKE, SIGNS)
    if LONG_RUN in alike:
        return True
    at = alike.find(EXPONENT)
    while at >= 0:
        before = alike[max(0, at - len(LONG_RUN)) : at + 1].rstrip(b"0.")
        if not before or before[-1] in BEFORE_NUMBERS:
            return True
        at = alike.find(EXPONENT, at + 1)
    return False


def has_absurd_number(utf8: bytes) -> bool:
    return any(absurd(*number.groups()) for number in NUMBER.finditer(STRING.sub(b"", utf8)))


def absurd(whole: bytes, decimals: bytes | None, exponent: bytes | None) -> bool:
    before, after = len(whole), len(decimals or b"")
    if exponent is None:
        return before > MOST_DIGITS or after > MOST_DECIMALS
    if len(exponent.lstrip(b"+-").lstrip(b"0")) > 4:
        return True
    shift = int(exponent)
    return before + shift > MOST_DIGITS_BY_EXPONENT or after - shift > MOST_DIGITS_BY_EXPONENT
