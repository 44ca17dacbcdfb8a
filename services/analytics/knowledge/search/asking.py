"""A question and what is known: first what there is of its words, then what has most of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.analytics.knowledge.search.domain import (
    OF_A_NAME,
    WHOLE,
    Term,
    asked,
    misspelt,
    read_as,
    unique,
    weighed,
)
from services.analytics.knowledge.search.store import Hit, Scope, TermStore
from services.analytics.knowledge.search.words import stem, telling
from services.common.clock import Clock

MOST_REASONS = 5
MOST_MISSPELT = 5


@dataclass(frozen=True)
class Relevant:
    """An item that bears upon a question, and why, for people."""

    hit: Hit
    why: list[str]


class Search:
    def __init__(self, store: TermStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def ask(self, organization_id: str, question: str, scope: Scope) -> list[Relevant]:
        """Best first."""
        terms = asked(question)
        known = await self._store.holders(organization_id, [each.term for each in terms])
        more = [
            *await self._corrected(organization_id, question, known),
            *await self._names(organization_id, known),
        ]
        if more:
            known |= await self._store.holders(organization_id, [each.term for each in more])
            terms = unique([*terms, *more])
        weights = weighed(terms, known, await self._store.items(organization_id))
        hits = await self._store.best(organization_id, weights, scope)
        if hits:
            ids = [hit.item.item_id for hit in hits]
            await self._store.note_uses(organization_id, ids, self._now())
        because = {each.term: each.because for each in terms}
        return [Relevant(hit, why(hit, because)) for hit in hits]

    async def _corrected(
        self, organization_id: str, question: str, known: Mapping[str, int]
    ) -> list[Term]:
        """What words that are nowhere may mean."""
        found = []
        for word in misspelt(question, known)[:MOST_MISSPELT]:
            similar = await self._store.similar(organization_id, stem(word))
            for term in read_as(word, similar):
                found += [term, replace(term, term=WHOLE + term.term)]
        return found

    async def _names(self, organization_id: str, known: Mapping[str, int]) -> list[Term]:
        """The words of the names of what the question calls by a synonym."""
        whole = [term for term in known if term.startswith(WHOLE)]
        if not whole:
            return []
        return [
            Term(word, OF_A_NAME, f'word of "{name}"')
            for name in await self._store.names(organization_id, whole)
            for word in telling(name)
        ]


def why(hit: Hit, because: Mapping[str, str]) -> list[str]:
    reasons = dict.fromkeys(because[term] for term in hit.terms)
    return list(reasons)[:MOST_REASONS]
