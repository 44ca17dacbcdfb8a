"""Whom the passing of time concerns: who did something in what windows came over or left behind."""

from services.analytics.insights.compiler.events import PERSON, Around, Events
from services.analytics.segments.compiler.sources import during
from services.analytics.segments.domain import Did, Periods, Rule, leaves
from services.analytics.semantics.compiler import Period


def rolled_people(rule: Rule, around: Around, known: Periods, now: Periods, most: int) -> str:
    """The people of the events between, at most one more than `most`; "" where no window moved.

    `known` and `now` are the windows as they were and are, in the order of the tree.
    """
    did = [leaf for leaf in leaves(rule) if isinstance(leaf, Did)]
    events = Events(around)
    steps = [
        (*events.step(leaf.step, "event")[:1], *during(passed))
        for leaf, before, after in zip(did, known, now, strict=True)
        for passed in moved(before, after)
    ]
    if not steps:
        return ""
    # ORed, so that each is looked up by its own window.
    found = events.select([f"{PERSON} AS person"], steps, "true")
    return f"SELECT DISTINCT person FROM ({found}) AS rolled LIMIT {most + 1}"


def moved(before: Period | None, after: Period | None) -> list[Period]:
    """What is in one of them and not in both."""
    if before is None or after is None or before == after:
        return [] if before == after else [one for one in (before, after) if one]
    if before.end <= after.start or after.end <= before.start:
        return [before, after]
    edges = [sorted((before.start, after.start)), sorted((before.end, after.end))]
    return [Period(start, end) for start, end in edges if start < end]
