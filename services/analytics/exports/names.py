"""Names of a result's columns where each must have its own."""

from collections.abc import Sequence

from services.analytics.execution.domain import ResultColumn


def unique_names(columns: Sequence[ResultColumn]) -> list[str]:
    """The columns' names; what is named as one before gets a number."""
    # With how far the numbers of each name have come, as there may be a thousand of one name.
    taken: dict[str, int] = {}
    return [unique(column.name, taken) for column in columns]


def unique(name: str, taken: dict[str, int]) -> str:
    """The name or, where it is taken, with the first number that is free; taken from now on."""
    number, found = taken.get(name, 1), name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken[found] = 1
    taken[name] = number
    return found
