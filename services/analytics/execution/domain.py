"""What a statement may take, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SECONDS = 30.0
ROWS = 10_000
BYTES = 8 * 1024 * 1024
# The nodes of a plan below which there are other processes.
GATHERING = ("Gather", "Gather Merge")


@dataclass(frozen=True)
class Limits:
    """The bounds of one statement.

    `seconds` is wall-clock time from connecting to the last row; `bytes` is what the rows take as
    JSON; `cost` is in the planner's units, and 0 means any.
    """

    seconds: float = SECONDS
    rows: int = ROWS
    bytes: int = BYTES
    cost: float = 0.0


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result. Two may have the same name. `type` is PostgreSQL's own spelling."""

    name: str
    type: str


@dataclass(frozen=True)
class Node:
    """A node of a plan, with what PostgreSQL's EXPLAIN (FORMAT JSON) says of it."""

    kind: str
    rows: float
    cost: float
    fields: Mapping[str, Any] = field(default_factory=dict)
    children: Sequence["Node"] = ()

    def walk(self) -> Sequence["Node"]:
        """The node and all below it, from top to bottom."""
        return [self, *(node for child in self.children for node in child.walk())]


@dataclass(frozen=True)
class Plan:
    """How PostgreSQL would run a statement. Costs are in the planner's units."""

    root: Node
    document: str
    columns: Sequence[ResultColumn] = ()

    @property
    def cost(self) -> float:
        return self.root.cost

    @property
    def rows(self) -> float:
        return self.root.rows

    @property
    def width(self) -> float:
        """Bytes of a row."""
        return float(self.root.fields.get("Plan Width", 0))

    @property
    def parallel(self) -> bool:
        """Whether several processes would share the work."""
        return any(node.kind in GATHERING for node in self.root.walk())


def node_of(said: Mapping[str, Any]) -> Node:
    """A node of EXPLAIN (FORMAT JSON)."""
    return Node(
        kind=said["Node Type"],
        rows=said.get("Plan Rows", 0.0),
        cost=said.get("Total Cost", 0.0),
        fields={name: value for name, value in said.items() if name != "Plans"},
        children=[node_of(child) for child in said.get("Plans", ())],
    )
