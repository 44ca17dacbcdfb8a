"""Pictures from a process of their own: right ones, in turn, and nothing left behind."""

import asyncio
import struct
import sys
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest

from services.analytics.charts.choosing import ChartColumn, ChartType, Design, choose
from services.analytics.charts.drawing import empty_spec, spec_of
from services.analytics.charts.rendering import Renderer
from services.analytics.charts.rendering.child import MOST_MEMORY
from services.analytics.charts.rendering.renderer import MOST_PIXELS, MOST_WAITING
from services.common.errors import FailedPrecondition, Unavailable
from tests.waiting import until

COLUMNS = [ChartColumn("plan", "text"), ChartColumn("users", "bigint")]


def bars(title: str) -> dict[str, Any]:
    chart = choose(COLUMNS, [["free", 120], ["pro", 30]], Design(title=title))
    assert chart is not None
    return spec_of(chart)


@pytest.fixture
async def renderer() -> AsyncIterator[Renderer]:
    async with Renderer().opened() as renderer:
        yield renderer


async def test_a_png_is_as_large_as_its_scale_says(renderer: Renderer) -> None:
    for scale in (1.0, 2.0):
        picture = await renderer.render(bars("Plans"), "png", scale)
        width, height = struct.unpack(">II", picture.data[16:24])
        assert (width, height) == (640 * scale, 360 * scale)


async def test_a_long_picture_is_drawn_smaller_than_asked_for(renderer: Renderer) -> None:
    rows = [[f"plan {number}", number] for number in range(300)]
    chart = choose(COLUMNS, rows, Design(horizontal=True, limit=300))
    assert chart is not None
    spec = spec_of(chart)
    picture = await renderer.render(spec, "png", 4.0)
    width, height = struct.unpack(">II", picture.data[16:24])
    assert spec["width"] * spec["height"] * 4.0**2 > MOST_PIXELS
    assert 0.99 * MOST_PIXELS < width * height < 1.001 * MOST_PIXELS
    assert width / height == pytest.approx(spec["width"] / spec["height"], rel=0.001)


@pytest.mark.skipif(sys.platform != "linux", reason="bounds of other processes are Linux's to tell")
async def test_its_memory_is_bounded(renderer: Renderer) -> None:
    await renderer.render(bars("Plans"), "svg")
    bounds = psutil.Process(renderer.pid).rlimit(psutil.RLIMIT_DATA)
    assert bounds == (MOST_MEMORY, MOST_MEMORY)


async def test_each_gets_its_own_picture(renderer: Renderer) -> None:
    titles = [f"title {number}" for number in range(6)]
    pictures = await asyncio.gather(*(renderer.render(bars(t), "svg") for t in titles))
    for title, picture in zip(titles, pictures, strict=True):
        assert [other for other in titles if other.encode() in picture.data] == [title]


async def test_it_is_one_process_without_secrets_and_ends_with_the_service(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTUNE_SECRET", "zanzibar")
    async with Renderer().opened() as another:
        await another.render(empty_spec("Nothing"), "svg")
        assert another.pid
        child = psutil.Process(another.pid)
        assert "ATTUNE_SECRET" not in child.environ()
        await another.render(empty_spec("Nothing"), "svg")
        assert another.pid == child.pid
    assert not child.is_running()
    assert "vl_convert" not in sys.modules


async def test_it_ends_when_nobody_asks_and_starts_again() -> None:
    async with Renderer(idle_seconds=0.01).opened() as renderer:
        await renderer.render(empty_spec("Nothing"), "svg")

        async def ended() -> bool:
            return renderer.pid is None

        await until(ended)
        picture = await renderer.render(empty_spec("Nothing"), "svg")
        assert b"No rows" in picture.data


async def test_who_leaves_gives_nobody_a_wrong_picture(renderer: Renderer) -> None:
    await renderer.render(empty_spec("Nothing"), "svg")
    leaving = asyncio.ensure_future(renderer.render(bars("left"), "png"))
    await asyncio.sleep(0)
    leaving.cancel()
    picture = await renderer.render(bars("stayed"), "svg")
    assert b"stayed" in picture.data


async def test_what_takes_too_long_or_dies_is_unavailable_and_the_next_is_not() -> None:
    async with Renderer(seconds=0.001).opened() as renderer:
        with pytest.raises(Unavailable):
            await renderer.render(bars("slow"), "png")
        assert renderer.pid is None


async def test_a_process_that_was_killed_is_replaced(renderer: Renderer) -> None:
    await renderer.render(empty_spec("Nothing"), "svg")
    assert renderer.pid
    psutil.Process(renderer.pid).kill()
    with pytest.raises(Unavailable):
        await renderer.render(bars("lost"), "svg")
    assert b"found" in (await renderer.render(bars("found"), "svg")).data


NASTY = [
    "",
    "constructor",
    "__proto__",
    "a.b[0]",
    "'\"{{datum.x}}\\",
    "<b>&amp;</b>",
    "\n",
    "x" * 300,
]
NUMBERS = [0, -1, 1e308, -1e308, 5e-324, 10**25, 3.14, None]


@pytest.mark.parametrize("kind", list(ChartType))
async def test_no_name_and_no_number_breaks_a_picture(renderer: Renderer, kind: ChartType) -> None:
    of_type: dict[ChartType, list[Any]] = {
        ChartType.LINE: [f"2026-01-{day:02d}" for day in range(1, 9)],
        ChartType.AREA: [f"2026-01-{day:02d}" for day in range(1, 9)],
        ChartType.SCATTER: [place + 0.5 for place in range(8)],
    }
    values = of_type.get(kind, NASTY)
    for name in NASTY:
        columns = [
            ChartColumn(name),
            ChartColumn("y\\", "numeric", "metric", '"'),
            ChartColumn(name),
        ]
        numbers = [abs(number or 1) for number in NUMBERS]
        for parts in (NASTY, ["all"] * 8):
            rows: list[Any] = list(zip(values, numbers, parts, strict=True))
            rows = rows[:1] if kind is ChartType.FIGURE else rows
            coloured = parts is NASTY and kind not in (ChartType.PIE, ChartType.FIGURE)
            shown = columns if coloured else columns[:2]
            chart = choose(shown, [row[: len(shown)] for row in rows], Design(type=kind))
            assert chart or kind is ChartType.TABLE
            if chart:
                assert (await renderer.render(spec_of(chart), "svg")).data.startswith(b"<svg")


async def test_what_cannot_be_drawn_is_said(renderer: Renderer) -> None:
    with pytest.raises(FailedPrecondition):
        await renderer.render({**empty_spec("Nothing"), "mark": "nonsense"}, "svg")


async def test_no_more_wait_than_may(renderer: Renderer) -> None:
    jobs = [renderer.render(bars(str(n)), "svg") for n in range(MOST_WAITING + 3)]
    found = await asyncio.gather(*jobs, return_exceptions=True)
    assert sum(isinstance(one, Unavailable) for one in found) == 3
