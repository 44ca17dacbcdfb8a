"""Which columns go where: as the design says, or by rule."""

from dataclasses import dataclass
from functools import cached_property

from services.analytics.charts.choosing.columns import COHORT, PREVIOUS, Role, Table
from services.analytics.charts.choosing.design import CannotDraw, ChartType, Design

# Measures of unknown units share an axis where the larger is at most so many times the smaller.
COMPARABLE = 100
MOST_MEASURES = 4
MOST_COLOURS = 8
# Columns that are compared with each other, each with each: a chart has room for two of them.
MOST_GROUPS = 12


@dataclass(frozen=True)
class Picks:
    """Places of columns; `left_out` are measures that share no axis with the shown ones."""

    table: Table
    x: int | None
    y: tuple[int, ...]
    colour: int | None = None
    left_out: tuple[int, ...] = ()
    # Numbers the values of x, as the steps of a funnel are.
    order: int | None = None

    @property
    def x_role(self) -> Role | None:
        return None if self.x is None else self.table.roles[self.x]

    @property
    def parts(self) -> int:
        """How many things x tells apart."""
        return 0 if self.x is None else self.table.distinct(self.x)

    @property
    def colours(self) -> int:
        return 0 if self.colour is None else self.table.distinct(self.colour)

    @cached_property
    def is_unique(self) -> bool:
        """Whether no two rows are for the same place."""
        keys = [place for place in (self.x, self.colour) if place is not None]
        places = list(zip(*(self.table.labels(key) for key in keys), strict=True))
        return len(set(places)) == len(places)

    @property
    def has_negatives(self) -> bool:
        return any(value < 0 for place in self.y for value in self.table.numbers(place))


def picked(table: Table, design: Design) -> Picks:
    """For all types but scatters. Raises CannotDraw."""
    named_y = tuple(measure_named(table, name, "y") for name in design.y)
    x = column_named(table, design.x, "x") if design.x else None
    colour = column_named(table, design.colour, "colour") if design.colour else None
    taken = {place for place in (x, colour, *named_y) if place is not None}
    if len(taken) < len([place for place in (x, colour, *named_y) if place is not None]):
        raise CannotDraw("y", "each column can be in one place only")
    groups = free_groups(table, taken)
    if x is None:
        x = groups.pop(0) if groups else None
        if colour is None and groups and by_size(table, x, groups[0]):
            x, groups[0] = groups[0], x
    if colour is None and groups:
        colour = groups[0]
    measures = [m for m in table.of_role(Role.MEASURE) if m not in taken]
    if any(column.name.lower() == COHORT for column in table.columns):
        measures.sort(key=lambda place: not table.is_share(place))
    y, left_out = sharing(table, named_y or tuple(measures), bool(named_y))
    if colour is not None and len(y) > 1:
        if named_y:
            raise CannotDraw("y", "has several columns, and colour tells apart another one")
        y, left_out = y[:1], (*y[1:], *left_out)
    return Picks(table, x, y, colour, left_out, numbering(table, x))


def free_groups(table: Table, taken: set[int]) -> list[int]:
    """Columns to tell rows apart by: times first; those with one value tell nothing apart."""
    found = [*table.of_role(Role.TIME), *table.of_role(Role.CATEGORY, Role.ORDINAL)]
    free = [place for place in found if place not in taken]
    if len(table.rows) == 1:
        return free
    telling = [place for place in free if table.distinct(place) > 1][:MOST_GROUPS]
    return [place for place in telling if not says_the_same(table, place, telling)]


def says_the_same(table: Table, place: int, others: list[int]) -> bool:
    """Whether another column tells the same rows apart, in better words than numbers."""
    if table.roles[place] is not Role.ORDINAL:
        return False
    return any(one_to_one(table, place, other) for other in others)


def numbering(table: Table, x: int | None) -> int | None:
    """The column that numbers the values of x."""
    if x is None or table.roles[x] is not Role.CATEGORY:
        return None
    numbers = table.of_role(Role.ORDINAL)[:MOST_GROUPS]
    return next((place for place in numbers if one_to_one(table, place, x)), None)


def one_to_one(table: Table, number: int, name: int) -> bool:
    if table.roles[name] is not Role.CATEGORY or table.distinct(number) != table.distinct(name):
        return False
    pairs = set(zip(table.labels(number), table.labels(name), strict=True))
    return len(pairs) == table.distinct(number)


def by_size(table: Table, x: int | None, other: int) -> bool:
    """Whether two categories change places: the one with fewer values is told by colour."""
    if x is None or table.roles[x] is not Role.CATEGORY:
        return False
    if table.roles[other] is not Role.CATEGORY:
        return True
    return table.distinct(x) < table.distinct(other)


def sharing(
    table: Table, measures: tuple[int, ...], named: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Measures that share an axis with the first, and the others. Raises CannotDraw."""
    if not measures:
        return (), ()
    units = {table.columns[place].unit for place in measures}
    if named and len(units) > 1:
        told = ", ".join(sorted(unit or "no unit" for unit in units))
        raise CannotDraw("y", f"has columns in different units, {told}: they share no axis")
    if named and len(measures) > MOST_COLOURS:
        raise CannotDraw("y", f"at most {MOST_COLOURS} columns can be told apart")
    y = [place for place in measures if named or alike(table, measures[0], place)]
    y = y if named else y[:MOST_MEASURES]
    return tuple(y), tuple(place for place in measures if place not in y)


def alike(table: Table, first: int, other: int) -> bool:
    one, two = table.columns[first], table.columns[other]
    if first == other or (one.unit and one.unit == two.unit):
        return True
    if one.unit != two.unit:
        return False
    if two.kind == PREVIOUS:
        return two.name.startswith(one.name)
    if is_whole(table, first) != is_whole(table, other):
        return False
    sizes = [max(map(abs, table.numbers(place)), default=0.0) for place in (first, other)]
    return max(sizes) <= COMPARABLE * min(sizes)


def is_whole(table: Table, place: int) -> bool:
    return all(float(value).is_integer() for value in table.numbers(place))


def picked_for_scatter(table: Table, design: Design) -> Picks:
    """Raises CannotDraw."""
    if len(design.y) > 1:
        raise CannotDraw("y", "a scatter chart has one column here")
    y = measure_named(table, design.y[0], "y") if design.y else None
    x = column_named(table, design.x, "x") if design.x else None
    measures = [m for m in table.of_role(Role.MEASURE) if m not in (x, y)]
    if x is None:
        x = next(iter([*measures[: 2 if y is None else 1], *table.of_role(Role.TIME)]), None)
        if y is None and len(measures) < 2:
            x = next(iter(table.of_role(Role.TIME)), x)
    if y is None:
        y = next((m for m in measures if m != x), None)
    colour = column_named(table, design.colour, "colour") if design.colour else None
    if colour is None:
        free = (c for c in table.of_role(Role.CATEGORY, Role.ORDINAL) if c != x)
        colour = next((c for c in free if tells_groups(table, c)), None)
    return Picks(table, x, () if y is None else (y,), colour)


def tells_groups(table: Table, place: int) -> bool:
    return 1 < table.distinct(place) <= min(MOST_COLOURS, len(table.rows) // 2)


def column_named(table: Table, name: str, field: str) -> int:
    for place, column in enumerate(table.columns):
        if column.name == name:
            if table.roles[place] is Role.OTHER:
                raise CannotDraw(field, f"{name!r} holds lists or objects, which no axis shows")
            return place
    known = ", ".join(column.name for column in table.columns)
    raise CannotDraw(field, f"there is no column {name!r}; there are {known}")


def measure_named(table: Table, name: str, field: str) -> int:
    place = column_named(table, name, field)
    if not table.numbers(place) and any(value is not None for value in table.values(place)):
        raise CannotDraw(field, f"{name!r} has no numbers")
    return place


def picks_for(table: Table, design: Design, kind: ChartType) -> Picks:
    return (picked_for_scatter if kind is ChartType.SCATTER else picked)(table, design)
