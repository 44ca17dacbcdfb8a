"""Templates of many questions at once: rules and vocabulary, then what differs between them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.suggestions.induction.inducing import induce
from services.suggestions.induction.known import SLOT
from services.suggestions.induction.lexicon import Lexicon, Words
from services.suggestions.induction.reading import Reading, reading_of
from services.suggestions.templates.extract import extract
from services.suggestions.templates.template import (
    Slot,
    Template,
    compose_template,
    parse_template,
)
from services.suggestions.templates.vocabulary import Vocabulary

# Not what a question wrote itself, whose braces are doubled.
_TEXT_SLOT = re.compile(r"(?<!\{)\{text\}(?!\})")


@dataclass(frozen=True)
class Mined:
    """A question's template, equal for questions of one pattern, and its slots from left to right.

    The quotes of a quoted text belong to the template.
    """

    template: str
    slots: tuple[Slot, ...]


def mine(questions: Sequence[str], vocabulary: Vocabulary = Vocabulary.EMPTY) -> list[Mined]:
    """The templates of questions, in their order. Capitals do not matter; never raises."""
    templates = [extract(question, vocabulary) for question in questions]
    readings = [reading_of(template) for template in templates]
    variants: dict[Words, set[str]] = {}
    for question, reading in zip(questions, readings, strict=True):
        variants.setdefault(reading.words, set()).add(" ".join(question.casefold().split()))
    lexicon = induce({words: len(asked) for words, asked in variants.items()})
    return [
        _mined(question, template, reading, lexicon)
        for question, template, reading in zip(questions, templates, readings, strict=True)
    ]


def _mined(question: str, template: Template, reading: Reading, lexicon: Lexicon) -> Mined:
    text, values = with_slots(reading, lexicon)
    induced = _located(question, template.slots, values)
    slots = sorted((*map(_unquoted, template.slots), *induced), key=lambda slot: slot.start)
    folded = " ".join(_quoted(text, template.slots).casefold().split())
    return Mined(compose_template(parse_template(folded)), tuple(slots))


def with_slots(reading: Reading, lexicon: Lexicon) -> tuple[str, list[str]]:
    """The template's text with a slot for each value, and these values as they stand there."""
    parts: list[str] = []
    values: list[str] = []
    done = 0
    for first, end in lexicon.find(reading.words):
        start, stop = reading.spans[first][0], reading.spans[end - 1][1]
        parts += [reading.text[done:start], "{", SLOT, "}"]
        values.append(reading.text[start:stop])
        done = stop
    return "".join((*parts, reading.text[done:])), values


def _located(question: str, slots: Sequence[Slot], values: Sequence[str]) -> list[Slot]:
    """Where the values of a template's text stand in the question, outside of its slots."""
    taken = [(slot.start, slot.end) for slot in slots]
    found: list[Slot] = []
    at = 0
    for value in values:
        pattern = re.compile(r"\s+".join(map(re.escape, value.split())), re.IGNORECASE)
        matches = (match for match in pattern.finditer(question, at))
        free = (m for m in matches if not any(m.start() < b and a < m.end() for a, b in taken))
        if match := next(free, None):
            found.append(Slot(SLOT, match.group(), *match.span(), None))
            at = match.end()
    return found


def _quoted(text: str, slots: Sequence[Slot]) -> str:
    """The text with the quotes of its quoted texts around their slots."""
    texts = (slot for slot in slots if slot.kind == "text")

    def quote(match: re.Match[str]) -> str:
        slot = next(texts, None)
        if slot is None or not _is_quoted(slot):
            return match.group()
        return f"{slot.text[0]}{match.group()}{slot.text[-1]}"

    return _TEXT_SLOT.sub(quote, text)


def _is_quoted(slot: Slot) -> bool:
    return slot.kind == "text" and len(slot.text) > 1 and not slot.text[0].isalnum()


def _unquoted(slot: Slot) -> Slot:
    if not _is_quoted(slot):
        return slot
    inner = slot.text[1:-1]
    start = slot.start + 1 + len(inner) - len(inner.lstrip())
    return Slot(slot.kind, inner.strip(), start, start + len(inner.strip()), slot.term)
