"""Colours that people tell apart who see them otherwise."""

from itertools import combinations

import pytest

from services.analytics.charts.drawing.theme import COLOURS, MUTED, colours_of

# What is left of linear RGB without one kind of cones (Machado, Oliveira, Fernandes 2009).
SEEN_BY: dict[str, list[list[float]]] = {
    "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# About six times what is just told apart, in CIE 1976 colour difference.
APART = 15.0
XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
WHITE = [0.9505, 1.0, 1.089]


def times(matrix: list[list[float]], vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def linear(text: str) -> list[float]:
    parts = [int(text[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def lab(text: str, seen: list[list[float]]) -> list[float]:
    light = [min(1.0, max(0.0, part)) for part in times(seen, linear(text))]
    ratios = [part / white for part, white in zip(times(XYZ, light), WHITE, strict=True)]
    x, y, z = (r ** (1 / 3) if r > 0.008856 else 7.787 * r + 16 / 116 for r in ratios)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


@pytest.mark.parametrize("seen", SEEN_BY.values(), ids=SEEN_BY)
def test_each_two_colours_are_told_apart(seen: list[list[float]]) -> None:
    for one, two in combinations((*COLOURS, MUTED), 2):
        pairs = zip(lab(one, seen), lab(two, seen), strict=True)
        assert sum((a - b) ** 2 for a, b in pairs) ** 0.5 >= APART, (one, two)


def test_what_stays_in_the_background_takes_no_colour() -> None:
    assert colours_of(("a", "b", "c"), ("b",)) == [COLOURS[0], MUTED, COLOURS[1]]
