"""The shape of a template: text with {slots}, its identity, and how to take it apart."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

_PARTS = re.compile(r"\{\{|\}\}|\{([A-Za-z][A-Za-z0-9_]*)\}|[^{}]+|.", re.DOTALL)
_TRAILING = "?.!\u061f\u3002 "
# NFKC turns each of these into a plain brace, which must not become a slot.
_BRACES = str.maketrans(
    dict.fromkeys("{\uff5b\ufe5b\ufe37", "{{") | dict.fromkeys("}\uff5d\ufe5c\ufe38", "}}")
)


@dataclass(frozen=True)
class Slot:
    """A part of a query that varies; offsets are the query's, `term` is the vocabulary's name."""

    kind: str
    text: str
    start: int
    end: int
    term: str | None


@dataclass(frozen=True)
class SlotName:
    """A slot as it stands in a template."""

    kind: str


@dataclass(frozen=True)
class Template:
    """A query with its slots named. White space is collapsed; braces of the query are doubled."""

    text: str
    slots: tuple[Slot, ...]

    @cached_property
    def key(self) -> str:
        """Identity: templates that differ in case, white space or trailing ?.! only share it."""
        return template_key(self.text)


@lru_cache(maxsize=16_384)
def template_key(text: str) -> str:
    """The identity of a template's text, however it came to be written."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    folded = folded.casefold()
    folded = folded if folded.isascii() else unicodedata.normalize("NFKC", folded)
    return " ".join(folded.split()).rstrip(_TRAILING)


def parse_template(text: str) -> tuple[str | SlotName, ...]:
    """Literals (braces undoubled) and slots, in order; ValueError for a brace that is neither.

    A folded key parses too: its {n} is N.
    """
    parts: list[str | SlotName] = []
    for match in _PARTS.finditer(text):
        part = _part(match, text)
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


def compose_template(parts: Iterable[str | SlotName]) -> str:
    """The inverse of `parse_template`."""
    return "".join(
        "{" + part.kind + "}" if isinstance(part, SlotName) else escape_literal(part)
        for part in parts
    )


def escape_literal(text: str) -> str:
    """`text` such that no part of it can be taken for a slot."""
    return text.translate(_BRACES)


def _part(match: re.Match[str], text: str) -> str | SlotName:
    if match[1]:
        return SlotName("N" if match[1] == "n" else match[1])
    if match[0] in ("{", "}"):
        raise ValueError(
            f"template {text!r}: the {match[0]!r} at {match.start()} must be doubled or name a slot"
        )
    return match[0][0] if match[0] in ("{{", "}}") else match[0]
