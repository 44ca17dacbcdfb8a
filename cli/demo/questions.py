"""The questions to replay: the project's own, or those of any file."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cli.local.errors import UsageError
from cli.settings import CHECKOUT

if TYPE_CHECKING:
    from services.suggestions.templates.vocabulary import Vocabulary

SAMPLE = CHECKOUT / "samples" / "questions.txt"
VOCABULARY = CHECKOUT / "samples" / "vocabulary" / "demo" / "shop.toml"
ROLE_LINE = re.compile(r"#\s*job role:\s*([\w -]+?)\s*")
LONGEST = 2_000

Pattern: TypeAlias = "tuple[Question, ...]"
"""Questions that are the same but for their slots."""


@dataclass(frozen=True)
class Question:
    """A text, and whose favourite it is where the file says so."""

    text: str
    job_role: str | None = None


@dataclass(frozen=True)
class Source:
    """Questions with the organization and the connection that they are asked in.

    `vocabulary` is the file of the connection's words, where there is one.
    """

    path: Path
    organization: str
    connection: str
    vocabulary: Path | None

    @property
    def is_sample(self) -> bool:
        return self.path == SAMPLE


def source_of(path: Path | None, vocabulary: Path | None = None) -> Source:
    """The sample of the project, or a file that has an organization of its own."""
    if path is None or path.resolve() == SAMPLE:
        return Source(SAMPLE, "demo", "shop", vocabulary or VOCABULARY)
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40] or "questions"
    return Source(path, f"demo-{name}", name, vocabulary)


def read_questions(path: Path) -> list[Question]:
    """One question a line, or one JSON object a line with the question as `q`.

    Raises UsageError where there is none, or where the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as err:
        reason = err.strerror if isinstance(err, OSError) else "it is not UTF-8"
        raise UsageError(f"Cannot read {path}: {reason}.") from None
    found = list(questions_in(lines, path))
    if not found:
        raise UsageError(f"{path} has no questions: write one a line.")
    return found


def questions_in(lines: Iterable[str], path: Path) -> Iterator[Question]:
    job_role = None
    for number, line in enumerate(map(str.strip, lines), 1):
        if match := ROLE_LINE.fullmatch(line):
            job_role = match[1]
        elif line and not line.startswith("#"):
            text = question_of(line, f"{path}, line {number}")
            yield Question(text[:LONGEST], job_role)


def question_of(line: str, where: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        text = json.loads(line)["q"]
    except (ValueError, KeyError, TypeError):
        raise UsageError(f'{where} is no JSON object with the question as "q".') from None
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f'{where}: "q" must be a text.')
    return text.strip()


def patterns_of(questions: Sequence[Question], vocabulary: "Vocabulary") -> list[Pattern]:
    """The questions by template, in the order of the first of each: as mined from all of them."""
    from services.suggestions.induction.mining import mine

    found: dict[str, list[Question]] = {}
    mined = mine([question.text for question in questions], vocabulary)
    for question, one in zip(questions, mined, strict=True):
        found.setdefault(one.template, []).append(question)
    return [tuple(group) for group in found.values()]


def read_vocabulary(file: Path | None) -> "Vocabulary":
    """The words of a file; none without one. Raises UsageError where it is not a vocabulary."""
    from services.suggestions.templates.vocabulary import Vocabulary, parse_vocabulary

    if file is None:
        return Vocabulary.EMPTY
    try:
        return parse_vocabulary(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise UsageError(f"{file}: {err}.") from None
