"""What data are called: what may be put, and what of it fits into one fact. No I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.common.errors import Violation

Kind = Literal["metric", "dimension", "entity"]
KINDS: tuple[Kind, ...] = ("metric", "dimension", "entity")
# What is put at once, in all its names, synonyms and values together.
MOST_CHARACTERS = 200_000
# What a fact holds, so that a few of them fit into one message of 4 MiB.
MOST_TERMS = 1_000
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Term:
    """One thing that questions name. `derived`: a metric that is computed from others.

    `values` are those of a dimension.
    """

    name: str
    kind: Kind
    synonyms: tuple[str, ...] = ()
    derived: bool = False
    values: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is written of it."""
        return (self.name, *self.synonyms, *self.values)


@dataclass(frozen=True, kw_only=True)
class Put:
    """The words that were put for a connection, and by whom."""

    terms: Sequence[Term]
    updated_at: datetime
    updated_by: str


def violations_of(field: str, terms: Sequence[Term]) -> Iterator[Violation]:
    """What is wrong with the terms of one kind, which a request has in a field of this name."""
    seen: set[str] = set()
    for at, term in enumerate(terms):
        name = term.name.strip().casefold()
        if not any(character.isalnum() for character in name):
            yield Violation(f"{field}[{at}].name", "needs a letter or a digit")
        elif name in seen:
            yield Violation(f"{field}[{at}].name", f"{name!r} is there twice: merge the two")
        seen.add(name)


def too_long(terms: Sequence[Term]) -> Iterator[Violation]:
    characters = sum(len(text) for term in terms for text in term.texts)
    if characters > MOST_CHARACTERS:
        told = f"{characters:,} characters in all its words; {MOST_CHARACTERS:,} are the most"
        yield Violation("vocabulary", told)


def fitted(terms: Sequence[Term], most_bytes: int = MOST_BYTES) -> tuple[list[Term], int]:
    """What of the terms a fact holds, and how many terms, synonyms and values are left out.

    The first terms of each kind stay. Where they are still too large, each keeps its first synonyms
    and values: half as many of them, and half again, until all fits.
    """
    kept = [term for kind in KINDS for term in of_kind(terms, kind)[:MOST_TERMS]]
    most = max((len(term.texts) for term in kept), default=0)
    while most and size(kept) > most_bytes:
        most //= 2
        kept = [shortened(term, most) for term in kept]
    return kept, count(terms) - count(kept)


def of_kind(terms: Sequence[Term], kind: Kind) -> list[Term]:
    return [term for term in terms if term.kind == kind]


def shortened(term: Term, most: int) -> Term:
    return replace(term, synonyms=term.synonyms[:most], values=term.values[:most])


def size(terms: Sequence[Term]) -> int:
    """About how many bytes the terms take."""
    return sum(len(text.encode()) + 4 for term in terms for text in term.texts)


def count(terms: Sequence[Term]) -> int:
    return sum(len(term.texts) for term in terms)
