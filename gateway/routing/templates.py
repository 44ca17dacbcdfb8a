"""Path templates of google.api.http, and the tree that finds the one a path fits.

A template is split at its slashes: literals, `*` (one segment), `**` (the rest), `{field}`,
`{field=things/*}`, and a `:verb` at the end. Literals win over `*`, `*` over `**`, and a template
with the verb over one without, whatever the order in the protos.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

Target = TypeVar("Target")

VARIABLE = re.compile(r"\{([a-z0-9_.]+)(?:=([^}]+))?\}")


@dataclass(frozen=True)
class Variable:
    """A field that the path holds: its segments from `start` up to `end` (None: the last)."""

    field: str
    start: int
    end: int | None


@dataclass(frozen=True)
class Template:
    """A parsed template."""

    text: str
    segments: tuple[str, ...]
    verb: str
    variables: tuple[Variable, ...]

    @property
    def is_static(self) -> bool:
        return not {"*", "**"} & set(self.segments)


def parse(text: str) -> Template:
    """Parse a template as google/api/http.proto describes it."""
    variables: list[tuple[str, str]] = []

    def marker(match: re.Match[str]) -> str:
        variables.append((match[1], match[2] or "*"))
        return f"{{{len(variables) - 1}}}"

    path = VARIABLE.sub(marker, text)
    path, verb = split_verb(path)
    segments: list[str] = []
    found: list[Variable] = []
    for piece in path.removeprefix("/").split("/"):
        if not piece.startswith("{"):
            segments.append(piece)
            continue
        name, pattern = variables[int(piece[1:-1])]
        inner = pattern.split("/")
        end = None if inner[-1] == "**" else len(segments) + len(inner)
        found.append(Variable(name, len(segments), end))
        segments += inner
    if "**" in segments[:-1]:
        raise ValueError(f"{text}: ** stands only at the end")
    return Template(text, tuple(segments), verb, tuple(found))


def split_verb(path: str) -> tuple[str, str]:
    head, slash, last = path.rpartition("/")
    name, _, verb = last.rpartition(":")
    return (head + slash + name, verb) if name else (path, "")


@dataclass
class Node(Generic[Target]):
    """The templates that begin with the segments down to here."""

    literals: dict[str, "Node[Target]"] = field(default_factory=dict)
    any_one: "Node[Target] | None" = None
    any_rest: "Node[Target] | None" = None
    ends: dict[str, Target] = field(default_factory=dict)

    def insert(self, segments: tuple[str, ...]) -> "Node[Target]":
        if not segments:
            return self
        first, *rest = segments
        if first == "**":
            self.any_rest = self.any_rest or Node()
            return self.any_rest
        if first == "*":
            self.any_one = self.any_one or Node()
            return self.any_one.insert(tuple(rest))
        return self.literals.setdefault(first, Node()).insert(tuple(rest))

    def find(self, segments: list[str], at: int, verb: str) -> Iterator[Target]:
        """Every end that the segments from `at` on reach, the most particular first."""
        if at == len(segments):
            if verb in self.ends:
                yield self.ends[verb]
            return
        literal = self.literals.get(segments[at])
        if literal is not None:
            yield from literal.find(segments, at + 1, verb)
        if self.any_one is not None and segments[at]:
            yield from self.any_one.find(segments, at + 1, verb)
        if self.any_rest is not None and verb in self.any_rest.ends and segments[at]:
            yield self.any_rest.ends[verb]


def candidates(root: Node[Target], path: str) -> Iterator[tuple[Target, list[str]]]:
    """What a raw path may mean, the likeliest first, with its segments (still encoded)."""
    without, verb = split_verb(path)
    if verb:
        segments = without[1:].split("/")
        for target in root.find(segments, 0, verb):
            yield target, segments
    segments = path[1:].split("/")
    for target in root.find(segments, 0, ""):
        yield target, segments


def values(template: Template, segments: list[str]) -> Iterator[tuple[str, str]]:
    """Each variable's field and its percent-decoded text; raises UnicodeDecodeError."""
    for variable in template.variables:
        text = "/".join(segments[variable.start : variable.end])
        yield variable.field, unquote_to_bytes(text).decode() if "%" in text else text
