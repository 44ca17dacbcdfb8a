"""What is remembered is in the person's context, and goes from there when it is forgotten."""

from attune.activity.v1 import profiles_pb2

from tests.activity.memory.remembering import Remembered, remembering
from tests.suite import Suite
from tests.waiting import until


async def memory_in_context(suite: Suite, who: str = "ann", role: str = "viewer") -> list[str]:
    request = profiles_pb2.GetUserContextRequest(user_id="ann")
    found = await suite.contexts.GetUserContext(request, metadata=suite.as_(who, role))
    return list(found.memory)


async def test_a_context_follows_what_is_remembered(suite: Suite) -> None:
    ann = Remembered(suite)

    async def has(*statements: str) -> None:
        async def so() -> bool:
            return await memory_in_context(suite) == list(statements)

        await until(so)

    async with remembering(suite):
        await ann.say("My name is Ann. I like tea.")
        await has("Is called Ann", "Likes tea")
        assert await memory_in_context(suite, "eve", "analyst") == ["Is called [name]", "Likes tea"]
        await ann.correct((await ann.one("Likes tea")).id, "coffee")
        await has("Likes coffee", "Is called Ann")
        await ann.forget((await ann.one("Is called Ann")).id)
        await has("Likes coffee")
        await ann.forget_all()
        await has()
