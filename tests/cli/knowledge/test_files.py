"""Files of knowledge: what is read, what is wrong with them, and what a plan says."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.knowledge.kinds import BY_SECTION, KINDS
from cli.knowledge.planning import CHANGE, CREATE, DELETE, There, plan
from cli.knowledge.reading import Unreadable, read
from cli.knowledge.writing import export, told
from tests.properties import quick

EVENT = BY_SECTION["event_definitions"]
SAMPLE = Path(__file__).parents[3] / "samples" / "knowledge"
PURCHASE = """\
event_definitions:
  - name: purchase
    description: Paid.
    properties:
      - name: amount
        type: number
    tags: [b, a]
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def complaints(folder: Path, text: str) -> list[str]:
    with pytest.raises(Unreadable) as err:
        read(written(folder, a=text))
    return [str(p).replace(f"{folder}/", "") for p in err.value.problems]


def there(kind: Any = EVENT, **fields: Any) -> There:
    return There(kind, fields[kind.key], "", {"id": "i", "version": 3, **fields})


def test_an_item_knows_its_file_and_the_lines_of_its_fields(tmp_path: Path) -> None:
    [item] = read(written(tmp_path, a=PURCHASE))
    assert (item.kind, item.name, item.connection_id, item.line) == (EVENT, "purchase", "", 2)
    assert item.problem("properties[0].type", "x").line == 6
    assert item.problem("properties[7].type", "x").line == 5
    assert item.problem("nothing", "x").line == 2


def test_every_file_below_is_read(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    written(tmp_path, a=PURCHASE, empty="# nothing\n")
    (tmp_path / "sub" / "b.yml").write_text("entries: [{title: T, content: C}]")
    (tmp_path / "notes.txt").write_text("no YAML: [")
    assert [item.name for item in read(tmp_path)] == ["purchase", "T"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "a.yaml:1: is not YAML"),
        ("- x", "a.yaml:1: must be a mapping with event_definitions"),
        ("events: []", "a.yaml:1: 'events' is none of event_definitions"),
        ("entries: x", "a.yaml:1: entries must be a list"),
        ("entries:\n  - x", "a.yaml:2: an entry must be a mapping"),
        ("entries:\n  - content: x", "a.yaml:2: an entry needs its title"),
        ("entries:\n  - title: x\n    text: y", "a.yaml:3: 'text' is no field of an entry"),
        ("entries:\n  - title: x\n    title: y", "a.yaml:3: title is there twice"),
        ("entries:\n  - title: 12", "a.yaml:2: title must be a text (put it in quotes)"),
        ("entries:\n  - title: x\n    tags: y", "a.yaml:3: tags must be a list of texts"),
        ("entries:\n  - title: x\n  - title: x", "a.yaml:3: the entry 'x' is in"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    [complaint] = complaints(tmp_path, text)
    assert complaint.startswith(told)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    assert len(complaints(tmp_path, "x: 1\ny: 2\nentries: [{title: 1}]")) == 3


def test_what_is_left_out_is_emptied_and_order_of_tags_tells_nothing(tmp_path: Path) -> None:
    wanted = read(written(tmp_path, a=PURCHASE))
    properties = [{"name": "amount", "type": "number", "description": "", "required": False}]
    now = {"name": "purchase", "description": "Paid.", "properties": properties, "tags": ["a", "b"]}
    assert plan(wanted, [there(**now)], prune=True) == []
    [step] = plan(wanted, [there(**now, category="commerce")], prune=True)
    assert (step.action, dict(step.changes)) == (CHANGE, {"category": ("commerce", "")})


def test_what_no_file_has_is_deleted_only_where_that_is_asked(tmp_path: Path) -> None:
    wanted = read(written(tmp_path, a=PURCHASE))
    known = [there(name="refund")]
    assert [step.action for step in plan(wanted, known, prune=False)] == [CREATE]
    assert [step.action for step in plan(wanted, known, prune=True)] == [CREATE, DELETE]


def test_a_plan_can_be_read(tmp_path: Path) -> None:
    text = PURCHASE + "entries:\n  - title: T\n    content: |\n      one\n      three\n"
    wanted = read(written(tmp_path, a=text))
    entry = there(BY_SECTION["entries"], title="T", content="one\ntwo\n")
    lines = list(told(plan(wanted, [there(name="purchase", tags=["a", "c"]), entry], prune=True)))
    assert [line.replace(f"{tmp_path}/", "") for line in lines] == [
        '~ event definition "purchase"  (a.yaml:2)',
        '    description: "Paid."',
        '    properties: [{"name":"amount","type":"number"}]',
        '    tags: + "b", - "c"',
        '~ entry "T"  (a.yaml:9)',
        "    content:",
        "      - two",
        "      + three",
        "Plan: 0 to create, 2 to change, 0 to delete.",
    ]


def test_the_sample_can_be_read() -> None:
    assert {item.kind.section for item in read(SAMPLE)} >= {"event_definitions", "entries"}


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)
lines = st.lists(texts, min_size=1, max_size=4).map("\n".join)


@quick
@given(
    st.lists(
        st.tuples(texts, lines, st.lists(texts, max_size=3)), max_size=4, unique_by=lambda t: t[0]
    )
)
def test_what_is_written_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, str, list[str]]]
) -> None:
    kind = BY_SECTION["entries"]
    known = [there(kind, title=t, content=c, tags=sorted(set(tags))) for t, c, tags in entries]
    folder = tmp_path_factory.mktemp("files")
    export(known, folder)
    assert plan(read(folder), known, prune=True) == []


def test_every_kind_has_its_key_among_its_fields() -> None:
    assert all(kind.key in kind.fields for kind in KINDS)
