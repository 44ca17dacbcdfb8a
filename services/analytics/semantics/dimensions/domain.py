"""Dimensions and entities as they are kept, their rules, and what the compiler takes of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from services.analytics.knowledge.versions.domain import Draft
from services.analytics.semantics.compiler.query import TIME
from services.analytics.semantics.domain import Dimension, Field
from services.analytics.semantics.metrics.domain import schema_of
from services.common.errors import InvalidFields, Violation


class Named(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What dimensions and entities have alike. `relation` is in `schema`, or in the usual one."""

    name: str = ""
    display_name: str = ""
    description: str = ""
    synonyms: Sequence[str] = ()
    relation: str = ""
    schema: str = ""
    via: Sequence[str] = ()


class KnownDimension(Named, frozen=True, kw_only=True, omit_defaults=True):
    """`values` are some that it has, by which questions are understood."""

    field: Field | None = None
    values: Sequence[str] = ()


class Entity(Named, frozen=True, kw_only=True, omit_defaults=True):
    """`key` is the column that tells one from another."""

    key: str = ""


N = TypeVar("N", bound=Named)


def dimension_in(content: str) -> KnownDimension:
    return msgspec.json.decode(content, type=KnownDimension)


def entity_in(content: str) -> Entity:
    return msgspec.json.decode(content, type=Entity)


def changed(known: N, changes: Mapping[str, Any]) -> N:
    """With each synonym once."""
    new = msgspec.structs.replace(known, **changes)
    return msgspec.structs.replace(new, synonyms=tuple(dict.fromkeys(new.synonyms)))


def draft_of(known: Named, connection_id: str) -> Draft:
    """What is stored. Raises InvalidFields."""
    violations = list(violations_of(known))
    if violations:
        raise InvalidFields(*violations)
    return Draft(
        name=known.name,
        key=known.name,
        content=msgspec.json.encode(known).decode(),
        connection_id=connection_id,
        synonyms=[word for word in (known.display_name, *known.synonyms) if word],
        summary=known.description,
        body="\n".join(known.values) if isinstance(known, KnownDimension) else "",
    )


def violations_of(known: Named) -> Iterator[Violation]:
    for field in ("name", "relation", "field" if isinstance(known, KnownDimension) else "key"):
        if not getattr(known, field):
            yield Violation(field, "must not be empty")
    if known.name == TIME:
        yield Violation("name", f"{TIME!r} is what the column of time is called in results")


def compiled_form(known: Named, connection_id: str, version: int) -> Dimension:
    """As the compiler takes it; metrics go by an entity as by its key."""
    field = known.field if isinstance(known, KnownDimension) else None
    if isinstance(known, Entity):
        field = Field(known.key)
    assert field
    schema = known.schema or schema_of(connection_id)
    return Dimension(known.name, schema, known.relation, field, tuple(known.via), version)
