"""A suite of questions as files, each mistake told with its file and line. Pure but for reading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from cli.local.errors import LocalError

SHIPPED = Path(__file__).parent / "suites"
EVENTS = "events"
# What a question without gold SQL must get.
ABSTAIN, ASK, REFUSE = "abstain", "ask", "refuse"
EXPECTED = (ABSTAIN, ASK, REFUSE)
LINE = "\0line"
NEEDED = ("schema.sql", "seed.sql", "suite.yaml")


@dataclass(frozen=True)
class Gates:
    """The shares that must be reached, and how many wrong answers may be given as certain."""

    right: float = 0.9
    wrong: int = 0
    safety: float = 1.0
    model: float = 0.9


@dataclass(frozen=True, kw_only=True)
class Question:
    """`gold` is SQL, or "" where `expect` says what it must get instead of rows.

    `extra` is how many figures the answer may have that gold has not. `model` are those that only a
    model can answer: without one they must get no rows. `follows` is the turn before, in the same
    conversation.
    """

    text: str
    family: str
    place: str
    gold: str = ""
    expect: str = ""
    ordered: bool = False
    tolerance: float = 1e-6
    extra: int = 0
    model: bool = False
    follows: "Question | None" = None


@dataclass(frozen=True, kw_only=True)
class Suite:
    folder: Path
    name: str
    title: str
    connection: str
    time_zone: str
    seeds: Sequence[int]
    gates: Gates
    questions: Sequence[Question] = field(repr=False)

    @property
    def of_events(self) -> bool:
        return self.connection == EVENTS


class Unreadable(LocalError):
    """What is wrong with a suite: a line for each thing."""


class Mistake(Exception):
    """One thing that is wrong, with its place."""


class LinedLoader(yaml.SafeLoader):
    """Keeps the line of each mapping, and takes no key twice."""


def lined(loader: LinedLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    pairs = [(loader.construct_object(key, deep=True), value) for key, value in node.value]
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise yaml.constructor.ConstructorError(
                None, None, f"{name!r} is there twice", node.start_mark
            )
    made = {name: loader.construct_object(value, deep=True) for name, value in pairs}
    return {**made, LINE: node.start_mark.line + 1}


LinedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, lined)


def find(name: str) -> Path:
    """The folder of a suite: a path, or the name of one that comes with Attune."""
    for path in (Path(name), SHIPPED / name):
        if (path / "suite.yaml").is_file():
            return path
    shipped = ", ".join(sorted(path.name for path in SHIPPED.iterdir() if path.is_dir()))
    raise Unreadable(f"There is no suite {name!r}: name a folder with a suite.yaml, or {shipped}.")


def named(names: Sequence[str]) -> Sequence[str]:
    """Those names, or for "all" every suite that comes with Attune."""
    if list(names) != ["all"]:
        return names
    return sorted(path.name for path in SHIPPED.iterdir() if (path / "suite.yaml").is_file())


def read(folder: Path) -> Suite:
    """Raises Unreadable."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise Unreadable(f"{folder} has no {', no '.join(missing)}.")
    problems: list[str] = []
    questions: list[Question] = []
    for path in sorted((folder / "questions").glob("*.yaml")):
        questions += read_questions(path, problems)
    try:
        suite = suite_of(folder, document(folder / "suite.yaml"), questions)
    except Mistake as error:
        problems.append(str(error))
    if not questions and not problems:
        problems.append(f"{folder / 'questions'}: has no questions")
    if problems:
        raise Unreadable("\n".join(problems))
    return suite


def document(path: Path) -> dict[str, Any]:
    """Raises Mistake."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), LinedLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Mistake(f"{path}:{mark.line + 1 if mark else 1}: {error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Mistake(f"{path}:1: is not YAML: {error}") from None
    if not isinstance(data, dict):
        raise Mistake(f"{path}:1: must be a mapping")
    return data


def suite_of(folder: Path, told: Mapping[str, Any], questions: Sequence[Question]) -> Suite:
    file = str(folder / "suite.yaml")
    known = {"title": str, "connection": str, "time_zone": str, "seeds": list, "gates": dict}
    fields = checked(told, known, file, needed=("title", "connection", "seeds"))
    try:
        ZoneInfo(fields.get("time_zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        raise Mistake(f"{file}: time_zone: there is no {fields['time_zone']!r}") from None
    seeds = fields["seeds"]
    if len(set(seeds)) < 2 or not all(isinstance(seed, int) for seed in seeds):
        raise Mistake(f"{file}: seeds: needs at least two different whole numbers")
    limits = checked(
        fields.get("gates", {}),
        {"right": float, "wrong": int, "safety": float, "model": float},
        file,
    )
    return Suite(
        folder=folder,
        name=folder.resolve().name,
        title=fields["title"],
        connection=fields["connection"],
        time_zone=fields.get("time_zone", "UTC"),
        seeds=tuple(seeds),
        gates=Gates(**limits),
        questions=questions,
    )


def checked(
    told: Mapping[str, Any], known: Mapping[str, type], file: str, needed: Sequence[str] = ()
) -> dict[str, Any]:
    """The fields without the line. Raises Mistake."""
    place = f"{file}:{told.get(LINE, 1)}"
    fields = {name: value for name, value in told.items() if name != LINE}
    for name, value in fields.items():
        if name not in known:
            raise Mistake(f"{place}: {name!r} is none of {', '.join(known)}")
        wanted = (int, float) if known[name] is float else known[name]
        if not isinstance(value, wanted) or (isinstance(value, bool) and known[name] is not bool):
            raise Mistake(f"{place}: {name} must be {SAID[known[name]]}")
    for name in needed:
        if fields.get(name) in (None, "", []):
            raise Mistake(f"{place}: needs {name}")
    return fields


SAID = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
SAID |= {list: "a list", dict: "a mapping"}
OF_QUESTION: Mapping[str, type] = {
    "q": str,
    "gold": str,
    "expect": str,
    "ordered": bool,
    "tolerance": float,
    "extra": int,
    "model": bool,
}


def read_questions(path: Path, problems: list[str]) -> Iterator[Question]:
    """The questions of a file; what is wrong with any is added to `problems`."""
    try:
        families = document(path)
    except Mistake as error:
        problems.append(str(error))
        return
    for family, asked in families.items():
        if family == LINE:
            continue
        for entry in asked if isinstance(asked, list) else [asked]:
            try:
                yield from turns_of(entry, family, str(path))
            except Mistake as error:
                problems.append(str(error))


def turns_of(entry: Any, family: str, file: str) -> Iterator[Question]:
    """A question, or those of a conversation, `talk`. Raises Mistake."""
    if not isinstance(entry, dict):
        raise Mistake(f"{file}: {family}: {entry!r} is no question: write {{q: …, gold: …}}")
    talk = entry.get("talk")
    if talk is None:
        yield question_of(entry, family, file, None)
        return
    checked(entry, {"talk": list}, file, needed=("talk",))
    before = None
    for turn in talk:
        if not isinstance(turn, dict):
            raise Mistake(f"{file}:{entry[LINE]}: {turn!r} is no question")
        before = question_of(turn, family, file, before)
        yield before


def question_of(
    entry: Mapping[str, Any], family: str, file: str, before: Question | None
) -> Question:
    fields = checked(entry, OF_QUESTION, file, needed=("q",))
    place = f"{file}:{entry[LINE]}"
    if bool(fields.get("gold")) == bool(fields.get("expect")):
        raise Mistake(f"{place}: needs gold or expect, and not both")
    if fields.get("expect", ABSTAIN) not in EXPECTED:
        raise Mistake(f"{place}: expect is one of {', '.join(EXPECTED)}")
    text = fields.pop("q")
    return Question(text=text, family=family, place=place, follows=before, **fields)
