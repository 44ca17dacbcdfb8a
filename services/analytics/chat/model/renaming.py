"""Under which names a statement shows what is personal by its name: `last_name AS who`. Pure.

By names alone, and rather too many than too few: people are given back the texts in the answer.
"""

from collections.abc import Iterator
from typing import Any

from services.analytics.catalogue.sampling import is_personal
from services.analytics.firewall import grammar

Node = grammar.Node
# Names of columns that nobody named: expressions other than columns and functions.
UNNAMED = frozenset({"?column?", "array", "case", "coalesce", "exists", "greatest", "least", "row"})
# Names of types and functions are no names of columns.
NO_COLUMNS = frozenset({"typeName", "funcname"})
# Longer chains of names are taken for personal as a whole.
PASSES = 10


def personal_names(sql: str) -> frozenset[str]:
    """Of a statement that has passed the wall."""
    tree = grammar.parse(sql)
    ranges = frozenset(
        str(each[key]) for each in dicts(tree) for key in ("relname", "aliasname") if key in each
    )
    pairs = [(names, words) for names, words in shown_in(tree) if names]
    found: set[str] = set()
    for _ in range(PASSES):
        before = len(found)
        for names, words in pairs:
            if any(one in found or one in ranges or is_personal(one) for one in words):
                found |= names
        if len(found) == before:
            return frozenset(found)
    return frozenset().union(*(names for names, _ in pairs))


def shown_in(tree: Node) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """What columns are called, and the names that they are made of."""
    for each in dicts(tree):
        if "targetList" in each or "larg" in each:
            yield from columns_of(arms_of(each))
        for query, names in (
            (each.get("ctequery"), each.get("aliascolnames")),
            (each.get("subquery"), each.get("alias", {}).get("colnames")),
        ):
            if query and names:
                yield frozenset(words_of(names)), frozenset(words_of(query))


def arms_of(select: Node) -> list[list[Node]]:
    """The targets of a SELECT, or of each of those that a UNION puts together."""
    found, waiting = [], [select]
    while waiting:
        one = waiting.pop()
        if "targetList" in one:
            found.append([each["ResTarget"] for each in one["targetList"]])
        waiting += [one[side] for side in ("rarg", "larg") if side in one]
    return found


def columns_of(arms: list[list[Node]]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Of several arms the first names the columns; what a star brings can be any of them."""
    if not arms:
        return
    words = [[frozenset(words_of(one.get("val"))) for one in arm] for arm in arms]
    starred = any(is_star(one) for arm in arms for one in arm) and len(arms) > 1
    for place, target in enumerate(arms[0]):
        own = (arm if starred else arm[place : place + 1] for arm in words)
        yield names_of(target), frozenset().union(*(each for arm in own for each in arm))


def is_star(target: Node) -> bool:
    fields = target.get("val", {}).get("ColumnRef", {}).get("fields", ())
    return any("A_Star" in one for one in fields)


def names_of(target: Node) -> frozenset[str]:
    if "name" in target:
        return frozenset({str(target["name"])})
    value = target.get("val", {})
    while "TypeCast" in value:
        value = value["TypeCast"].get("arg", {})
    if "FuncCall" in value:
        return frozenset({str(value["FuncCall"]["funcname"][-1]["String"]["sval"])})
    if "ColumnRef" in value or "SubLink" in value:
        return frozenset(words_of(value))
    return UNNAMED


def words_of(node: Any) -> Iterator[str]:
    """Names of columns, and texts, as those of keys of JSON."""
    for each in dicts(node):
        if "ColumnRef" in each:
            last = each["ColumnRef"]["fields"][-1]
            yield str(last.get("String", {}).get("sval", ""))
        elif isinstance(each.get("sval"), str):
            yield each["sval"]


def dicts(node: Any) -> Iterator[Node]:
    """All of a tree; of the names of a column the last alone is its own."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += [
                value
                for key, value in one.items()
                if key not in NO_COLUMNS and key != "ColumnRef" and isinstance(value, dict | list)
            ]
        elif isinstance(one, list):
            waiting += one
