"""What could make a statement faster: rules over its plan and what the tables have. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.analytics.catalogue.domain import Catalogue, Relation
from services.analytics.execution.domain import Node, Plan

# Of a scan, in the planner's units; a sequential one of 10,000 reads about 80 MB.
LARGE_COST = 10_000
LARGE_ROWS = 100_000
# A scan that lets through a smaller share of a table than this is better done over an index.
SELECTIVE = 0.1
# What two sides of a join bring together before it is worth a word.
CARTESIAN_ROWS = 10_000
CARTESIAN, MISSING_INDEX = "cartesian_join", "missing_index"
ON_FUNCTION, SEQUENTIAL = "function_on_indexed_column", "sequential_scan"
ORDER = (CARTESIAN, MISSING_INDEX, ON_FUNCTION, SEQUENTIAL)

# A column that is compared as it is, as EXPLAIN writes conditions: `((city)::text = 'x'::text)`.
NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
COMPARED = re.compile(rf"\(+(?:{NAME}\.)?({NAME})\)?(?:::[a-z ]+(?:\[\])?)? (?:=|<|>|<=|>=|~~) ")
CALLED = re.compile(rf"\b({NAME})\((?:[^()]*[ ,(])?\(?(?:{NAME}\.)?({NAME})\)?(?:::[a-z ]+)?[,)]")
QUOTED = re.compile(r"'(?:[^']|'')*'")
PARTITION = re.compile(r"_\d{4}_\d{2}$")


@dataclass(frozen=True)
class Advice:
    kind: str
    message: str
    relation: str = ""
    columns: Sequence[str] = ()


def advice(plan: Plan, catalogue: Catalogue) -> list[Advice]:
    """What is worth telling, most telling first; of the parts of a partitioned table, once."""
    found: dict[tuple[str, str], Advice] = {}
    for node in plan.root.walk():
        for one in (*of_scan(node, catalogue), *of_join(node)):
            found.setdefault((one.kind, one.relation), one)
    return sorted(found.values(), key=lambda one: ORDER.index(one.kind))


def of_scan(node: Node, catalogue: Catalogue) -> Iterator[Advice]:
    if node.kind != "Seq Scan":
        return
    name = PARTITION.sub("", node.fields["Relation Name"])
    known = relation_of(node, catalogue)
    if not is_large(node, known):
        return
    condition = QUOTED.sub("''", str(node.fields.get("Filter", "")))
    wrapped = functions_on_indexed(condition, known)
    for function, column in wrapped:
        yield Advice(
            ON_FUNCTION,
            f"{function}() on {column} keeps its index from being used: compare the column itself,"
            f" or make an index on {function}({column})",
            name,
            [column],
        )
    columns = without_index(condition, known)
    if columns and not wrapped and is_selective(node, known):
        told = ", ".join(columns)
        yield Advice(
            MISSING_INDEX,
            f"all of {name} is read for few rows: an index on ({told}) would find them",
            name,
            columns,
        )
    yield Advice(
        SEQUENTIAL,
        f"all of {name} is read (cost {node.cost:,.0f}): narrow it down by a column that has an"
        " index, by time for instance",
        name,
    )


def of_join(node: Node) -> Iterator[Advice]:
    """Two sides that nothing connects."""
    if node.kind != "Nested Loop" or "Join Filter" in node.fields or len(node.children) != 2:
        return
    outer, inner = node.children
    connected = any(
        name in part.fields
        for part in inner.walk()
        for name in ("Index Cond", "Recheck Cond", "Cache Key", "TID Cond")
    )
    if connected or min(outer.rows, inner.rows) <= 1 or outer.rows * inner.rows < CARTESIAN_ROWS:
        return
    sides = [relations_below(outer), relations_below(inner)]
    yield Advice(
        CARTESIAN,
        f"every row of {sides[0]} is joined with every row of {sides[1]}: is a condition missing?",
        sides[1],
    )


def relations_below(node: Node) -> str:
    names = [part.fields.get("Relation Name", "") for part in node.walk()]
    return " and ".join(dict.fromkeys(PARTITION.sub("", n) for n in names if n)) or "one side"


def relation_of(node: Node, catalogue: Catalogue) -> Relation | None:
    return catalogue.find(node.fields.get("Schema"), node.fields["Relation Name"])


def is_large(node: Node, known: Relation | None) -> bool:
    return node.cost >= LARGE_COST or bool(known and (known.rows or 0) >= LARGE_ROWS)


def is_selective(node: Node, known: Relation | None) -> bool:
    """Few rows of many; where nobody knows how many there are, the planner's cost tells."""
    there = (known.rows if known else None) or node.cost * 10
    return node.rows < there * SELECTIVE


def functions_on_indexed(condition: str, known: Relation | None) -> list[tuple[str, str]]:
    """Functions around columns that an index begins with, which it is then of no use for."""
    first = {columns[0] for columns in known.indexed} if known else set()
    calls = [(unquoted(f).lower(), unquoted(column)) for f, column in CALLED.findall(condition)]
    return list(dict.fromkeys(call for call in calls if call[1] in first))


def without_index(condition: str, known: Relation | None) -> list[str]:
    """Columns that are compared and that no index begins with; none where one of them has one."""
    compared = list(dict.fromkeys(map(unquoted, COMPARED.findall(condition))))
    if known is None:
        return compared
    columns = [column for column in compared if known.column(column)]
    indexed = {index[0] for index in known.indexed}
    return [] if indexed & set(columns) else columns


def unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
