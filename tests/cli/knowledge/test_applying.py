"""What `attune knowledge apply` sends where the API is busy."""

import httpx2

from cli.knowledge import api
from cli.knowledge.kinds import KINDS
from cli.knowledge.planning import CREATE, Step


async def test_what_is_made_again_after_a_lost_answer_is_made_once() -> None:
    keys: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx2.Response(503 if len(keys) == 1 else 200, headers={"Retry-After": "0"})

    [kind] = [kind for kind in KINDS if kind.noun == "entry"]
    steps = [Step(CREATE, kind, title, "", changes={"title": (None, title)}) for title in "ab"]
    transport = httpx2.MockTransport(answer)
    async with httpx2.AsyncClient(transport=transport, base_url="http://attune") as client:
        done, failed = await api.apply(client, steps)
    assert (done, failed) == (steps, [])
    first, again, other = keys
    assert first == again != other
