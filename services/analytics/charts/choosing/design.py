"""What somebody wants of a chart; what is not said is chosen by rule."""

from dataclasses import dataclass
from enum import StrEnum


class ChartType(StrEnum):
    FIGURE = "figure"
    LINE = "line"
    AREA = "area"
    BAR = "bar"
    PIE = "pie"
    SCATTER = "scatter"
    TABLE = "table"


class Sort(StrEnum):
    """How bars and slices are ordered; ROWS is the order in which the rows came."""

    X = "x"
    X_DOWN = "-x"
    Y = "y"
    Y_DOWN = "-y"
    ROWS = "rows"


@dataclass(frozen=True)
class Design:
    """Columns by their names. `limit` is how many bars, series or dots are shown at most."""

    type: ChartType | None = None
    x: str = ""
    y: tuple[str, ...] = ()
    colour: str = ""
    stacked: bool | None = None
    horizontal: bool | None = None
    title: str = ""
    sort: Sort | None = None
    limit: int | None = None

    @property
    def demands(self) -> bool:
        """Whether more is asked for than words and order: something that may not be possible."""
        names = self.x or self.y or self.colour
        return bool(self.type or names or self.stacked or self.horizontal)


class CannotDraw(Exception):
    """A design that does not fit the result: the part of it, and what to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
