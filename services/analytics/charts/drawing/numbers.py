"""Numbers as people read them."""

import math

COMPACT = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
MOST_DECIMALS = 6


def format_of(values: list[float]) -> str:
    """A d3 format that is exact enough to tell the values apart: decimals only as needed.

    https://d3js.org/d3-format
    """
    largest = max(map(abs, values), default=0.0)
    if all(float(value).is_integer() for value in values):
        return ",.0f" if largest < 1e15 else "~e"
    if largest >= 1000:
        return ",.0f"
    return f",.{decimals(largest)}~f" if largest >= 1e-4 else "~e"


def decimals(largest: float) -> int:
    """Three digits that count, of numbers below a thousand."""
    whole = math.floor(math.log10(largest)) if largest else 0
    return max(0, min(MOST_DECIMALS, 2 - whole))


def axis_format(values: list[float]) -> tuple[str, str | None]:
    """The format of an axis and, where thousands are many, the expression of its labels.

    SI has G where business has B.
    """
    largest = max(map(abs, values), default=0.0)
    if largest >= 1e15 or 0 < largest < 1e-4:
        return "~e", None
    if largest >= 10_000:
        return "~s", "datum.value ? replace(replace(datum.label, 'G', 'B'), 'k', 'K') : '0'"
    return f",.{decimals(largest)}~f", None


def spoken(value: float) -> str:
    """A single figure: in full as long as it is short."""
    size = abs(value)
    for unit, letter in COMPACT:
        if size >= unit * (10 if letter == "M" else 1):
            return f"{value / unit:,.2f}".rstrip("0").rstrip(".") + letter
    if float(value).is_integer():
        return f"{value:,.0f}"
    if size and size < 1e-4:
        return f"{value:.2e}"
    digits = max(decimals(size), 2 if size < 1000 else 0)
    return f"{value:,.{digits}f}"


def with_unit(value: float, unit: str) -> str:
    return f"{spoken(value)}{' ' * (unit != '%')}{unit}" if unit else spoken(value)
