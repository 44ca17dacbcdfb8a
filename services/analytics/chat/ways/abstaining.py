"""What is said where the grammar has no answer: why, and what there is to ask for."""

import re
from collections.abc import Sequence

from services.analytics.queries.domain import EVENTS
from services.analytics.understanding import Knowledge, KnownEvent, Understood
from services.analytics.understanding.tokens import tokens_of

FOREIGN = (
    "I understand questions in English that name metrics, events and properties which are defined"
    " here, and of this one I know too few words."
)
UNDEFINED = (
    "Nothing is defined on this connection yet: define a metric of it (POST"
    " /api/v1/knowledge/business-metrics), or write SQL."
)
NO_EVENTS = "no events have come yet: send some to POST /api/v1/events"
WELCOME = "I answer questions about your data."
# Of so many unknown words it is not worth while to name them.
FEWEST_UNKNOWN = 3
SHOWN = 3
# What asks for nothing of the data.
TALK = re.compile(
    r"(?:hi|hello|hey|help|thanks|thank you|yes|no|who are you|how are you"
    r"|good (?:morning|afternoon|evening)|how does (?:this|it) work"
    r"|(?:how|what) (?:can|could|may|do|should) (?:you|i|we) (?:do|ask|answer|know|help)\b.*"
    r"|(?:what|which) (?:data|metrics|events|dimensions)(?: (?:are|do|can|may|could)\b.*)?)",
    re.IGNORECASE,
)
# Events of this kind are what people do here.
OWN = "attune."


def abstention(question: str, understood: Understood, knowledge: Knowledge, on: str) -> str:
    """One sentence of why, and one of what may be asked for instead."""
    if TALK.fullmatch(" ".join(question.split()).strip("?!. ")):
        return f"{WELCOME} {to_ask(knowledge, on)}"
    if is_foreign(question, understood):
        return f"{FOREIGN} {to_ask(knowledge, on)}"
    return f"I cannot answer this: {understood.because}. {to_ask(knowledge, on)}"


def is_foreign(question: str, understood: Understood) -> bool:
    """Whether most of its words are unknown: another language, or another subject."""
    words = [token for token in tokens_of(question) if token.kind == "word"]
    unknown = len(understood.missing)
    some = unknown >= FEWEST_UNKNOWN or not question.isascii()
    return some and 2 * unknown > len(words)


def to_ask(knowledge: Knowledge, on: str) -> str:
    metrics = [one.display_name or one.name for one in knowledge.metrics][:SHOWN]
    dimensions = [one.name for one in knowledge.dimensions if not one.numeric][:SHOWN]
    events = [one.name for one in seen(knowledge)][:SHOWN]
    if not (metrics or events):
        return f"{NO_EVENTS[:1].upper()}{NO_EVENTS[1:]}." if on == EVENTS else UNDEFINED
    known = [named("metric", metrics)] if metrics else []
    known += [f"by {', '.join(dimensions)}"] if metrics and dimensions else []
    known += [named("event", events)] if events else []
    return f"You may ask, for example, for {'; '.join(known)}."


def named(what: str, names: Sequence[str]) -> str:
    return f"the {what}{'' if len(names) == 1 else 's'} {', '.join(names)}"


def seen(knowledge: Knowledge) -> list[KnownEvent]:
    return [one for one in knowledge.events if not one.name.startswith(OWN)]
