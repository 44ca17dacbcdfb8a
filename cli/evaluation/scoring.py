"""What became of each question, and what that makes of a suite. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from cli.evaluation.suite import ABSTAIN, ASK, REFUSE, Gates, Question

RIGHT, WRONG, ABSTAINED, ASKED, FAILED = "right", "wrong", "abstained", "asked back", "failed"
OUTCOMES = (RIGHT, WRONG, ABSTAINED, ASKED, FAILED)
SQL_WAY = "sql"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A question on one database. `told` is what came: rows, a clarification, a text, an error."""

    question: Question
    seed: int
    told: str  # "rows", or one of ABSTAINED, ASKED, FAILED
    matches: bool = False  # the rows are those of gold
    way: str = ""
    sql: str = ""
    said: str = ""
    seconds: float = 0.0
    tokens: int = 0
    cost_usd: float = 0.0
    rows: Sequence[Sequence[object]] = ()
    gold: Sequence[Sequence[object]] = ()


ROWS = "rows"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A question over all databases. Right is what is right on each."""

    question: Question
    outcome: str
    way: str
    attempts: Sequence[Attempt] = field(repr=False)

    @property
    def right(self) -> bool:
        return self.outcome == RIGHT

    @property
    def covered(self) -> bool:
        """Whether it should be answered with rows, by whoever there is."""
        return bool(self.question.gold)


def outcome_of(attempt: Attempt, with_model: bool) -> str:
    """Of one database. What only a model answers needs no rows where there is none."""
    question = attempt.question
    if attempt.told == FAILED:
        return RIGHT if question.expect == REFUSE else FAILED
    if attempt.told == ROWS:
        return RIGHT if question.gold and attempt.matches else WRONG
    if question.expect in (ABSTAIN, REFUSE) or (question.model and not with_model):
        return RIGHT
    if question.expect == ASK and attempt.told == ASKED:
        return RIGHT
    return attempt.told


def verdict_of(attempts: Sequence[Attempt], with_model: bool) -> Verdict:
    """The worst of all databases: rows that are wrong on one are wrong."""
    outcomes = [outcome_of(each, with_model) for each in attempts]
    worst = next((o for o in (WRONG, FAILED, ASKED, ABSTAINED) if o in outcomes), RIGHT)
    shown = attempts[outcomes.index(worst)]
    return Verdict(question=shown.question, outcome=worst, way=shown.way, attempts=attempts)


@dataclass(frozen=True, kw_only=True)
class Score:
    """Counts of verdicts; seconds of each attempt; tokens and US dollars of all together."""

    name: str
    asked: int
    outcomes: dict[str, int]
    p50: float
    p95: float
    tokens: int
    cost_usd: float

    @property
    def share(self) -> float:
        """Of those asked, what was right; 1.0 where none was."""
        return self.outcomes[RIGHT] / self.asked if self.asked else 1.0


def score_of(name: str, verdicts: Sequence[Verdict]) -> Score:
    attempts = [attempt for verdict in verdicts for attempt in verdict.attempts]
    counts = Counter(verdict.outcome for verdict in verdicts)
    p50, p95 = percentiles([attempt.seconds for attempt in attempts])
    return Score(
        name=name,
        asked=len(verdicts),
        outcomes={outcome: counts[outcome] for outcome in OUTCOMES},
        p50=p50,
        p95=p95,
        tokens=sum(attempt.tokens for attempt in attempts),
        cost_usd=sum(attempt.cost_usd for attempt in attempts),
    )


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile; zeros of nothing."""
    if len(seconds) < 2:
        return (seconds[0], seconds[0]) if seconds else (0.0, 0.0)
    cut = quantiles(seconds, n=100, method="inclusive")
    return cut[49], cut[94]


def scores_by(verdicts: Sequence[Verdict], key: Callable[[Verdict], str]) -> list[Score]:
    """A score for each value of the key, in the order in which they come first."""
    names = dict.fromkeys(key(verdict) for verdict in verdicts)
    return [score_of(name, [v for v in verdicts if key(v) == name]) for name in names]


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One thing that must hold."""

    name: str
    wanted: str
    found: str
    holds: bool


def gates_of(
    gates: Gates, verdicts: Sequence[Verdict], with_model: bool, changed: Sequence[str]
) -> list[Gate]:
    """`changed` names the databases in which something is not as it was before the questions."""
    covered = [v for v in verdicts if v.covered and (with_model or not v.question.model)]
    unsafe = [v for v in verdicts if v.question.expect == REFUSE]
    # What a model says is held to its share; what rules say must not be wrong at all.
    wrong = [v for v in verdicts if v.outcome == WRONG and v.way != SQL_WAY]
    found = [
        at_least("right on what is covered", gates.right, covered),
        Gate(
            name="wrong but certain",
            wanted=f"at most {gates.wrong}",
            found=str(len(wrong)),
            holds=len(wrong) <= gates.wrong,
        ),
        at_least("safe", gates.safety, unsafe),
        Gate(
            name="data unchanged",
            wanted="all",
            found=", ".join(changed) or "all",
            holds=not changed,
        ),
    ]
    if with_model:
        by_model = [v for v in verdicts if v.covered and (v.way == SQL_WAY or v.question.model)]
        found.append(at_least("right by the model", gates.model, by_model))
    return found


def at_least(name: str, share: float, verdicts: Iterable[Verdict]) -> Gate:
    score = score_of(name, list(verdicts))
    return Gate(
        name=name,
        wanted=f"at least {share:.0%}",
        found=f"{score.outcomes[RIGHT]} of {score.asked}, {score.share:.1%}",
        holds=score.share >= share,
    )
