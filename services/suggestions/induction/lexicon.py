"""Values that were found to vary, and where they stand in a question."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from services.suggestions.induction.reading import VALUE
from services.suggestions.induction.words import Kind, kind_of

# The longest value, in words.
LONGEST = 5
START, END = "^", "$"

Words = tuple[str, ...]
Context = tuple[str, str]


class Span(NamedTuple):
    """Words [first, end) of a question."""

    first: int
    end: int


@dataclass
class Lexicon:
    """The values known. One of ordinary words only is a value where values stand, or `anywhere`.

    `english`: whether a word that is not in the list of English may be a name for that.
    `fixed`: words that are in no value, besides those that are in none by their kind.
    """

    english: bool = True
    fixed: frozenset[str] = frozenset()
    contexts: dict[Words, set[Context]] = field(default_factory=dict)
    anywhere: set[Words] = field(default_factory=set)
    usual: set[Context] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    refused: set[Words] = field(default_factory=set)
    _starts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __contains__(self, value: Words) -> bool:
        return value in self.contexts

    def __iter__(self) -> Iterator[Words]:
        return iter(self.contexts)

    def __len__(self) -> int:
        return len(self.contexts)

    def state(self) -> tuple[object, ...]:
        """All that decides what is found in a question, to compare with what it was."""
        contexts = {value: frozenset(seen) for value, seen in self.contexts.items()}
        return contexts, set(self.anywhere), set(self.usual), set(self.before)

    def add(self, value: Words, contexts: Iterable[Context] = ()) -> None:
        if value not in self.contexts:
            self.contexts[value] = set()
            lengths = self._starts[value[0]]
            if len(value) not in lengths:
                lengths.append(len(value))
                lengths.sort(reverse=True)
        self.contexts[value].update(contexts)

    def drop(self, value: Words) -> None:
        self.refused.add(value)
        del self.contexts[value]
        self.anywhere.discard(value)

    def is_open(self, value: Iterable[str]) -> bool:
        """Whether a word in it may be a name."""
        return any(word == VALUE or (self.english and kind_of(word) is Kind.OPEN) for word in value)

    def varies(self, word: str) -> bool:
        """Whether a word can be a value or a part of one."""
        return word not in self.fixed and (
            word == VALUE or kind_of(word) in (Kind.OPEN, Kind.ORDINARY)
        )

    def find(self, words: Words) -> list[Span]:
        """The values in a question, from left to right, the longer one first."""
        found: list[Span] = []
        at, previous = 0, START
        while at < len(words):
            end = self._end(words, at, previous)
            if end:
                found.append(Span(at, end))
            previous = VALUE if end else words[at]
            at = end or at + 1
        return found

    def _end(self, words: Words, at: int, previous: str) -> int:
        for length in self._starts.get(words[at], ()):
            value = words[at : at + length]
            if len(value) == length and value in self.contexts:
                following = words[at + length] if at + length < len(words) else END
                if self._stands(value, (previous, following)):
                    return at + length
        return 0

    def _stands(self, value: Words, context: Context) -> bool:
        """Whether `value` is meant as one between these two."""
        if value in self.anywhere or self.is_open(value):
            return True
        previous, following = context
        return (
            context in self.contexts[value]
            or context in self.usual
            or previous == VALUE
            or (previous in self.before and bounds(following))
        )


def bounds(word: str) -> bool:
    """Whether no value goes on with this word."""
    return word in (START, END) or kind_of(word) in (Kind.FUNCTION, Kind.MARK, Kind.SLOT)


def abstract(words: Words, spans: Iterable[Span]) -> Words:
    """The question with its values taken out."""
    parts: list[str] = []
    done = 0
    for first, end in spans:
        parts += [*words[done:first], VALUE]
        done = end
    return (*parts, *words[done:])
