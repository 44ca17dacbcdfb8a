"""`attune eval`: questions with gold SQL, asked of an Attune of their own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import err, out, out_json
from cli.local.errors import LocalError
from cli.settings import read_settings

if TYPE_CHECKING:
    from cli.evaluation.running import Result

MISSED = 4
KEY = "OPENAI_API_KEY"


def evaluate(
    suites: Annotated[
        list[str],
        typer.Argument(help="Suites: folders, or names of those that come with Attune, or all."),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model", help="A model to ask as well, with OPENAI_API_KEY; else the chat's default."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 where a gate of a suite is missed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out_path: Annotated[
        Path | None, typer.Option("--out", help="A file to write the JSON to, every answer too.")
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option("--markdown", help="A file whose table between the marks is written anew."),
    ] = None,
) -> None:
    """Ask questions whose answers are known, and tell how many came right.

    Starts an Attune of its own on free ports, in a temporary folder, over the seeded databases of
    the suites, and removes it at the end. docs/evaluation.md tells what a suite is.
    """
    import asyncio

    from cli.evaluation import report, view
    from cli.evaluation.running import evaluate as evaluated
    from cli.evaluation.suite import find, named, read

    found = [read(find(name)) for name in named(suites)]
    variables = read_settings().variables
    models = models_of(model or [], bool(variables.get(KEY)))
    try:
        with view.EvaluationView() as shown:
            results = asyncio.run(evaluated(found, models, variables, shown))
    except asyncio.CancelledError:  # by a signal; all that was started has ended
        raise LocalError("The evaluation was stopped.") from None
    if out_path:
        out_path.write_text(report.json_text(results), encoding="utf-8")
    if markdown:
        report.write_markdown(results, markdown)
    if as_json:
        out_json(report.as_data(results))
    else:
        view.show(results)
    finish(results, strict)


def models_of(asked: list[str], has_key: bool) -> list[str]:
    """The models to ask. What is skipped is said."""
    if not has_key:
        wanted = f" of {', '.join(asked)}" if asked else ""
        err(f"The answers{wanted} by a model are skipped: {KEY} is not set.")
        return []
    from services.analytics.settings import Settings

    return asked or [Settings.model_fields["chat_model"].default]


def finish(results: "list[Result]", strict: bool) -> None:
    missed = [result for result in results if not result.holds]
    if not missed:
        return
    for result in missed:
        by = result.model or "no model"
        for gate in result.gates:
            if not gate.holds:
                err(f"{result.suite.name} by {by}: {gate.name}: {gate.wanted}, not {gate.found}.")
    if strict:
        raise typer.Exit(MISSED)
    out("")
