"""What ranks a pattern, moved to another one: where two templates became one. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from services.suggestions.patterns.domain import FOLLOWERS_KEPT, VALUES_KEPT, Pattern
from services.suggestions.patterns.weights import add
from services.suggestions.ranking.model import JOINED

Number = TypeVar("Number", int, float)


def add_signals(
    into: Pattern, moved: Pattern, refilled: Callable[[str, Sequence[str]], Sequence[str] | None]
) -> None:
    """Add the fading counts, the hours, what follows, and the questions of a pattern.

    `refilled` gives what fills the slots in a question, of which it is told what filled those that
    it had; None where it does not fit, or may not be kept there.
    """
    if moved.recent is not None:
        into.recent = add(into.recent, moved.recent)
    for hour, times in moved.hours.items():
        into.hours[hour] = into.hours.get(hour, 0) + times
    for key, times in moved.followers.items():
        into.followers[key] = into.followers.get(key, 0) + times
    into.followers = most(into.followers, FOLLOWERS_KEPT)
    for key, recent in moved.asked.items():
        text, *before = key.split(JOINED)
        values = refilled(text, before)
        if values is not None:
            joined = JOINED.join([text, *values])
            into.asked[joined] = add(into.asked.get(joined), recent)
    into.asked = most(into.asked, VALUES_KEPT)


def most(counts: Mapping[str, Number], kept: int) -> dict[str, Number]:
    """Those that count most; of equals the first in order."""
    names = sorted(counts, key=lambda name: (-counts[name], name))[:kept]
    return {name: counts[name] for name in names}
