"""A template as words: what induction compares."""

import re
from dataclasses import dataclass
from functools import lru_cache

from services.suggestions.templates.template import Slot, Template
from services.suggestions.templates.words import ABBREVIATIONS, fold

# Stands for any value in its place; no folded word contains a capital.
VALUE = "{VALUE}"

# A slot; a doubled brace; what is written with a full stop and goes on; a word with what holds its
# parts together; any other sign.
_WORD = re.compile(
    rf"(?i)\b(?:{ABBREVIATIONS})\.(?=\s+\w)|"
    r"\{[A-Za-z][A-Za-z0-9_]*\}|\{\{|\}\}|[^\W_]+(?:(?:['\u2019.&/-]|\.(?=\w))[^\W_]+)*|[^\w\s]|_"
)


@dataclass(frozen=True)
class Reading:
    """A template's folded words, signs and {slots}, with where they stand in its text."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@lru_cache(maxsize=8192)  # the same templates come again and again
def read(text: str) -> Reading:
    """The words of a template's text, capitals and white space aside. Linear in its length."""
    found = [(fold(match.group()), match.span()) for match in _WORD.finditer(text)]
    return Reading(text, tuple(word for word, _ in found), tuple(span for _, span in found))


def reading_of(template: Template) -> Reading:
    """A template as words, in which a slot that holds a value of the vocabulary is a value."""
    reading = read(template.text)
    if not any(map(_is_value, template.slots)):
        return reading
    slots = iter(template.slots)
    words = tuple(
        VALUE if _is_slot(word) and (slot := next(slots, None)) and _is_value(slot) else word
        for word in reading.words
    )
    return Reading(reading.text, words, reading.spans)


def _is_slot(word: str) -> bool:
    return len(word) > 2 and word[0] == "{"


def _is_value(slot: Slot) -> bool:
    return slot.kind == "value" and slot.term is not None
