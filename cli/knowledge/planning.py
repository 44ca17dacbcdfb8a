"""What has to be done for the knowledge base to be what files say. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.knowledge.kinds import CONNECTION, EMPTY, KINDS, UNORDERED, Kind
from cli.knowledge.reading import Wanted

CREATE, CHANGE, DELETE = "create", "change", "delete"


@dataclass(frozen=True)
class There:
    """An item as the API has it."""

    kind: Kind
    name: str
    connection_id: str
    fields: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def version(self) -> int:
        return int(self.fields["version"])


@dataclass(frozen=True)
class Step:
    """One thing to do. `changes` are fields with what they were and will be."""

    action: str
    kind: Kind
    name: str
    connection_id: str
    wanted: Wanted | None = None
    there: There | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def plan(wanted: Sequence[Wanted], there: Sequence[There], *, prune: bool) -> list[Step]:
    """The steps, in an order in which they can be done."""
    known = {(one.kind.section, one.connection_id, one.name): one for one in there}
    steps = []
    for item in sorted(wanted, key=lambda item: KINDS.index(item.kind)):
        found = known.pop((item.kind.section, item.connection_id, item.name), None)
        changes = dict(differences(item, found))
        where = (item.kind, item.name, item.connection_id, item, found)
        if found is None:
            steps.append(Step(CREATE, *where, changes))
        elif changes:
            steps.append(Step(CHANGE, *where, changes))
    left = sorted(known.values(), key=lambda one: -KINDS.index(one.kind)) if prune else ()
    return steps + [Step(DELETE, o.kind, o.name, o.connection_id, None, o) for o in left]


def differences(item: Wanted, found: There | None) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name, shape in item.kind.fields.items():
        if name == CONNECTION or (name in item.kind.kept and name not in item.fields):
            continue
        was = None if found is None else found.fields.get(name)
        value = item.fields.get(name, EMPTY[shape])
        if not same(name, value, was):
            yield name, (was, value)


def same(name: str, wanted: Any, was: Any) -> bool:
    """Whether they mean the same: what is left out is empty."""
    if isinstance(wanted, dict) and isinstance(was, dict):
        return all(
            same(key, wanted.get(key), was.get(key))
            for key in wanted.keys() | was.keys()
            if key in wanted or key != "schema"  # of which the server has defaults
        )
    if isinstance(wanted, list) and isinstance(was, list):
        if name in UNORDERED:
            return sorted(set(wanted)) == sorted(set(was))
        return len(wanted) == len(was) and all(
            same("", one, other) for one, other in zip(wanted, was, strict=True)
        )
    if not wanted and not was and not (is_number(wanted) and is_number(was)):
        return True
    return bool(wanted == was) and isinstance(wanted, bool) == isinstance(was, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
