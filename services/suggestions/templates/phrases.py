"""Longest-phrase search over words, blind to inflection. Compiled once, linear to use."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class _Node(Generic[T]):
    __slots__ = ("children", "payloads")

    def __init__(self) -> None:
        self.children: dict[str, _Node[T]] = {}
        self.payloads: list[T] = []


class PhraseIndex(Generic[T]):
    """Phrases (tuples of folded words) with what they stand for."""

    def __init__(
        self,
        phrases: Iterable[tuple[tuple[str, ...], T]],
        forms: Callable[[str], frozenset[str]],
    ) -> None:
        self._root: _Node[T] = _Node()
        self._bases: dict[str, list[str]] = {}
        words: dict[str, None] = {}
        for phrase, payload in phrases:
            words.update(dict.fromkeys(phrase))
            self._add(phrase, payload)
        for word in words:
            for form in forms(word):
                self._bases.setdefault(form, []).append(word)

    def __bool__(self) -> bool:
        return bool(self._root.children)

    def longest(self, words: Sequence[str], start: int) -> tuple[int, list[T]] | None:
        """End (exclusive) of the longest phrase from `start`, and its meanings.

        An empty word is a joint within a compound (a hyphen) and is passed over.
        """
        if words[start] not in self._bases:
            return None
        found: tuple[int, list[T]] | None = None
        nodes = [self._root]
        for position in range(start, len(words)):
            word = words[position]
            if not word:
                continue
            nodes = self._step(nodes, word)
            if not nodes:
                break
            payloads = [payload for node in nodes for payload in node.payloads]
            if payloads:
                found = (position + 1, payloads)
        return found

    def found_in(self, words: Sequence[str]) -> bool:
        """Whether any phrase occurs anywhere in `words`."""
        return any(self.longest(words, start) is not None for start in range(len(words)))

    def _step(self, nodes: list[_Node[T]], word: str) -> list[_Node[T]]:
        bases = self._bases.get(word, ())
        return [n.children[base] for n in nodes for base in bases if base in n.children]

    def _add(self, phrase: tuple[str, ...], payload: T) -> None:
        node = self._root
        for word in phrase:
            node = node.children.setdefault(word, _Node())
        if payload not in node.payloads:
            node.payloads.append(payload)
