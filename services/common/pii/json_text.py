"""Masks the texts of a JSON document and leaves all else, above all numbers, byte for byte."""

import re

import msgspec

from services.common.pii.finding import Finding
from services.common.pii.scanning import DEFAULT_REGION, find, masked_at

STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
AFTER_KEY = re.compile(rb"[ \t\r\n]*+:[ \t\r\n]*+")


def masked_json(utf8: bytes, region: str = DEFAULT_REGION) -> bytes:
    """Valid JSON with its string values masked, keys and numbers as they came; in linear time.

    A key speaks of its value: {"password": "hunter2"} becomes {"password": "[secret]"}.
    """
    parts, at, key, key_end = [], 0, "", -1
    for token in STRING.finditer(utf8):
        after = AFTER_KEY.match(utf8, token.end())
        if after:
            key, key_end = msgspec.json.decode(token[0], type=str), after.end()
            continue
        value = msgspec.json.decode(token[0], type=str)
        hidden = masked_value(key if key_end == token.start() else "", value, region)
        if hidden is not None:
            parts += [utf8[at : token.start()], msgspec.json.encode(hidden)]
            at = token.end()
    return b"".join((*parts, utf8[at:])) if parts else utf8


def masked_value(key: str, value: str, region: str) -> str | None:
    """The value without personal data; None where it has none."""
    said = f"{key}: " if key else ""
    shift = len(said)
    findings = [
        Finding(one.kind, max(0, one.start - shift), one.end - shift)
        for one in find(said + value, region)
        if one.end > shift
    ]
    return masked_at(value, findings) if findings else None
