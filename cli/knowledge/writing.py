"""The knowledge base as YAML: plans for people, and files."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import ndiff
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cli.knowledge.kinds import CONNECTION, EMPTY, EVENTS, KINDS, UNORDERED, Kind
from cli.knowledge.planning import CHANGE, CREATE, DELETE, Step, There

SIGNS = {CREATE: "+", CHANGE: "~", DELETE: "-"}
HEADER = "# Written by `attune knowledge export`; see docs/knowledge.md.\n"


class Dumper(yaml.SafeDumper):
    """Texts of several lines stand as they are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def written_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, written_text)


def told(steps: Sequence[Step]) -> Iterator[str]:
    """The plan for people, line by line."""
    for step in steps:
        where = f"  ({step.wanted.file}:{step.wanted.line})" if step.wanted else ""
        of = f" of {step.connection_id}" if step.connection_id not in ("", EVENTS) else ""
        yield f"{SIGNS[step.action]} {step.kind.noun} {shown(step.name)}{of}{where}"
        for name, (was, value) in step.changes.items():
            yield from told_change(name, was, value)
    counts = [sum(step.action == action for step in steps) for action in (CREATE, CHANGE, DELETE)]
    yield "Plan: {} to create, {} to change, {} to delete.".format(*counts)


def told_change(name: str, was: Any, value: Any) -> Iterator[str]:
    several = [text for text in (was, value) if isinstance(text, str) and "\n" in text]
    if several and isinstance(was, str | None):
        yield f"    {name}:"
        for line in ndiff((was or "").splitlines(), value.splitlines()):
            if not line.startswith(("?", "  ")):
                yield f"      {line}"
    elif name in UNORDERED and was:
        added, gone = sorted({*value} - {*was}), sorted({*was} - {*value})
        parts = [f"+ {shown(one)}" for one in added] + [f"- {shown(one)}" for one in gone]
        yield f"    {name}: {', '.join(parts)}"
    elif was:
        yield f"    {name}: {shown(was)} -> {shown(value)}"
    else:
        yield f"    {name}: {shown(value)}"


def shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def as_json(step: Step) -> Mapping[str, Any]:
    item = step.wanted
    return {
        "action": step.action,
        "kind": step.kind.noun,
        "name": step.name,
        "connection_id": step.connection_id or None,
        "file": item.file if item else None,
        "line": item.line if item else None,
        "changes": {n: {"before": was, "after": v} for n, (was, v) in step.changes.items()},
    }


def export(items: Sequence[There], folder: Path) -> list[Path]:
    """A file for each kind that has items; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in KINDS:
        own = sorted((i for i in items if i.kind is kind), key=lambda i: (i.connection_id, i.name))
        if not own:
            continue
        document = {kind.section: [fields_of(kind, item) for item in own]}
        text = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
        path = folder / f"{kind.section}.yaml"
        path.write_text(HEADER + text, encoding="utf-8")
        paths.append(path)
    return paths


def fields_of(kind: Kind, item: There) -> dict[str, Any]:
    """What is not empty; the connection where it is not the built-in one."""
    fields = {
        name: without_empty(item.fields.get(name))
        for name, shape in kind.fields.items()
        if name != CONNECTION and item.fields.get(name) not in (None, EMPTY[shape])
    }
    if item.connection_id not in ("", EVENTS):
        fields[CONNECTION] = item.connection_id
    return fields


def without_empty(value: Any) -> Any:
    """Inside of mappings what is empty is left out."""
    if isinstance(value, dict):
        kept = {name: without_empty(each) for name, each in value.items()}
        return {n: v for n, v in kept.items() if v not in (None, "", [], {}) and v is not False}
    return [without_empty(each) for each in value] if isinstance(value, list) else value
