"""Scans put together: one row for each group that any of them has, or that is to be filled."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.analytics.semantics.compiler import buckets
from services.analytics.semantics.compiler.leaves import Leaf
from services.analytics.semantics.compiler.quoting import identifier
from services.analytics.semantics.compiler.scans import Around


@dataclass(frozen=True)
class Part:
    leaves: Sequence[Leaf]
    sql: str


@dataclass(frozen=True)
class Merged:
    """A FROM item, and what it needs before it."""

    sql: str
    ctes: list[str] = field(default_factory=list)


def merged(parts: Sequence[Part], around: Around, leaves: Sequence[Leaf], fill: bool) -> Merged:
    """A join would lose groups, and NULL would not equal NULL: each part gives its own columns,
    and groups are made of all of them.
    """
    if len(parts) == 1 and not fill:
        return Merged(f"({parts[0].sql}) AS scan")
    names = [f"scan_{n}" for n, _ in enumerate(parts, start=1)]
    ctes = [f"{name} AS ({part.sql})" for name, part in zip(names, parts, strict=True)]
    keys = keys_of(around)
    rows = [
        f"SELECT {', '.join([*keys, *columns(part.leaves, leaves)])} FROM {name}"
        for name, part in zip(names, parts, strict=True)
    ]
    if fill:
        rows.append(filling(names, around, leaves))
    together = ", ".join([*keys, *map(combined, leaves)])
    by = f" GROUP BY {', '.join(keys)}" if keys else ""
    union = " UNION ALL ".join(rows)
    return Merged(f"(SELECT {together} FROM ({union}) AS parts{by}) AS scan", ctes)


def keys_of(around: Around) -> list[str]:
    keys = [identifier(dimension.name) for dimension in around.dimensions]
    return [*keys, identifier(around.time_alias)] if around.grain else keys


def columns(own: Sequence[Leaf], leaves: Sequence[Leaf]) -> list[str]:
    aliases = {leaf.alias for leaf in own}
    return [
        identifier(leaf.alias)
        if leaf.alias in aliases
        else f"NULL::{leaf.kind.value} AS {identifier(leaf.alias)}"
        for leaf in leaves
    ]


def combined(leaf: Leaf) -> str:
    """The one value that a group has, or what nothing comes to."""
    name = identifier(leaf.alias)
    return f"coalesce(max({name}), 0) AS {name}" if leaf.zero else f"max({name}) AS {name}"


def filling(names: Sequence[str], around: Around, leaves: Sequence[Leaf]) -> str:
    """Every bucket until the present one, for each combination of the dimensions that there is."""
    assert around.grain
    assert around.begun
    series = buckets.series(around.grain, around.begun, around.calendar)
    time = f"buckets.bucket AS {identifier(around.time_alias)}"
    nothing = columns([], leaves)
    if not around.dimensions:
        return f"SELECT {', '.join([time, *nothing])} FROM {series}"
    keys = [identifier(dimension.name) for dimension in around.dimensions]
    there = " UNION ".join(f"SELECT {', '.join(keys)} FROM {name}" for name in names)
    listed = ", ".join([*(f"groups.{key}" for key in keys), time, *nothing])
    return f"SELECT {listed} FROM ({there}) AS groups CROSS JOIN {series}"
