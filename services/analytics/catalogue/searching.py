"""Pages of a catalogue. Pure."""

from collections.abc import Sequence
from itertools import islice

from services.analytics.catalogue.domain import Catalogue, Relation


def page_of(
    catalogue: Catalogue,
    after: tuple[str, str],
    limit: int,
    schema: str | None = None,
    search: str | None = None,
) -> tuple[Sequence[Relation], bool]:
    """Relations by schema and name after a place, and whether there are more."""
    text = search.lower() if search else ""
    fitting = (
        relation
        for place, relation in catalogue.relations.items()
        if place > after and schema in (None, relation.schema) and has(relation, text)
    )
    found = list(islice(fitting, limit + 1))
    return found[:limit], len(found) > limit


def has(relation: Relation, text: str) -> bool:
    """Whether a text in lower case is in a name or the comment."""
    if text in f"{relation.schema}.{relation.name}".lower() or text in relation.comment.lower():
        return True
    return any(text in column.name.lower() for column in relation.columns)
