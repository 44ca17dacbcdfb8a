"""What is different between two readings of a catalogue. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.analytics.catalogue.domain import Column, Relation

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Change:
    """Of a relation, or where it is named of a column.

    `before` and `after` are the column's type with whether it may be NULL, or the relation's kind.
    """

    change: str
    schema: str
    relation: str
    column: str | None = None
    before: str | None = None
    after: str | None = None


Relations = Mapping[tuple[str, str], Relation]


def differences(before: Relations, after: Relations) -> Iterator[Change]:
    """What queries could notice, by schema, relation and column; not comments and estimates."""
    for place in sorted(before.keys() | after.keys()):
        was, now = before.get(place), after.get(place)
        if was is None:
            assert now
            yield Change(ADDED, *place, after=now.kind)
        elif now is None:
            yield Change(REMOVED, *place, before=was.kind)
        elif was is not now:
            yield from of_relation(was, now)


def of_relation(was: Relation, now: Relation) -> Iterator[Change]:
    place = (was.schema, was.name)
    if was.kind != now.kind:
        yield Change(CHANGED, *place, before=was.kind, after=now.kind)
    old = {column.name: column for column in was.columns}
    new = {column.name: column for column in now.columns}
    for name in (*old, *(name for name in new if name not in old)):
        before, after = told(old.get(name)), told(new.get(name))
        if before != after:
            kind = ADDED if before is None else REMOVED if after is None else CHANGED
            yield Change(kind, *place, name, before, after)


def told(column: Column | None) -> str | None:
    if column is None:
        return None
    return column.type if column.nullable else f"{column.type} not null"
