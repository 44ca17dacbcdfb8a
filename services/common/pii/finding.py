"""What was found, and how findings that overlap become one."""

from collections.abc import Iterable
from typing import NamedTuple

# From the one that wins where two overlap.
KINDS = ("secret", "email", "iban", "card", "national_id", "ip", "phone")


class Finding(NamedTuple):
    """Personal data of a kind (one of KINDS) in text[start:end]."""

    kind: str
    start: int
    end: int


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """In order and without overlaps: what overlaps becomes one, so that no part stays visible."""
    result: list[Finding] = []
    for one in sorted(findings, key=lambda f: (f.start, KINDS.index(f.kind))):
        if result and one.start < result[-1].end:
            last = result[-1]
            kind = min(last.kind, one.kind, key=KINDS.index)
            result[-1] = Finding(kind, last.start, max(last.end, one.end))
        else:
            result.append(one)
    return result
