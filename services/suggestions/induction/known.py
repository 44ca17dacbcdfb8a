"""The templates that an organization's questions were found to have: stable, older ones first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from services.suggestions.induction.lexicon import LONGEST, Span, Words
from services.suggestions.induction.reading import VALUE, Reading
from services.suggestions.induction.words import ARTICLE, WITHIN_NAMES, Kind, kind_of
from services.suggestions.templates.template import Slot, Template

# What an induced slot is called: as one that holds a value which the vocabulary names, so that
# questions come out the same whether it does or not.
SLOT = "value"
# They do not make another template at the end of one.
_TRAILING = frozenset("?.!\u061f\u3002")
# Questions whose template is remembered.
_REMEMBERED = 4096
_SLOT_WORD = "{" + SLOT + "}"


@dataclass(frozen=True)
class Induced:
    """A template with slots that were found; `words` has VALUE for each of them.

    `into`: the number of the wider one that it was merged with since.
    """

    number: int
    version: int
    template_key: bytes
    words: Words
    takes_names: bool
    into: int | None = None


class Match(NamedTuple):
    """A question's template, and which of its words fill the template's slots."""

    template: Induced
    spans: tuple[Span, ...]


class _Node:
    __slots__ = ("hole", "next", "template")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.hole: _Node | None = None
        self.template: Induced | None = None


@dataclass(frozen=True)
class Known:
    """What is known as of a version. `values` tell since which version they fit a slot."""

    version: int = 0
    templates: tuple[Induced, ...] = ()
    values: Mapping[Words, int] = field(default_factory=dict)

    @cached_property
    def in_use(self) -> tuple[Induced, ...]:
        """The templates that were not merged with a wider one."""
        return tuple(template for template in self.templates if template.into is None)

    def match(self, words: Words) -> Match | None:
        """The template that fitted first, of those that fit, or what it was merged with since.

        What fitted first fits for good, so a question changes its template by merges only.
        """
        if words not in self._matched:
            if len(self._matched) >= _REMEMBERED:
                self._matched.clear()
            self._matched[words] = self._match(words)
        return self._matched[words]

    def _match(self, words: Words) -> Match | None:
        fits = (
            (since, one.number, one)
            for one, spans in self._paths(words)
            if (since := self._since(one, words, spans))
        )
        found = min(fits, default=None, key=lambda fit: fit[:2])
        return self._as(self.in_place_of(found[2]), words) if found else None

    def wider(self, template: Induced) -> Induced | None:
        """The template in use that takes in all questions of another one, if there is any."""
        fits = (
            (since, one.number, one)
            for one, spans in self._paths(template.words)
            if one.into is None
            and one.number != template.number
            and (since := self._since(one, template.words, spans))
        )
        found = min(fits, default=None, key=lambda fit: fit[:2])
        return found[2] if found else None

    def in_place_of(self, template: Induced) -> Induced:
        """What a template was merged with since, or itself."""
        template = self._by_number[template.number]
        while template.into is not None:
            template = self._by_number[template.into]
        return template

    def _as(self, template: Induced, words: Words) -> Match:
        """The words as an instance of a template that they fit, or whose narrower one they do."""
        spans = min(spans for one, spans in self._paths(words) if one is template)
        return Match(template, spans)

    @cached_property
    def _matched(self) -> dict[Words, Match | None]:
        return {}

    @cached_property
    def _by_number(self) -> dict[int, Induced]:
        return {template.number: template for template in self.templates}

    @cached_property
    def _root(self) -> "_Node":
        root = _Node()
        for template in self.templates:
            node = root
            for word in template.words:
                if word == VALUE:
                    node.hole = node.hole or _Node()
                    node = node.hole
                else:
                    node = node.next.setdefault(word, _Node())
            node.template = node.template or template
        return root

    def _paths(self, words: Words) -> Iterator[tuple[Induced, tuple[Span, ...]]]:
        """The templates whose words these are, values aside, and what stands in their slots."""
        paths: list[tuple[_Node, int, tuple[Span, ...]]] = [(self._root, 0, ())]
        while paths:
            node, at, spans = paths.pop()
            if at == len(words):
                if node.template:
                    yield node.template, spans
                continue
            if following := node.next.get(_SLOT_WORD if words[at] == VALUE else words[at]):
                paths.append((following, at + 1, spans))
            if node.hole:
                hole = node.hole
                paths += [(hole, end, (*spans, Span(at, end))) for end in _ends(words, at)]

    def _since(self, template: Induced, words: Words, spans: Sequence[Span]) -> int:
        """The version since which these words are the template's; 0 where they are not."""
        since = template.version
        for first, end in spans:
            value = words[first:end]
            if value[0] in (VALUE, _SLOT_WORD):
                continue
            named = template.takes_names and all(kind_of(word) is Kind.OPEN for word in value)
            if not named:
                if value not in self.values:
                    return 0
                since = max(since, self.values[value])
        return since


def _ends(words: Words, at: int) -> Iterable[int]:
    """Where a value that begins here may end."""
    if words[at] in (VALUE, _SLOT_WORD):
        return [at + 1]
    ends: list[int] = []
    for end in range(at + 1, min(len(words), at + LONGEST) + 1):
        if words[end - 1] in WITHIN_NAMES and (end > at + 1 or words[at] == ARTICLE):
            continue
        if kind_of(words[end - 1]) not in (Kind.OPEN, Kind.ORDINARY):
            break
        ends.append(end)
    return ends


def compared(reading: Reading) -> Words:
    """The words by which a template is compared: without marks that make no other template."""
    words = reading.words
    while words and words[-1] in _TRAILING:
        words = words[:-1]
    return words


def filled(reading: Reading, match: Match, slots: Sequence[Slot]) -> Template:
    """The template as this question spells it, with its own slots and those that were found."""
    parts: list[str] = []
    found: list[Slot] = []
    own = iter(slots)
    ends = {span.first: span.end for span in match.spans}
    done = at = 0
    while at < len(reading.words):
        end = ends.get(at, 0)
        if is_slot(reading.words[at]):
            found.extend(slot for slot in [next(own, None)] if slot)
        elif end:
            start, stop = reading.spans[at][0], reading.spans[end - 1][1]
            parts += [reading.text[done:start], _SLOT_WORD]
            found.append(Slot(SLOT, reading.text[start:stop], -1, -1, None))
            done = stop
        at = max(end, at + 1)
    return Template("".join((*parts, reading.text[done:])), tuple(found))


def is_slot(word: str) -> bool:
    """Whether a word of a reading is a slot of the template."""
    return kind_of(word) is Kind.SLOT
