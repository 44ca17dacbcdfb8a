"""What a connection's data are called: metrics, dimensions, entities and their synonyms."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple

from services.common.inflections import inflections, noun_inflections
from services.suggestions.templates.phrases import PhraseIndex
from services.suggestions.templates.words import fold, phrases_of, plain_words, split_words

TermKind = Literal["metric", "dimension", "entity"]
_KINDS: dict[str, TermKind] = {
    "metrics": "metric",
    "dimensions": "dimension",
    "entities": "entity",
}
_KEYS: dict[str, frozenset[str]] = {
    "metrics": frozenset({"name", "synonyms", "derived"}),
    "dimensions": frozenset({"name", "synonyms", "values"}),
    "entities": frozenset({"name", "synonyms"}),
}


@dataclass(frozen=True)
class Term:
    """One thing that queries name. `derived`: a metric computed from others, such as a growth rate.

    `values`: known values of a dimension.
    """

    name: str
    kinds: tuple[TermKind, ...]
    synonyms: tuple[str, ...] = ()
    derived: bool = False
    values: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The name and its synonyms."""
        return frozenset({self.name, *self.synonyms})


class Meaning(NamedTuple):
    """What a phrase in a query stands for: a term, or one of a dimension's values."""

    term: Term
    is_value: bool


@dataclass(frozen=True)
class Vocabulary:
    """Terms in order, one for each name. Immutable; the matching indexes are made at first use."""

    terms: tuple[Term, ...] = ()
    EMPTY: ClassVar["Vocabulary"]

    @classmethod
    def of(cls, terms: Iterable[Term]) -> "Vocabulary":
        """A vocabulary of terms, in which a name that comes again is united with the first."""
        return cls(_unite(terms))

    @classmethod
    def merged(cls, vocabularies: Iterable["Vocabulary"]) -> "Vocabulary":
        """One vocabulary of many; a name in several has the kinds and synonyms of all."""
        return cls.of(term for vocabulary in vocabularies for term in vocabulary.terms)

    @cached_property
    def metrics(self) -> tuple[Term, ...]:
        return self._of_kind("metric")

    @cached_property
    def dimensions(self) -> tuple[Term, ...]:
        return self._of_kind("dimension")

    @cached_property
    def entities(self) -> tuple[Term, ...]:
        return self._of_kind("entity")

    @cached_property
    def version(self) -> str:
        """Hex hash of the content; the order of terms does not change it."""
        content = sorted(
            [t.name, *map(sorted, (t.kinds, t.synonyms, t.values)), t.derived] for t in self.terms
        )
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]

    @cached_property
    def phrases(self) -> PhraseIndex[Meaning]:
        """Phrases of queries: names, synonyms and values, singular and plural."""
        named = ((p, Meaning(t, False)) for t in self.terms for p in _phrases(t.names))
        valued = ((p, Meaning(t, True)) for t in self.terms for p in _phrases(t.values))
        return PhraseIndex([*named, *valued], noun_inflections)

    @cached_property
    def possessives(self) -> frozenset[tuple[str, ...]]:
        """The values that end in a possessive, as words without it: "Macy's" is none of "Macy"."""
        values = (value for term in self.terms for value in term.values)
        return frozenset(plain_words(value) for value in values if fold(value).endswith("'s"))

    def names_of(self, word: str) -> frozenset[str]:
        """Every name of the terms that `word` (a name, a synonym, an inflection) belongs to.

        The word itself where no term is known by it.
        """
        found = {name for term in self.terms_of(word) for name in term.names}
        return frozenset(found) if found else frozenset({word})

    def terms_of(self, word: str) -> tuple[Term, ...]:
        """The terms that `word` names; mostly one, none where it is unknown."""
        terms: dict[str, Term] = {}
        for words in (split_words(word), plain_words(word)):
            found = self._names.longest(words, 0) if words else None
            if found and found[0] == len(words):
                terms.update((term.name, term) for term in found[1])
        return tuple(terms.values())

    @cached_property
    def _names(self) -> PhraseIndex[Term]:
        return PhraseIndex(((p, t) for t in self.terms for p in _phrases(t.names)), inflections)

    def _of_kind(self, kind: TermKind) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if kind in term.kinds)


Vocabulary.EMPTY = Vocabulary()
EMPTY = Vocabulary.EMPTY


def parse_vocabulary(text: str) -> Vocabulary:
    """A vocabulary from TOML: [[metrics]], [[dimensions]], [[entities]].

    Each has a `name` and maybe `synonyms`; a metric maybe `derived`, a dimension maybe `values`.
    ValueError says what to change.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the vocabulary is not valid TOML: {error}") from error
    unknown = sorted(document.keys() - _KINDS.keys())
    if unknown:
        raise ValueError(
            f"unknown table [[{unknown[0]}]]: use [[metrics]], [[dimensions]], [[entities]]"
        )
    return Vocabulary.of(
        term for table in _KINDS for term in _terms(table, document.get(table, []))
    )


def _terms(table: str, entries: object) -> list[Term]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"{table} must be a list of tables: begin each one with [[{table}]]")
    terms = [_term(table, f"[[{table}]] entry {i}", entry) for i, entry in enumerate(entries, 1)]
    seen: set[str] = set()
    for term in terms:
        if fold(term.name) in seen:
            raise ValueError(f"[[{table}]] names {term.name!r} twice: merge the two entries")
        seen.add(fold(term.name))
    return terms


def _term(table: str, where: str, entry: Mapping[str, object]) -> Term:
    unknown = sorted(entry.keys() - _KEYS[table])
    if unknown:
        allowed = ", ".join(sorted(_KEYS[table]))
        raise ValueError(f"{where} has an unknown key {unknown[0]!r}: it may have {allowed}")
    name = entry.get("name")
    if not isinstance(name, str) or not split_words(name):
        raise ValueError(f'{where} needs a name with a letter or a digit: name = "revenue"')
    derived = entry.get("derived", False)
    if not isinstance(derived, bool):
        raise ValueError(f"{where} ({name}): derived must be true or false")
    return Term(
        name=name.strip(),
        kinds=(_KINDS[table],),
        synonyms=_strings(entry, "synonyms", f"{where} ({name})"),
        derived=derived,
        values=_strings(entry, "values", f"{where} ({name})"),
    )


def _strings(entry: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    found = entry.get(key, [])
    if isinstance(found, list) and all(isinstance(s, str) and split_words(s) for s in found):
        return tuple(dict.fromkeys(s.strip() for s in found))
    raise ValueError(f'{where}: {key} must be a list of words: {key} = ["one", "another"]')


def _phrases(names: Iterable[str]) -> list[tuple[str, ...]]:
    return [phrase for name in sorted(names) for phrase in sorted(phrases_of(name))]


def _unite(terms: Iterable[Term]) -> tuple[Term, ...]:
    united: dict[str, Term] = {}
    for term in terms:
        key = " ".join(split_words(term.name)) or term.name
        united[key] = _union(united[key], term) if key in united else term
    return tuple(united.values())


def _union(one: Term, other: Term) -> Term:
    names = dict.fromkeys((*one.synonyms, other.name, *other.synonyms))
    return Term(
        name=one.name,
        kinds=tuple(dict.fromkeys((*one.kinds, *other.kinds))),
        synonyms=tuple(name for name in names if name != one.name),
        derived=one.derived or other.derived,
        values=tuple(dict.fromkeys((*one.values, *other.values))),
    )
