"""What items are found by, and how much each word of a question counts. No I/O.

Of the fields of an item its name counts most; a word counts more the rarer it is (inverse document
frequency), and the more often it stands in a text, up to a bound (as in BM25, Robertson and
Zaragoza, 2009).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from services.analytics.knowledge.search.words import (
    STOP,
    same_meaning,
    stem,
    stems,
    telling,
    words,
)
from services.analytics.knowledge.versions.domain import Draft

WHOLE = "="
LONGEST_NAME = 6  # words of a name that is looked for as a whole
LONGEST_TERM = 100
MOST_WORDS = 60  # of a question

NAME, SYNONYM, TAG, SUMMARY, BODY = 3.0, 2.5, 2.0, 1.2, 0.6
WHOLE_NAME, WHOLE_SYNONYM, EACH_FURTHER_WORD = 9.0, 8.0, 2.0
SATURATION = 1.0
# What a word counts that the question does not have itself.
MEANS_THE_SAME, OF_A_NAME = 0.5, 0.4
# A misspelt word has at least so many letters and so much in common with what it is read as.
SHORTEST_MISSPELT, ALIKE = 4, 0.7


@dataclass(frozen=True)
class Term:
    """What is looked for. `because` tells people, `factor` is from 0 to 1."""

    term: str
    factor: float
    because: str


def terms_of(draft: Draft) -> dict[str, float]:
    """Term -> weight."""
    found: dict[str, float] = {}
    for text, each, whole in named(draft):
        own = telling(text)
        count(found, own, each / math.sqrt(len(own) or 1))
        if 0 < len(all_of := stems(text)) <= LONGEST_NAME:
            further = EACH_FURTHER_WORD * (len(all_of) - 1)
            most(found, WHOLE + " ".join(all_of), whole + further)
    for tag in (*draft.tags, draft.category):
        count(found, telling(tag) if tag else (), TAG)
    saturated(found, draft.summary, SUMMARY)
    saturated(found, draft.body, BODY)
    return {term: weight for term, weight in found.items() if len(term) <= LONGEST_TERM}


def named(draft: Draft) -> Iterable[tuple[str, float, float]]:
    """What an item is called, with what a word of it counts, and all of it."""
    yield draft.name, NAME, WHOLE_NAME
    for synonym in draft.synonyms:
        yield synonym, SYNONYM, WHOLE_SYNONYM


def saturated(found: dict[str, float], text: str, weight: float) -> None:
    for each, times in Counter(telling(text)).items():
        most(found, each, weight * (times * (SATURATION + 1)) / (times + SATURATION))


def count(found: dict[str, float], terms: Iterable[str], weight: float) -> None:
    for term in terms:
        most(found, term, weight)


def most(found: dict[str, float], term: str, weight: float) -> None:
    found[term] = max(found.get(term, 0.0), weight)


def asked(question: str) -> list[Term]:
    """What a question looks for, without regard to what there is."""
    all_of = words(question)[:MOST_WORDS]
    wanted = [word for word in all_of if word not in STOP] or all_of
    found = [Term(stem(word), 1.0, f'word "{word}"') for word in wanted]
    for word in wanted:
        found += [
            Term(other, MEANS_THE_SAME, f'"{word}" also means "{other}"')
            for other in same_meaning().get(stem(word), ())
        ]
    return unique([*found, *wholes(all_of)])


def wholes(all_of: Sequence[str]) -> Iterable[Term]:
    """Whatever in the question may be a name."""
    for start in range(len(all_of)):
        for size in range(1, min(LONGEST_NAME, len(all_of) - start) + 1):
            part = all_of[start : start + size]
            yield Term(WHOLE + " ".join(map(stem, part)), 1.0, f'name "{" ".join(part)}"')


def unique(terms: Iterable[Term]) -> list[Term]:
    """Each once, as it counts most."""
    found: dict[str, Term] = {}
    for term in terms:
        known = found.get(term.term)
        if known is None or known.factor < term.factor:
            found[term.term] = term
    return list(found.values())


def misspelt(question: str, known: Mapping[str, int]) -> list[str]:
    """The words that are nowhere, nor is what means the same."""
    found = dict.fromkeys(words(question)[:MOST_WORDS])
    return [
        word
        for word in found
        if word not in STOP and stem(word) not in known and len(word) >= SHORTEST_MISSPELT
    ]


def read_as(word: str, candidates: Iterable[str]) -> list[Term]:
    """What a misspelt word may mean: the most similar ones, by letters that were added, left out,
    changed or swapped."""
    own = stem(word)
    scored = [(DamerauLevenshtein.normalized_similarity(own, other), other) for other in candidates]
    best = max(scored, default=(0.0, ""))[0]
    if best < ALIKE:
        return []
    alike = sorted(other for score, other in scored if score == best)
    return [Term(other, best, f'"{word}" read as "{other}"') for other in alike[:3]]


def rarity(holders: int, items: int) -> float:
    """How much a word counts that so many of the items have: 1 where all do, and more."""
    return 1.0 + math.log((items + 1) / (holders + 0.5))


def weighed(terms: Iterable[Term], known: Mapping[str, int], items: int) -> dict[str, float]:
    """Term -> what it counts in the question, of those that some item has."""
    return {
        each.term: each.factor
        * (1.0 if each.term.startswith(WHOLE) else rarity(known[each.term], items))
        for each in terms
        if each.term in known
    }
