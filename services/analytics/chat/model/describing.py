"""What there is on a connection, as a model is told of it. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from services.analytics.catalogue.domain import Catalogue, Column, Relation
from services.analytics.knowledge.search.words import telling
from services.analytics.masking import Masks
from services.analytics.understanding import KnownEvent, KnownProperty

MOST_COLUMNS, MOST_VALUES = 80, 12
LONGEST_COMMENT = 200
MOST_NAMES = 200
T = TypeVar("T")


def by_words(words: frozenset[str], named: Iterable[tuple[str, T]]) -> list[T]:
    """Those first whose texts have most words of the question; else as they come."""
    scored = [(len(words & set(telling(text))), each) for text, each in named]
    return [each for _, each in sorted(scored, key=lambda pair: -pair[0])]


def relations_for(words: frozenset[str], catalogue: Catalogue) -> list[Relation]:
    return by_words(words, ((all_of(each), each) for each in catalogue.relations.values()))


def events_for(words: frozenset[str], events: Sequence[KnownEvent]) -> list[KnownEvent]:
    return by_words(words, ((words_of(each), each) for each in events))


def words_of(event: KnownEvent) -> str:
    return " ".join([event.name, *(each.name for each in event.properties)])


def all_of(relation: Relation) -> str:
    names = (column.name for column in relation.columns)
    return " ".join([relation.schema, relation.name, relation.comment, *names])


def name_of(relation: Relation) -> str:
    return f"{relation.schema}.{relation.name}"


def relation_told(relation: Relation, masks: Masks) -> dict[str, Any]:
    """A relation with its columns; what is empty is left out."""
    told = {
        "relation": name_of(relation),
        "comment": masks.text(relation.comment[:LONGEST_COMMENT]),
        "rows": relation.rows,
        "columns": {c.name: column_told(c, masks) for c in relation.columns[:MOST_COLUMNS]},
        "more_columns": max(0, len(relation.columns) - MOST_COLUMNS),
        "primary_key": list(relation.primary_key),
        "references": [
            f"({', '.join(key.columns)}) -> {key.schema}.{key.relation}"
            f" ({', '.join(key.referenced)})"
            for key in relation.foreign_keys
        ],
    }
    return {name: value for name, value in told.items() if value}


def column_told(column: Column, masks: Masks) -> Any:
    if not (column.comment or column.samples):
        return column.type
    told = {
        "type": column.type,
        "comment": masks.text(column.comment[:LONGEST_COMMENT]),
        "values": [masks.value(column.name, each) for each in column.samples[:MOST_VALUES]],
    }
    return {name: value for name, value in told.items() if value}


def event_told(event: KnownEvent, masks: Masks) -> dict[str, Any]:
    """An event with its properties, and some values of them."""
    properties = {each.name: property_told(each, masks) for each in event.properties[:MOST_COLUMNS]}
    return {"event": event.name, "properties": properties}


def property_told(known: KnownProperty, masks: Masks) -> Any:
    if known.numeric:
        return f"number, {known.unit}" if known.unit else "number"
    return {"values": [masks.value(known.name, each) for each in known.values[:MOST_VALUES]]}
