"""Which relations a place in a statement can name columns of, and by what."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.analytics.catalogue.domain import Catalogue, Column
from services.analytics.editor.completing.tokens import Token
from services.analytics.editor.completing.words import CLAUSES, NO_ALIAS


@dataclass(frozen=True)
class Source:
    """Something in FROM: what it is called there, and the columns that it has."""

    alias: str
    columns: Sequence[Column]


def sources_at(
    tokens: Sequence[Token], inside: tuple[int, ...], catalogue: Catalogue
) -> list[Source]:
    """What a place within these parentheses sees; the innermost query's first."""
    common = common_tables(tokens, catalogue)
    around = {inside[:depth] for depth in range(len(inside) + 1)}
    found = list(items(tokens, catalogue, common, around))
    found.sort(key=lambda pair: -len(pair[0]))
    return [source for _, source in found]


def common_tables(tokens: Sequence[Token], catalogue: Catalogue) -> dict[str, list[Column]]:
    """The queries that WITH names, with the columns that their SELECT brings."""
    found: dict[str, list[Column]] = {}
    for place, token in enumerate(tokens):
        if token.key == "AS" and place and tokens[place - 1].is_name:
            begin = place + 1
            while begin < len(tokens) and tokens[begin].key in ("NOT", "MATERIALIZED"):
                begin += 1
            if begin + 1 < len(tokens) and tokens[begin + 1].key == "SELECT":
                columns = selected(tokens, begin, catalogue, found)
                found[tokens[place - 1].name] = columns
    return found


def items(
    tokens: Sequence[Token],
    catalogue: Catalogue,
    common: Mapping[str, Sequence[Column]],
    wanted: Collection[tuple[int, ...]],
) -> Iterator[tuple[tuple[int, ...], Source]]:
    """All that stands in a FROM within the wanted parentheses, with those.

    Others are not looked at: each query in FROM is looked into for its columns, and those in it.
    """
    listing: dict[tuple[int, ...], bool] = {}
    for place, token in enumerate(tokens):
        level = token.inside
        if token.key in CLAUSES and token.key not in ("ON", "USING"):
            listing[level] = False
        begins = token.key in ("FROM", "JOIN") and is_query(tokens, place)
        listing[level] = listing.get(level, False) or begins
        if level in wanted and (begins or (token.text == "," and listing[level])):
            source = source_at(tokens, place + 1, catalogue, common)
            if source:
                yield level, source


def is_query(tokens: Sequence[Token], place: int) -> bool:
    """Tells FROM of a query from that of EXTRACT(… FROM …) and IS DISTINCT FROM."""
    level = tokens[place].inside
    before = [t for t in tokens[:place] if t.inside == level]
    if before and before[-1].key == "DISTINCT" and tokens[place].key == "FROM":
        return False
    return any(t.key == "SELECT" for t in before) or not level


def source_at(
    tokens: Sequence[Token],
    place: int,
    catalogue: Catalogue,
    common: Mapping[str, Sequence[Column]],
) -> Source | None:
    """The relation, common table or query that stands here, and its alias."""
    while place < len(tokens) and tokens[place].key in ("LATERAL", "ONLY"):
        place += 1
    if place >= len(tokens):
        return None
    token = tokens[place]
    if token.text == "(":
        columns = selected(tokens, place, catalogue, common)
        alias = alias_after(tokens, closing(tokens, place) + 1)
        return Source(alias, columns) if alias else None
    if not token.is_name or token.key in NO_ALIAS:
        return None
    schema, name = None, token.name
    if place + 2 < len(tokens) and tokens[place + 1].text == "." and tokens[place + 2].is_name:
        schema, name, place = name, tokens[place + 2].name, place + 2
    columns_of = common.get(name) if schema is None else None
    if columns_of is None:
        relation = catalogue.find(schema, name)
        columns_of = relation.columns if relation else ()
    return Source(alias_after(tokens, place + 1) or name, columns_of)


def alias_after(tokens: Sequence[Token], place: int) -> str:
    if place < len(tokens) and tokens[place].key == "AS":
        place += 1
    if place < len(tokens) and tokens[place].is_name and tokens[place].key not in NO_ALIAS:
        return tokens[place].name
    return ""


def closing(tokens: Sequence[Token], place: int) -> int:
    """Where the parenthesis that opens here is closed; the end where it is not."""
    level = tokens[place].inside
    for other in range(place + 1, len(tokens)):
        if tokens[other].text == ")" and tokens[other].inside == level:
            return other
    return len(tokens)


def selected(
    tokens: Sequence[Token],
    place: int,
    catalogue: Catalogue,
    common: Mapping[str, Sequence[Column]],
) -> list[Column]:
    """The columns that the query in the parenthesis here brings, as far as they have names."""
    level = (*tokens[place].inside, tokens[place].start)
    body = [
        t for t in tokens[place + 1 : closing(tokens, place)] if t.inside[: len(level)] == level
    ]
    if not body or body[0].key != "SELECT":
        return []
    own = [t for t in body if t.inside == level]
    ends = next((t.start for t in own if t.key == "FROM"), body[-1].end)
    chosen = [t for t in own if body[0].end <= t.start < ends]
    known = [
        column for _, source in items(body, catalogue, common, {level}) for column in source.columns
    ]
    columns: list[Column] = []
    for part in parts(chosen):
        if part[-1].text == "*":
            columns += known
        elif part[-1].is_name:
            name = part[-1].name
            same = next((c for c in known if c.name == name), None)
            columns.append(same or Column(name, ""))
    return columns


def parts(chosen: Sequence[Token]) -> Iterator[list[Token]]:
    """What stands between commas."""
    part: list[Token] = []
    for token in chosen:
        if token.text == ",":
            if part:
                yield part
            part = []
        elif token.key not in ("DISTINCT", "ALL"):
            part.append(token)
    if part:
        yield part
