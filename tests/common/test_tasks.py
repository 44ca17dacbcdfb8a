import asyncio

from services.common.tasks import end

SECONDS = 10.0


async def test_a_task_that_drops_a_cancellation_is_cancelled_again() -> None:
    dropped = 0

    async def stubborn() -> None:
        nonlocal dropped
        while dropped < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                dropped += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)  # it begins
    await asyncio.wait_for(end(task), SECONDS)
    assert task.cancelled()


async def test_what_tasks_raise_is_dropped_and_ended_ones_are_no_trouble() -> None:
    async def fails() -> None:
        raise ValueError

    async def returns() -> None:
        pass

    await asyncio.wait_for(
        end(asyncio.create_task(fails()), asyncio.create_task(returns())), SECONDS
    )
    await end()
