"""Proposals for the place where the cursor is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.analytics.catalogue.domain import Catalogue, Column
from services.analytics.editor.completing.scope import Source, common_tables, is_query, sources_at
from services.analytics.editor.completing.tokens import Token, as_if_closed, statement_at, tokens_of
from services.analytics.editor.completing.words import FUNCTIONS, KEYWORDS, written

COLUMN, RELATION, SCHEMA, FUNCTION = "column", "relation", "schema", "function"
KEYWORD, VALUE, METRIC, DIMENSION = "keyword", "value", "metric", "dimension"
# What stands before a relation.
BEFORE_RELATIONS = ("FROM", "JOIN", "TABLE")
# What is looked at of a long text: characters before the cursor and behind it.
BEFORE, BEHIND = 8_000, 4_000
COMPARING = ("=", "<>", "!=", "<", ">", "<=", ">=", "LIKE", "ILIKE", "IN", "ANY", "NOT")


@dataclass(frozen=True)
class Item:
    """A proposal: `text` is what is inserted, `name` what is compared with what was typed."""

    text: str
    kind: str
    detail: str = ""
    name: str = ""


@dataclass(frozen=True)
class Words:
    """Names of the knowledge base."""

    metrics: Sequence[str] = ()
    dimensions: Sequence[str] = ()


def complete(
    sql: str, position: int, catalogue: Catalogue, words: Words, limit: int
) -> tuple[int, list[Item]]:
    """Where what is replaced begins, and what could stand there, best first."""
    first = max(0, position - BEFORE)
    start, items = complete_near(
        sql[first : position + BEHIND], position - first, catalogue, words, limit
    )
    return first + start, items


def complete_near(
    sql: str, position: int, catalogue: Catalogue, words: Words, limit: int
) -> tuple[int, list[Item]]:
    """The same of a text that is not long."""
    tokens = as_if_closed(statement_at(tokens_of(sql), position), position)
    typed = next((t for t in tokens if t.start < position <= t.end and is_open(t, position)), None)
    before = [t for t in tokens if t.end <= (typed.start if typed else position)]
    start = typed.start if typed else position
    if typed and typed.kind == "string":
        found = values_for(before, sources_at(tokens, typed.inside, catalogue))
        return start, best(found, sql[start + 1 : position], limit)
    inside = around(before, typed)
    others = [token for token in tokens if token is not typed]
    items = proposed(others, before, inside, catalogue, words)
    return start, best(items, sql[start:position].lstrip('"'), limit)


def is_open(token: Token, position: int) -> bool:
    """Whether the cursor is in it rather than behind it."""
    if token.kind == "string":
        closed = len(token.text) > 1 and token.text.endswith("'")
        return position < token.end or not closed
    return token.is_name


def around(before: Sequence[Token], typed: Token | None) -> tuple[int, ...]:
    """The parentheses open at the cursor."""
    if typed:
        return typed.inside
    if not before:
        return ()
    last = before[-1]
    return (*last.inside, last.start) if last.text == "(" else last.inside


def proposed(
    tokens: Sequence[Token],
    before: Sequence[Token],
    inside: tuple[int, ...],
    catalogue: Catalogue,
    words: Words,
) -> Iterator[Item]:
    """All that could stand behind what is before."""
    sources = sources_at(tokens, inside, catalogue)
    if before and before[-1].text == ".":
        yield from qualified(before, sources, catalogue)
        return
    if wants_relation(before, inside):
        names = common_tables(tokens, catalogue)
        yield from (Item(written(name), RELATION, "WITH", name) for name in names)
        yield from relations(catalogue)
        return
    for source in sources:
        yield from columns(source.columns)
    yield from (Item(written(s.alias), RELATION, "", s.alias) for s in sources if s.alias)
    yield from (Item(f"{name}(", FUNCTION, "", name) for name in FUNCTIONS)
    user_defined = sorted(name for schema, name in catalogue.functions)
    yield from (Item(f"{written(name)}(", FUNCTION, "", name) for name in user_defined)
    yield from (Item(name, METRIC, "", name) for name in words.metrics)
    yield from (Item(name, DIMENSION, "", name) for name in words.dimensions)
    yield from (Item(word, KEYWORD, "", word.lower()) for word in KEYWORDS)


def wants_relation(before: Sequence[Token], inside: tuple[int, ...]) -> bool:
    """Whether FROM or JOIN stands before, or a comma of their list."""
    same = [t for t in before if t.inside == inside]
    if not same:
        return False
    if same[-1].key in BEFORE_RELATIONS:
        return is_query(same, len(same) - 1)
    if same[-1].text != ",":
        return False
    clauses = ("FROM", "SELECT", "WHERE", "GROUP", "ORDER", "ON", "VALUES", "WITH", "USING")
    return next((t.key for t in reversed(same) if t.key in clauses), "") == "FROM"


def qualified(
    before: Sequence[Token], sources: Sequence[Source], catalogue: Catalogue
) -> Iterator[Item]:
    """What stands behind the point after an alias, a relation or a schema."""
    if len(before) < 2 or not before[-2].is_name:
        return
    name = before[-2].name
    for source in sources:
        if source.alias == name:
            yield from columns(source.columns)
    for (schema, relation), known in sorted(catalogue.relations.items()):
        if schema == name:
            yield Item(written(relation), RELATION, known.comment, relation)


def columns(known: Iterable[Column]) -> Iterator[Item]:
    return (Item(written(c.name), COLUMN, c.type, c.name) for c in known)


def relations(catalogue: Catalogue) -> Iterator[Item]:
    for (schema, name), known in sorted(catalogue.relations.items()):
        if catalogue.find(None, name) is known:
            yield Item(written(name), RELATION, known.comment, name)
        else:
            full = f"{written(schema)}.{written(name)}"
            yield Item(full, RELATION, known.comment, f"{schema}.{name}")
    for schema in sorted({schema for schema, _ in catalogue.relations}):
        yield Item(written(schema), SCHEMA, "", schema)


def values_for(before: Sequence[Token], sources: Sequence[Source]) -> Iterator[Item]:
    """Values of the column that the text is compared with."""
    place = len(before) - 1
    while place >= 0 and (before[place].text in ("(", ",") or before[place].kind == "string"):
        place -= 1
    if place < 1 or (before[place].key or before[place].text) not in COMPARING:
        return
    while place > 0 and (before[place].key or before[place].text) in COMPARING:
        place -= 1
    name = before[place].name
    alias = before[place - 2].name if place > 1 and before[place - 1].text == "." else ""
    for source in sources:
        for column in source.columns:
            if column.name == name and alias in ("", source.alias):
                for value in column.samples:
                    quoted = value.replace("'", "''")
                    yield Item(f"'{quoted}'", VALUE, column.name, value)


def best(items: Iterable[Item], typed: str, limit: int) -> list[Item]:
    """Those that begin with what was typed, then those that hold it; each once, in their order."""
    wanted = typed.lower()
    begin: dict[tuple[str, str], Item] = {}
    hold: dict[tuple[str, str], Item] = {}
    for item in items:
        name, key = item.name.lower(), (item.text, item.kind)
        if name.startswith(wanted):
            begin.setdefault(key, item)
        elif wanted in name:
            hold.setdefault(key, item)
    found = [*begin.values(), *(i for key, i in hold.items() if key not in begin)]
    return [replace(item, name="") for item in found[:limit]]
