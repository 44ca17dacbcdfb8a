"""Tiles in a grid: what overlaps is found, and what has no place gets one."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.dashboards.layout import COLUMNS, Tile, placed, problems
from tests.properties import quick

CHART = UUID(int=1)
SIZES = st.tuples(st.integers(1, COLUMNS), st.integers(1, 5))
TILES = st.builds(
    Tile,
    st.just(CHART),
    st.integers(0, 11),
    st.integers(0, 8),
    st.integers(1, 6),
    st.integers(1, 4),
)


def cells(tile: Tile) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(tile.x, tile.x + tile.width)
        for y in range(tile.y, tile.y + tile.height)
    }


@quick
@given(TILES, TILES)
def test_tiles_overlap_where_they_share_a_cell(one: Tile, other: Tile) -> None:
    assert one.overlaps(other) == bool(cells(one) & cells(other)) == other.overlaps(one)


@quick
@given(st.lists(SIZES, max_size=20))
def test_tiles_that_get_their_places_have_no_problems(sizes: list[tuple[int, int]]) -> None:
    tiles: list[Tile] = []
    for size in sizes:
        tiles.append(placed(CHART, *size, tiles))
    assert list(problems(tiles)) == []


def test_a_place_is_the_topmost_and_then_the_leftmost() -> None:
    taken = [Tile(CHART, 0, 0, 6, 4), Tile(CHART, 6, 2, 6, 2)]
    assert placed(CHART, 6, 2, taken) == Tile(CHART, 6, 0, 6, 2)
    assert placed(CHART, 6, 3, taken) == Tile(CHART, 0, 4, 6, 3)
