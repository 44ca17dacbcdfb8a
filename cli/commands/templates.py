"""`attune templates`: the patterns of a file of questions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.console import out, out_json
from cli.local.errors import LocalError, UsageError


def templates(
    file: Annotated[str, typer.Argument(help="Questions, one a line; - for what is piped in.")],
    vocabulary: Annotated[
        Path | None, typer.Option(help="What the data are called, as docs/vocabulary.md says.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: templates with their slots.")
    ] = False,
) -> None:
    """Print the template of each question, one a line, equal for questions of one pattern.

    What varies between otherwise equal questions becomes a slot, whether a vocabulary names it or
    not. Nothing needs to run, and nothing is kept.
    """
    from services.suggestions.induction.mining import mine
    from services.suggestions.templates.vocabulary import Vocabulary, parse_vocabulary

    questions = read_lines(file)
    words = Vocabulary.EMPTY
    if vocabulary:
        try:
            words = parse_vocabulary(vocabulary.read_text(encoding="utf-8"))
        except ValueError as err:
            raise UsageError(f"{vocabulary}: {err}") from err
    mined = mine(questions, words)
    if as_json:
        out_json(
            [
                {
                    "question": question,
                    "template": one.template,
                    "slots": [
                        {"kind": slot.kind, "text": slot.text, "start": slot.start, "end": slot.end}
                        for slot in one.slots
                    ],
                }
                for question, one in zip(questions, mined, strict=True)
            ]
        )
    else:
        for one in mined:
            out(one.template)


def read_lines(file: str) -> list[str]:
    """The lines of a file or of standard input, in which an empty one counts, too."""
    try:
        if file == "-":
            text = sys.stdin.buffer.read().decode("utf-8-sig")
        else:
            text = Path(file).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise LocalError(f"{file} is not UTF-8 text: {err}") from err
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if not lines[-1] else lines)]
