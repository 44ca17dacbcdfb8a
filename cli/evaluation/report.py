"""Results for scripts and for documents."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cli.evaluation.running import Result
from cli.evaluation.scoring import (
    OUTCOMES,
    RIGHT,
    WRONG,
    Attempt,
    Score,
    Verdict,
    score_of,
    scores_by,
)
from cli.local.errors import LocalError

BEGIN, END = "<!-- attune eval: begin -->", "<!-- attune eval: end -->"
SHOWN_ROWS = 20


def by_family(result: Result) -> list[Score]:
    return scores_by(result.verdicts, lambda verdict: verdict.question.family)


def by_way(result: Result) -> list[Score]:
    return scores_by(result.verdicts, lambda verdict: verdict.way or "none")


def total(result: Result) -> Score:
    return score_of(result.suite.name, result.verdicts)


def as_data(results: Sequence[Result]) -> dict[str, Any]:
    """Scores, gates, and what is not right, with its place."""
    return {"holds": all(result.holds for result in results), "suites": list(map(one, results))}


def one(result: Result) -> dict[str, Any]:
    return {
        "suite": result.suite.name,
        "title": result.suite.title,
        "model": result.model or None,
        "seeds": list(result.suite.seeds),
        "holds": result.holds,
        "gates": [asdict(gate) for gate in result.gates],
        "total": scored(total(result)),
        "families": [scored(score) for score in by_family(result)],
        "ways": [scored(score) for score in by_way(result)],
        "not_right": [told(v) for v in result.verdicts if not v.right],
    }


def scored(score: Score) -> dict[str, Any]:
    return {
        "name": score.name,
        "asked": score.asked,
        **{outcome.replace(" ", "_"): count for outcome, count in score.outcomes.items()},
        "share": round(score.share, 4),
        "p50_seconds": round(score.p50, 4),
        "p95_seconds": round(score.p95, 4),
        "tokens": score.tokens,
        "cost_usd": score.cost_usd,
    }


def told(verdict: Verdict) -> dict[str, Any]:
    """A verdict with what came on each database."""
    question = verdict.question
    return {
        "question": question.text,
        "family": question.family,
        "place": question.place,
        "expected": question.expect or "gold",
        "gold_sql": question.gold or None,
        "outcome": verdict.outcome,
        "way": verdict.way,
        "attempts": [attempted(attempt) for attempt in verdict.attempts],
    }


def attempted(attempt: Attempt) -> dict[str, Any]:
    return {
        "seed": attempt.seed,
        "told": attempt.told,
        "matches": attempt.matches,
        "said": attempt.said,
        "sql": attempt.sql or None,
        "seconds": round(attempt.seconds, 4),
        "tokens": attempt.tokens,
        "rows": attempt.rows[:SHOWN_ROWS],
        "gold_rows": attempt.gold[:SHOWN_ROWS],
    }


def json_text(results: Sequence[Result]) -> str:
    """All of it, every answer too."""
    data = as_data(results)
    for each, result in zip(data["suites"], results, strict=True):
        each["questions"] = [told(verdict) for verdict in result.verdicts]
    return json.dumps(data, indent=2, default=str) + "\n"


HEAD = ("asked", *OUTCOMES, "p50", "p95")


def markdown(results: Sequence[Result]) -> Iterator[str]:
    """A table for each result, line by line."""
    for result in results:
        by = f"`{result.model}`" if result.model else "no model"
        yield f"### {result.suite.title} (`{result.suite.name}`), {by}"
        yield ""
        yield f"| family | {' | '.join(HEAD)} |"
        yield f"|---|{'--:|' * len(HEAD)}"
        for score in by_family(result):
            yield row(score, score.name.replace("_", " "))
        yield row(total(result), "**all**")
        yield ""
        yield "| gate | wanted | found |"
        yield "|---|---|---|"
        for gate in result.gates:
            missed = "" if gate.holds else " (missed)"
            yield f"| {gate.name} | {gate.wanted} | {gate.found}{missed} |"
        yield ""


def row(score: Score, name: str) -> str:
    counts = [str(score.outcomes[outcome]) for outcome in OUTCOMES]
    times = [f"{1000 * seconds:.0f} ms" for seconds in (score.p50, score.p95)]
    return f"| {name} | {' | '.join([str(score.asked), *counts, *times])} |"


def write_markdown(results: Sequence[Result], path: Path) -> None:
    """Put the tables between the marks of the file. Raises LocalError where it has none."""
    text = path.read_text(encoding="utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise LocalError(f"{path} has no lines {BEGIN} and {END} to write between.")
    table = "\n".join(markdown(results)).rstrip()
    path.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def wrong_first(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """What is not right; what is wrong comes first."""
    missed = [verdict for verdict in verdicts if verdict.outcome != RIGHT]
    return sorted(missed, key=lambda verdict: verdict.outcome != WRONG)
