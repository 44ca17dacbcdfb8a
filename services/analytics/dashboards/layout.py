"""Tiles in a grid of 12 columns and as many rows as there are. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

COLUMNS = 12
WIDTH, HEIGHT = 6, 4


@dataclass(frozen=True)
class Tile:
    """A chart in its place; `x` and `y` are its upper left corner, in columns and rows from 0."""

    chart_id: UUID
    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: "Tile") -> bool:
        beside = self.x + self.width <= other.x or other.x + other.width <= self.x
        above = self.y + self.height <= other.y or other.y + other.height <= self.y
        return not beside and not above


def problems(tiles: Sequence[Tile]) -> Iterator[tuple[int, str]]:
    """The tiles that are where they cannot be: their number, and why."""
    for number, tile in enumerate(tiles):
        if tile.x + tile.width > COLUMNS:
            yield number, f"ends in column {tile.x + tile.width}, and the grid has {COLUMNS}"
        for before, other in enumerate(tiles[:number]):
            if tile.overlaps(other):
                yield number, f"overlaps tiles[{before}]"


def placed(chart_id: UUID, width: int, height: int, taken: Sequence[Tile]) -> Tile:
    """In the first place that is free, from the top and from the left."""
    bottom = max((tile.y + tile.height for tile in taken), default=0)
    places = (
        Tile(chart_id, x, y, width, height)
        for y in range(bottom + 1)
        for x in range(COLUMNS - width + 1)
    )
    return next(place for place in places if not any(map(place.overlaps, taken)))
