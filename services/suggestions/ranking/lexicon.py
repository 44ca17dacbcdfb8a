"""The catalogue's words, indexed by their beginnings."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from services.suggestions.ranking.english import fold, plural, singular, tidy
from services.suggestions.ranking.model import TERM_KINDS
from services.suggestions.templates.vocabulary import Term, Vocabulary
from services.suggestions.templates.words import Exclusion

_BRACE = re.compile(r"[{}]")  # A name with one would look like a slot.
_LONGEST = 120  # characters of a term as people type it
_WORD_END = re.compile(r"(?<=[^\s])(?=[\s,.?!;:]|$)")
# Sums of these mean nothing, whatever the catalogue says of how they are made.
_RATIOS = frozenset(
    [
        "average",
        "avg",
        "mean",
        "median",
        "margin",
        "price",
        "rate",
        "ratio",
        "share",
        "percent",
        "percentage",
        "score",
        "index",
    ]
)


@dataclass(frozen=True, slots=True)
class Surface:
    """One spelling of a term; `form`: 0 its name, 1 an inflection, 2 a synonym, 3 one inflected."""

    folded: str
    text: str
    term: str
    form: int


@dataclass(frozen=True)
class Lexicon:
    """Finds terms by what is typed."""

    terms: dict[str, Term]
    order: dict[str, int]
    by_kind: dict[str, tuple[Surface, ...]]
    _exact: dict[str, dict[str, Surface]] = field(repr=False)
    _sorted: dict[str, tuple[list[str], list[Surface]]] = field(repr=False)

    def exact(self, kind: str, folded: str) -> Surface | None:
        """The term of that kind spelled so."""
        return self._exact[kind].get(folded)

    def resolve(self, word: str) -> str:
        """The name of the term that the word names, of any kind; "" where none does."""
        folded = fold(word)
        found = (self.exact(kind, folded) for kind in ("metric", "dimension", "entity"))
        return next((surface.term for surface in found if surface), "")

    def beginning(self, kind: str, folded: str) -> list[Surface]:
        """What starts so, one spelling a term, names before synonyms and in catalogue order."""
        keys, surfaces = self._sorted[kind]
        best: dict[str, Surface] = {}
        for at in range(bisect_left(keys, folded), len(keys)):
            if not keys[at].startswith(folded):
                break
            surface = surfaces[at]
            if surface.term not in best or surface.form < best[surface.term].form:
                best[surface.term] = surface
        return sorted(best.values(), key=lambda found: (found.form, self.order[found.term]))

    def leading(self, kind: str, folded: str) -> Iterator[Surface]:
        """The terms that the text starts with, at a word's end, the longest first."""
        ends = [match.start() for match in _WORD_END.finditer(folded, 0, _LONGEST)]
        for end in reversed(ends):
            if surface := self._exact[kind].get(folded[:end]):
                yield surface

    def additive(self, term: str) -> bool:
        """Whether sums of the metric mean something: a margin or a price has none."""
        words = fold(term).replace("_", " ").split()
        return not self.terms[term].derived and not _RATIOS.intersection(words)

    def mentions(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """The terms in folded words: start, end and name, the longest at each place."""
        found, at = [], 0
        while at < len(words):
            end, term = self._longest(words, at)
            if term:
                found.append((at, end, term))
            at = end
        return found

    def _longest(self, words: Sequence[str], at: int) -> tuple[int, str]:
        for end in range(min(len(words), at + 6), at, -1):
            phrase = " ".join(words[at:end]).strip(",.?!;:")
            for kind in ("metric", "dimension", "entity"):
                if surface := self._exact[kind].get(phrase):
                    return end, surface.term
        return at + 1, ""


@dataclass(frozen=True)
class _Key:
    """A vocabulary as a cache key: cheaper to hash than all its terms."""

    version: str
    order: tuple[str, ...]
    vocabulary: Vocabulary = field(compare=False)


def lexicon(vocabulary: Vocabulary) -> Lexicon:
    """The vocabulary's index; kept for the vocabularies in use."""
    order = tuple(term.name for term in vocabulary.terms)
    return _build(_Key(vocabulary.version, order, vocabulary))


def exclusion(vocabulary: Vocabulary, names: tuple[str, ...]) -> tuple[Exclusion, frozenset[str]]:
    """What must not be shown, and the terms that it forbids; kept like the index."""
    order = tuple(term.name for term in vocabulary.terms)
    return _exclusion(_Key(vocabulary.version, order, vocabulary), names)


@lru_cache(maxsize=1024)
def _exclusion(key: _Key, names: tuple[str, ...]) -> tuple[Exclusion, frozenset[str]]:
    found = Exclusion.of(names, key.vocabulary)
    return found, frozenset(t.name for t in key.vocabulary.terms if names and found.hits(t.name))


@lru_cache(maxsize=256)
def _build(key: _Key) -> Lexicon:
    vocabulary = key.vocabulary
    exact: dict[str, dict[str, Surface]] = {kind: {} for kind in sorted(TERM_KINDS)}
    for form in range(4):  # A name beats another term's inflection, and that a synonym.
        for term in vocabulary.terms:
            for kind in TERM_KINDS.intersection(term.kinds):
                for surface in _surfaces(term, form):
                    exact[kind].setdefault(surface.folded, surface)
    terms = {term.name: term for term in vocabulary.terms}
    ordered = {kind: sorted(found.items()) for kind, found in exact.items()}
    return Lexicon(
        terms=terms,
        order={term.name: at for at, term in enumerate(vocabulary.terms)},
        by_kind={
            kind: tuple(_listed(kind, found.values(), terms)) for kind, found in exact.items()
        },
        _exact=exact,
        _sorted={
            kind: ([key for key, _ in found], [surface for _, surface in found])
            for kind, found in ordered.items()
        },
    )


def _listed(kind: str, found: Iterable[Surface], terms: dict[str, Term]) -> list[Surface]:
    """The names of that kind: what is above all of that kind ("product") before what is also."""
    named: dict[str, Surface] = {}
    for surface in found:
        if surface.form == 0:
            named.setdefault(surface.term, surface)
    return sorted(named.values(), key=lambda surface: terms[surface.term].kinds[0] != kind)


def _surfaces(term: Term, form: int) -> list[Surface]:
    found = [Surface(fold(text), tidy(text), term.name, form) for text in _spellings(term, form)]
    return [surface for surface in found if surface.folded and not _BRACE.search(surface.folded)]


def _spellings(term: Term, form: int) -> tuple[str, ...]:
    # People write "order value" where a column is named order_value.
    name = term.name.replace("_", " ")
    if form == 0:
        return (name, term.name)
    if form == 1:
        return (plural(name), singular(name))
    synonyms = [synonym.replace("_", " ") for synonym in term.synonyms]
    if form == 2:
        return tuple(synonyms)
    return tuple(inflected for name in synonyms for inflected in (plural(name), singular(name)))
