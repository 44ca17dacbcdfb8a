"""A list that is read entry by entry: what cannot be read is named, and its neighbours go on."""

from typing import Any

import httpx2
import pytest
from attune.common.v1 import entries_pb2
from google.protobuf import descriptor_pb2, descriptor_pool

from gateway.codec.decode import Decoders
from gateway.openapi.document import describe
from tests.gateway.compiled import DESCRIPTORS
from tests.gateway.conftest import errors_of, is_problem

BATCH = "/echo/v1/batch"
EMPTY = {"name": "", "number": 0}


async def sent(client: httpx2.AsyncClient, *entries: Any) -> Any:
    answer = await client.post(BATCH, json={"name": "n", "entries": entries})
    assert answer.status_code == 200, answer.text
    return answer.json()


def unread(answer: Any) -> dict[int, dict[str, str]]:
    return {
        entry["index"]: {v["field"]: v["message"] for v in entry["violations"]}
        for entry in answer["unread"]
    }


async def test_an_entry_that_does_not_fit_leaves_its_place_empty_and_is_named(
    client: httpx2.AsyncClient,
) -> None:
    good = {"name": "a", "number": 1}
    back = await sent(client, good, {"name": 5, "nope": 1, "inner": {"number": "x"}}, good)
    assert back["entries"] == [good, EMPTY, good]
    assert unread(back) == {
        1: {
            "name": "must be a string",
            "nope": "is not a known field",
            "inner.number": "must be a whole number from 0 to 9",
        }
    }


@pytest.mark.parametrize("entry", ["a", 1, None, [], True])
async def test_an_entry_that_is_no_object_is_named_itself(
    client: httpx2.AsyncClient, entry: Any
) -> None:
    back = await sent(client, entry, {"name": "a"})
    assert unread(back) == {0: {"": "must be an object"}}
    assert back["entries"][1]["name"] == "a"


async def test_good_entries_leave_nothing_unread(client: httpx2.AsyncClient) -> None:
    back = await sent(client, *[{"name": "a"}] * 100)
    assert (len(back["entries"]), back["unread"]) == (100, [])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"entries": {}}, {"entries"}),
        ({"entries": "x"}, {"entries"}),
        ({"entries": [{}] * 101}, {"entries"}),
        ({"entries": ["x"] * 101}, {"entries"}),
        ({"entries": [1], "name": 1}, {"name"}),
        ({"entries": [1], "nope": 1}, {"nope"}),
        ([], {"body"}),
    ],
)
async def test_what_is_wrong_with_the_batch_itself_refuses_all_of_it(
    client: httpx2.AsyncClient, body: Any, fields: set[str]
) -> None:
    assert errors_of(await client.post(BATCH, json=body)).keys() == fields


async def test_half_of_a_surrogate_pair_refuses_the_entry_it_is_in(
    client: httpx2.AsyncClient,
) -> None:
    body = (
        b'{"name":"\\ud83d\\ude00 \\\\ud800","entries":[{"name":"a"},{"name":"\\ud83d"},'
        b'{"\\udc00":"\\ud800","number":"x"},{"name":"\\\\ud800"},'
        b'{"inner":{"name":"x\\ud83d\\ud83d\\ude00"},"name":"\\ude00"}]}'
    )
    answer = await client.post(BATCH, content=body)
    assert answer.status_code == 200, answer.text
    half = "has half of a surrogate pair"
    number = "must be a whole number from 0 to 9"
    unknown = {"\ufffd": "is not a known field", "number": number}
    assert unread(answer.json()) == {
        1: {"name": half},
        2: unknown | {"": half},
        4: {"inner.name": half, "name": half},
    }
    assert answer.json()["name"] == "\U0001f600 \\ud800"
    assert [entry["name"] for entry in answer.json()["entries"]] == ["a", "", "", "\\ud800", ""]


async def test_half_of_a_surrogate_pair_outside_of_the_entries_refuses_all_of_them(
    client: httpx2.AsyncClient,
) -> None:
    body = b'{"name":"\\ud83d","entries":[{"name":"\\ud83d"}]}'
    errors = errors_of(await client.post(BATCH, content=body))
    assert errors.keys() == {"name", "entries[0].name"}


async def test_malformed_json_in_an_entry_is_400(client: httpx2.AsyncClient) -> None:
    answer = await client.post(BATCH, content=b'{"entries":[{"name":"a"},{]}')
    assert is_problem(answer, 400, "MALFORMED_BODY")


@pytest.mark.parametrize("given", [[], None, [{"index": 0}]])
async def test_a_caller_cannot_say_what_is_unread(client: httpx2.AsyncClient, given: Any) -> None:
    answer = await client.post(BATCH, json={"entries": [], "unread": given})
    assert errors_of(answer) == {"unread": "is not a known field"}
    answer = await client.post(BATCH, params={"unread": "1"}, json={})
    assert errors_of(answer) == {"unread": "is not a known parameter"}


async def test_an_entry_full_of_mistakes_names_the_first_ones_and_cuts_their_names(
    client: httpx2.AsyncClient,
) -> None:
    back = await sent(client, {f"{n}{'x' * 1000}": n for n in range(1000)})
    named = unread(back)[0]
    assert len(named) == 10
    assert max(map(len, named)) <= 200


def test_the_description_leaves_the_gateways_own_field_out() -> None:
    schemas = describe(DESCRIPTORS, ["echo"])["components"]["schemas"]
    assert schemas["BatchRequestInput"]["properties"].keys() == {"name", "entries"}
    assert "unread" in schemas["BatchRequest"]["properties"]


@pytest.mark.parametrize("named", ["nope", "name"])
def test_a_field_that_names_no_list_of_messages_keeps_the_gateway_from_starting(
    named: str,
) -> None:
    file = descriptor_pb2.FileDescriptorProto(name=f"bad_{named}.proto", syntax="proto3")
    file.dependency.append(entries_pb2.DESCRIPTOR.name)
    message = file.message_type.add(name=f"Bad{named}")
    message.field.add(name="name", number=1, type=9, label=1)
    field = message.field.add(name="unread", number=2, type=11, label=3)
    field.type_name = ".attune.common.v1.UnreadEntry"
    option: Any = entries_pb2.unread_of
    field.options.Extensions[option] = named
    descriptor_pool.Default().Add(file)
    bad = descriptor_pool.Default().FindMessageTypeByName(f"Bad{named}")
    with pytest.raises(TypeError, match="must name a list of messages beside it"):
        Decoders().of(bad)
