"""Names of a result's columns where each must have its own."""

from collections.abc import Sequence

from services.analytics.execution.domain import ResultColumn


def unique_names(columns: Sequence[ResultColumn]) -> list[str]:
    """The columns' names; what is named as one before gets a number."""
    names: list[str] = []
    for column in columns:
        name, number = column.name, 1
        while name in names:
            number += 1
            name = f"{column.name}_{number}"
        names.append(name)
    return names
