"""A few sentences about what a person does, put together from what is known. No I/O, no protobuf.

`summary_of` is all that others use: whoever writes it in another way replaces it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.activity.profiles.domain import Person

NAMED = 3
INTENT_LENGTH = 160


def summary_of(person: "Person", use_cases: Mapping[str, int], tools: Mapping[str, int]) -> str:
    """Extractive: what most conversations were for, with which tools, what was asked last."""
    said = []
    if use_cases:
        said.append(f"Mostly {listed(use_cases)}.")
    if tools:
        said.append(f"Uses {listed(tools)}.")
    if intent := next((recent.intent for recent in person.recents if recent.intent), None):
        said.append(f'Asked last: "{shortened(intent, INTENT_LENGTH)}".')
    return " ".join(said)


def shortened(text: str, length: int) -> str:
    """The text in one line of at most so many characters; what is cut ends in an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def listed(counts: Mapping[str, int]) -> str:
    """The most frequent names, as words."""
    names = sorted(counts, key=lambda name: (-counts[name], name))[:NAMED]
    words = [name.replace("_", " ") for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
