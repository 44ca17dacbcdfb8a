"""What a model is told with a question: what is defined, what there is, who asks, what was said."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.chat.domain import Exchange, Question
from services.analytics.chat.model.describing import (
    MOST_NAMES,
    event_told,
    events_for,
    name_of,
    relation_told,
    relations_for,
)
from services.analytics.chat.model.tools import SEARCH, may
from services.analytics.chat.ways.knowing import known_of
from services.analytics.knowledge.questions.domain import APPROVED, question_of
from services.analytics.knowledge.search.asking import Relevant, Search
from services.analytics.knowledge.search.store import Scope
from services.analytics.knowledge.search.words import telling
from services.analytics.knowledge.versions.domain import KINDS, QUESTION
from services.analytics.masking import Masks
from services.analytics.queries.checking import CataloguesRead, catalogue_of
from services.analytics.understanding import KnownEvent
from services.common.db import Pool

# Of what is known so many items are looked at; of relations and events so many are told in full.
ITEMS, FULLY, MORE_FULLY = 12, 3, 12
# Of an item what says who wrote it is nothing that a model needs.
OF_PEOPLE = frozenset({"author", "owner", "decision"})
LONGEST_ITEM = 2_000

Piece = tuple[str, Any]


@dataclass(frozen=True)
class Known:
    """What there is on the question's connection, what matters most first."""

    relations: Sequence[Relation]
    events: Sequence[KnownEvent]


class Material:
    def __init__(self, pool: Pool, catalogues: CataloguesRead, search: Search) -> None:
        self._pool = pool
        self._catalogues = catalogues
        self._search = search

    async def known(self, question: Question) -> Known:
        place = (question.who.organization_id, question.connection_id)
        catalogue = await catalogue_of(self._catalogues, *place)
        knowledge, _ = await known_of(self._pool, *place)
        words = frozenset(telling(" ".join([question.text, *question.earlier[-1:]])))
        # In a thread: a catalogue may have thousands of relations.
        return await asyncio.to_thread(ranked, words, catalogue, knowledge.events)

    async def found(self, question: Question, text: str) -> list[Piece]:
        """What of the knowledge base bears upon the text, best first."""
        if not may(question.who, SEARCH):
            return []
        scope = Scope(
            kinds=KINDS, connection_id=question.connection_id, restricted=False, limit=ITEMS
        )
        hits = await self._search.ask(question.who.organization_id, text, scope)
        pieces = (piece_of(hit, question.connection_id) for hit in hits)
        return [piece for piece in pieces if piece is not None]


def ranked(words: frozenset[str], catalogue: Catalogue, events: Sequence[KnownEvent]) -> Known:
    return Known(relations_for(words, catalogue), events_for(words, events))


def piece_of(hit: Relevant, connection_id: str) -> Piece | None:
    """A definition, or a question with the SQL that people vouch for; nothing else has SQL."""
    item = hit.hit.item
    if item.kind != QUESTION:
        content = msgspec.json.decode(item.content, type=dict[str, Any])
        told = {name: value for name, value in content.items() if name not in OF_PEOPLE}
        if len(item.content) > LONGEST_ITEM:
            told = {"text": item.content[:LONGEST_ITEM]}
        return "definitions", {"kind": item.kind, "name": item.name, **told}
    known = question_of(item.content)
    if known.status != APPROVED or known.connection_id != connection_id:
        return None
    return "certified_questions", {"question": known.question, "sql": known.sql}


def pieces_of(
    question: Question,
    known: Known,
    found: Sequence[Piece],
    person: dict[str, Any],
    masks: Masks,
) -> Iterator[Piece]:
    """All that may be told, in the order in which it matters: what is dropped is the last."""
    relations, events = known.relations, known.events
    yield from (("relations", relation_told(each, masks)) for each in relations[:FULLY])
    yield from (("events", event_told(each, masks)) for each in events[:FULLY])
    yield from found
    said = [("conversation", said_of(each, masks)) for each in reversed(question.exchanges)]
    yield from said[:1]
    yield from (("asker", {name: value}) for name, value in person.items())
    more = chain(
        (("relations", relation_told(each, masks)) for each in relations[FULLY:MORE_FULLY]),
        (("events", event_told(each, masks)) for each in events[FULLY:MORE_FULLY]),
    )
    yield from more
    yield from said[1:]
    names = [name_of(each) for each in relations[MORE_FULLY:]]
    yield from (("more_relations", each) for each in names[:MOST_NAMES])
    yield from (("more_events", each.name) for each in events[MORE_FULLY:][:MOST_NAMES])


def said_of(exchange: Exchange, masks: Masks) -> dict[str, str]:
    told = {"question": masks.text(exchange.question), "sql": masks.text(exchange.sql)}
    return {name: value for name, value in told.items() if value}
