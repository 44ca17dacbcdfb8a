"""A query to its template: what varies becomes typed slots, all else stays as it was written.

Rules (numbers, times, money, quoted texts, ids) and the vocabulary are tried at each place from
left to right; the longer match wins, and between equals the rule. Two conventions make questions
that ask the same come out the same, as in the documented "Show me quarterly profits from last 5
years", which is "Show me {metric} for {timeframe}":

* the grain directly before a metric ("quarterly") belongs to its slot, because it qualifies the
  metric as the word "net" would, and whoever fills the slot may name any grain;
* from, over, in, during, within and for, with or without "the", are written "for" before a
  {timeframe}, because they say the same there. Other times keep their words: "in {year}".

A term of several kinds is a dimension after "by" or "across", an entity after "top 10" or "list",
and else a metric, an entity or a dimension, in this order.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from services.suggestions.templates.lexer import Tokens, lex
from services.suggestions.templates.rules import RULES, STARTS, TIME_PREPOSITION
from services.suggestions.templates.template import (
    Slot,
    SlotName,
    Template,
    compose_template,
    escape_literal,
    parse_template,
    template_key,
)
from services.suggestions.templates.vocabulary import Meaning, TermKind, Vocabulary

__all__ = [
    "Slot",
    "SlotName",
    "Template",
    "compose_template",
    "extract",
    "parse_template",
    "template_key",
]

_Preference = tuple[TermKind, ...]
_GROUPING: _Preference = ("dimension", "metric", "entity")
_LISTING: _Preference = ("entity", "metric", "dimension")
_OTHERWISE: _Preference = ("metric", "entity", "dimension")
_NUMBERS = frozenset("4kNVn")
_YEAR_CUES = frozenset("iF6G~xb&,0")
# Control characters and lone surrogates cannot be stored as text.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x9f\ud800-\udfff]")


class _Found(NamedTuple):
    """A slot over tokens [first, last]."""

    kind: str
    first: int
    last: int
    term: str | None = None
    preference: _Preference = _OTHERWISE


def extract(query: str, vocabulary: Vocabulary) -> Template:
    """The template of a query. Deterministic, linear in its length, and never raises for any text.

    Slots keep the query's own characters; the template's text has U+FFFD for what cannot be stored.
    """
    tokens = lex(query)
    found = _find(tokens, vocabulary)
    slots = tuple(_slot(query, tokens, one) for one in found)
    return Template(_write(query, tokens, found), slots)


def _find(tokens: Tokens, vocabulary: Vocabulary) -> list[_Found]:
    found: list[_Found] = []
    phrases = vocabulary.phrases
    position, count = 0, len(tokens.words)
    while position < count:
        named = None if _is_unit(tokens, position) else phrases.longest(tokens.words, position)
        ruled = _ruled(tokens.classes, position)
        if named and (ruled is None or named[0] > ruled.last + 1):
            end, meanings = named
            end += _goes_on(tokens, position, end, vocabulary)
            _add_term(found, tokens, position, (end, meanings))
            position = end
        elif ruled:
            found.append(ruled)
            position = ruled.last + 1
        else:
            position += 1
    return found


def _goes_on(tokens: Tokens, first: int, end: int, vocabulary: Vocabulary) -> bool:
    """Whether the possessive ending after a value is the value's own."""
    if tokens.classes[end : end + 1] != "'":
        return False
    return tuple(filter(None, tokens.words[first:end])) in vocabulary.possessives


def _is_unit(tokens: Tokens, position: int) -> bool:
    """Whether a number stands before a unit of time: "12 months" names no dimension."""
    return tokens.classes[position] in "ur" and tokens.classes[position - 1 : position] in _NUMBERS


def _ruled(classes: str, position: int) -> _Found | None:
    if classes[position] not in STARTS:
        return None
    match = RULES.match(classes, position)
    return _Found(str(match.lastgroup), position, match.end() - 1) if match else None


def _add_term(
    found: list[_Found], tokens: Tokens, first: int, named: tuple[int, list[Meaning]]
) -> None:
    end, meanings = named
    preference = _preference(tokens.classes, first, found)
    kind, term = _resolve(meanings, preference)
    if kind == "metric" and _free(found, first - 1) and tokens.classes[first - 1] == "g":
        first -= 1
    if kind == "entity" and first:
        _count_entities(found, tokens.classes, first - 1)
    found.append(_Found(kind, first, end - 1, term, preference))


def _preference(classes: str, first: int, found: Sequence[_Found]) -> _Preference:
    """What kind of term stands best at `first`, by the words before it."""
    before = first - 1
    if before < 0:
        return _OTHERWISE
    if _counts(classes, before, found):
        return _LISTING
    if found and found[-1].last < before and set(classes[found[-1].last + 1 : first]) <= {*"&,"}:
        return found[-1].preference  # "by region and product"
    cue = classes[before]
    if cue == "h" and before > 0:
        cue = classes[before - 1]
    if cue == "b":
        return _GROUPING
    return _LISTING if cue in "TML" else _OTHERWISE


def _resolve(meanings: Sequence[Meaning], preference: _Preference) -> tuple[str, str]:
    for kind in preference:
        for meaning in meanings:
            if not meaning.is_value and kind in meaning.term.kinds:
                return kind, meaning.term.name
    return "value", meanings[0].term.name


def _counts(classes: str, position: int, found: Sequence[_Found]) -> bool:
    """Whether the one token at `position` is a number that can count things, and no year."""
    if classes[position] == "n":
        return _free(found, position)
    alone = bool(found) and found[-1].first == found[-1].last == position
    return alone and classes[position] in "4kNy" and found[-1].kind in ("N", "value")


def _count_entities(found: list[_Found], classes: str, before: int) -> None:
    """A number directly before an entity counts entities, also one that could be a year."""
    bare_year = classes[before] == "y" and classes[before - 1 : before] not in _YEAR_CUES
    if _counts(classes, before, found):
        if not _free(found, before):
            found.pop()
        found.append(_Found("N", before, before))
    elif bare_year and found[-1].first == before and found[-1].kind == "year":
        found[-1] = found[-1]._replace(kind="N")


def _free(found: Sequence[_Found], position: int) -> bool:
    return position >= 0 and (not found or found[-1].last < position)


def _slot(query: str, tokens: Tokens, found: _Found) -> Slot:
    start, end = tokens.starts[found.first], tokens.ends[found.last]
    return Slot(found.kind, query[start:end], start, end, found.term)


def _write(query: str, tokens: Tokens, found: Sequence[_Found]) -> str:
    parts: list[str] = []
    done, free = 0, 0
    for one in found:
        start = tokens.starts[one.first]
        preposition = one.kind == "timeframe" and TIME_PREPOSITION.search(
            tokens.classes, free, one.first
        )
        if preposition:
            start = tokens.starts[preposition.start()]
        parts.append(_literal(query[done:start]))
        if preposition:
            parts.append("For " if query[start].isupper() else "for ")
        parts.append("{" + one.kind + "}")
        done, free = tokens.ends[one.last], one.last + 1
    parts.append(_literal(query[done:]))
    return " ".join("".join(parts).split())


def _literal(text: str) -> str:
    return escape_literal(_UNSTORABLE.sub("\ufffd", text))
