"""Masks the texts of a JSON document and leaves all else, above all numbers, byte for byte."""

import re
from collections import Counter

import msgspec

from services.common.pii.finding import Finding
from services.common.pii.scanning import DEFAULT_REGION, find, masked_at

STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
AFTER_KEY = re.compile(rb"[ \t\r\n]*+:[ \t\r\n]*+")


def masked_json(utf8: bytes, region: str = DEFAULT_REGION) -> bytes:
    """Valid JSON with its string values and keys masked, numbers as they came; in linear time.

    A key speaks of its value: {"password": "hunter2"} becomes {"password": "[secret]"}. Keys that
    become the same are numbered, so that none hides another: "[email]", "[email] 2".
    """
    parts, at, key, key_end, keys = [], 0, "", -1, Keys(region)
    for token in STRING.finditer(utf8):
        after, text = AFTER_KEY.match(utf8, token.end()), msgspec.json.decode(token[0], type=str)
        if after:
            key, key_end = text, after.end()
            hidden = keys.masked(key)
        else:
            hidden = masked_value(key if key_end == token.start() else "", text, region)
        if hidden is not None:
            parts += [utf8[at : token.start()], msgspec.json.encode(hidden)]
            at = token.end()
    return b"".join((*parts, utf8[at:])) if parts else utf8


class Keys:
    """The keys of a document: the same one is masked the same, and another otherwise."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._known: dict[str, str | None] = {}
        self._counts: Counter[str] = Counter()

    def masked(self, key: str) -> str | None:
        """The key without personal data; None where it has none."""
        if key not in self._known:
            findings = find(key, self._region)
            self._known[key] = self._numbered(masked_at(key, findings)) if findings else None
        return self._known[key]

    def _numbered(self, hidden: str) -> str:
        self._counts[hidden] += 1
        count = self._counts[hidden]
        return hidden if count == 1 else f"{hidden} {count}"


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
