"""A question in its conversation: follow-ups of what was asked before, and a "yes" to what was
asked back.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from services.analytics.chat.domain import Exchange
from services.analytics.understanding import Reading, Understood

# Reads a text as a follow-up of a reading, or by itself.
Read = Callable[[str, Reading | None], Understood]

YES = re.compile(
    r"\b(?:yes|yep|yeah|yup|sure|ok|okay|right|exactly|correct|please|do it|go ahead"
    r"|that(?:'s| is)(?: (?:it|right|correct))?|(?:that|this) one)\b",
    re.IGNORECASE,
)
NO_WORD = re.compile(r"[\s,.!]+")


def understood_after(exchanges: Sequence[Exchange], text: str, read: Read) -> Understood:
    """What the text means after these exchanges, oldest first.

    What may mean two things is followed up as both: "the last 30 days" may say which one.
    """
    before: Sequence[Reading] = ()
    offered: Reading | None = None
    for each in exchanges:
        found = confirmed(each.question, offered) or followed(each.question, before, read)
        if found.readings and all(one.certain for one in found.readings):
            before = found.readings
        offered = offered_in(found, each.told)
    return confirmed(text, offered) or followed(text, before, read)


def followed(text: str, before: Sequence[Reading], read: Read) -> Understood:
    found = [read(text, one) for one in before or (None,)]
    if not all(one.certain for one in found):
        return found[0]
    readings = {repr(one.readings[0].plan): one.readings[0] for one in found}
    return Understood(tuple(readings.values()))


def offered_in(found: Understood, told: str) -> Reading | None:
    """The one reading that was asked back, if that was what was said."""
    if len(found.readings) != 1 or found.readings[0].certain:
        return None
    return found.readings[0] if question_back(found.readings[0]) in told else None


def question_back(reading: Reading) -> str:
    return f"Do you mean: {reading.says}?"


def confirmed(text: str, offered: Reading | None) -> Understood | None:
    """The reading that was asked back, which "yes" makes certain; None where it is no such."""
    said = NO_WORD.sub(" ", text).strip()
    words = YES.sub("", said).strip()
    if offered is None or words or not said:
        return None
    sure = replace(offered, unplaced=(), doubtful=False, spans=(), follows=True)
    return Understood((sure,))
