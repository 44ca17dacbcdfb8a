"""Who needs whom: no definition may be left without what it names, or need itself. No I/O."""

from collections.abc import Iterator

from services.analytics.semantics.compiler.leaves import MOST_DEEP, needed_by
from services.analytics.semantics.domain import Definitions, Metric


def users_of(name: str, definitions: Definitions) -> list[str]:
    """The metrics that are made of a metric, directly."""
    found = definitions.metrics.values()
    return sorted(metric.name for metric in found if name in set(needed_by(metric)))


def users_of_dimension(name: str, definitions: Definitions) -> list[str]:
    """The metrics that filter by a dimension or name it as allowed."""
    found = definitions.metrics.values()
    return sorted(metric.name for metric in found if name in dimensions_in(metric))


def dimensions_in(metric: Metric) -> set[str]:
    return {*metric.dimensions, *(one.dimension for one in metric.filters if one.dimension)}


def problems(definitions: Definitions) -> Iterator[str]:
    """What is wrong, in sentences."""
    missing: dict[str, list[str]] = {}
    for metric in definitions.metrics.values():
        for name in sorted({*needed_by(metric)} - definitions.metrics.keys()):
            missing.setdefault(f"metric {name!r}", []).append(metric.name)
        for name in sorted(dimensions_in(metric) - definitions.dimensions.keys()):
            missing.setdefault(f"dimension {name!r}", []).append(metric.name)
    for what, users in missing.items():
        yield f"{what} is needed by {', '.join(users)}"
    for way in circles(definitions):
        yield f"metrics need each other in a circle: {' → '.join(way)}"


def circles(definitions: Definitions) -> Iterator[list[str]]:
    """Each circle that a depth-first search meets, as one way round."""
    left: set[str] = set()
    for start in definitions.metrics:
        yield from circles_from([start], definitions, left)


def circles_from(way: list[str], definitions: Definitions, left: set[str]) -> Iterator[list[str]]:
    name = way[-1]
    if name in left or name not in definitions.metrics:
        return
    for needed in sorted(set(needed_by(definitions.metrics[name]))):
        if needed in way:
            yield [*way[way.index(needed) :], needed]
        elif len(way) <= MOST_DEEP:
            yield from circles_from([*way, needed], definitions, left)
    left.add(name)
