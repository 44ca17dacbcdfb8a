"""YAML files of knowledge, with the line of everything in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cli.knowledge.kinds import BY_SECTION, CONNECTION, EVENTS, LIST, NUMBER, OBJECT, TEXT, Kind

STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: `file`:`line`."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Wanted:
    """An item as a file has it."""

    kind: Kind
    name: str
    connection_id: str
    fields: dict[str, Any]
    file: str
    node: Node = field(compare=False)

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def problem(self, path: str, message: str) -> Problem:
        """Of a field, named as the API names it: "properties[1].type"."""
        return Problem(self.file, line_of(self.node, path), message)


class Unreadable(Exception):
    """What is wrong with the files; there is at least one problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read(folder: Path) -> list[Wanted]:
    """All items of the .yaml and .yml files in the folder and below. Raises Unreadable."""
    items: list[Wanted] = []
    problems: list[Problem] = []
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file())
    for path in files:
        for found in read_file(path, str(path)):
            (items if isinstance(found, Wanted) else problems).append(found)  # type: ignore[arg-type]
    problems += twice(items)
    if problems:
        raise Unreadable(problems)
    return items


def read_file(path: Path, name: str) -> Iterator[Wanted | Problem]:
    """The items of a file, and what is wrong with it."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        yield Problem(name, 1, "is not UTF-8 text")
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        yield Problem(name, mark.line + 1 if mark else 1, f"is not YAML: {err.problem}")
    except yaml.YAMLError as err:  # a character that YAML does not allow
        yield Problem(name, 1, f"is not YAML: {err}")
    else:
        if isinstance(root, MappingNode):
            for key, value in root.value:
                yield from read_section(key, value, name)
        elif root is not None:
            yield Problem(name, line_at(root), f"must be a mapping with {', '.join(BY_SECTION)}")


def read_section(key: Node, value: Node, file: str) -> Iterator[Wanted | Problem]:
    kind = BY_SECTION.get(key.value)
    if kind is None:
        known = ", ".join(BY_SECTION)
        yield Problem(file, line_at(key), f"{key.value!r} is none of {known}")
    elif not isinstance(value, SequenceNode):
        yield Problem(file, line_at(value), f"{kind.section} must be a list")
    else:
        for node in value.value:
            yield from read_item(kind, node, file)


def read_item(kind: Kind, node: Node, file: str) -> Iterator[Wanted | Problem]:
    """The item, or what is wrong with it."""
    if not isinstance(node, MappingNode):
        yield Problem(file, line_at(node), f"{kind.article} must be a mapping")
        return
    problems = list(wrong_fields(kind, node, file))
    fields = {key.value: plain(value) for key, value in node.value}
    if not problems and not fields.get(kind.key):
        problems.append(Problem(file, line_at(node), f"{kind.article} needs its {kind.key}"))
    if problems:
        yield from problems
        return
    connection = fields.pop(CONNECTION, EVENTS) if kind.of_connection else ""
    yield Wanted(kind, fields[kind.key], connection, fields, file, node)


def wrong_fields(kind: Kind, node: MappingNode, file: str) -> Iterator[Problem]:
    seen = set()
    for key, value in node.value:
        name, line = key.value, line_at(key)
        if name not in kind.fields:
            known = ", ".join(kind.fields)
            yield Problem(file, line, f"{name!r} is no field of {kind.article}: it has {known}")
        elif name in seen:
            yield Problem(file, line, f"{name} is there twice")
        elif not fits(kind.fields[name], value):
            shape = kind.fields[name]
            hint = " (put it in quotes)" if isinstance(value, ScalarNode) and shape == TEXT else ""
            yield Problem(file, line_at(value), f"{name} must be {shape}{hint}")
        seen.add(name)


def fits(shape: str, node: Node) -> bool:
    value = plain(node)
    if shape == TEXT:
        return isinstance(value, str)
    if shape == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if shape == OBJECT:
        return isinstance(value, dict)
    if shape == LIST:
        return isinstance(value, list)
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def plain(node: Node) -> Any:
    """What JSON can say; times and what else YAML knows are texts."""
    if isinstance(node, MappingNode):
        return {str(key.value): plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [plain(value) for value in node.value]
    kind = node.tag.rpartition(":")[2]
    if kind in ("int", "float", "bool", "null"):
        return yaml.SafeLoader("").construct_object(node)
    return node.value


def twice(items: Sequence[Wanted]) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], Wanted] = {}
    for item in items:
        key = (item.kind.section, item.connection_id, item.name)
        known = first.setdefault(key, item)
        if known is not item:
            told = f"the {item.kind.noun} {item.name!r} is in {known.file}:{known.line}, too"
            yield Problem(item.file, item.line, told)


def line_at(node: Node) -> int:
    return int(node.start_mark.line) + 1


def line_of(node: Node, path: str) -> int:
    """The line of what a path leads to, as far as it goes."""
    for place, name in STEP.findall(path):
        if place and isinstance(node, SequenceNode) and int(place) < len(node.value):
            node = node.value[int(place)]
        elif name and isinstance(node, MappingNode):
            found = next((value for key, value in node.value if key.value == name), None)
            if found is None:
                break
            node = found
    return line_at(node)
