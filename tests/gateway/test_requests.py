"""What a caller sends becomes the request message, or a 422 that names all that is wrong."""

import asyncio
import gzip
import json
from typing import Any

import httpx2
import pytest

from tests.gateway.conftest import Start, errors_of, is_problem

VALUES = "/echo/v1/values"


async def sent(client: httpx2.AsyncClient, body: Any) -> Any:
    answer = await client.post(
        VALUES, content=body if isinstance(body, bytes) else json.dumps(body)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("name", "value", "back"),
    [
        ("text", "Grüße 😀", "Grüße 😀"),
        ("maybe", "", ""),
        ("small", -(2**31), -(2**31)),
        ("big", 2**63 - 1, 2**63 - 1),
        ("big", "-9223372036854775808", -(2**63)),
        ("natural", 2**64 - 1, 2**64 - 1),
        ("count", 0, 0),
        ("single", 0.1, 0.1),
        ("ratio", 1e300, 1e300),
        ("ratio", 3, 3.0),
        ("flag", True, True),
        ("data", "_-8=", "/+8="),
        ("color", "COLOR_RED", "COLOR_RED"),
        ("color", 2, "COLOR_GREEN"),
        ("at", "2025-12-29T12:30:00+02:00", "2025-12-29T10:30:00Z"),
        ("at", "2025-12-29t10:30:00.250z", "2025-12-29T10:30:00.25Z"),
        ("at", "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
        ("at", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("span", "-1.5s", "-1.5s"),
        ("span", "3600s", "3600s"),
        ("mask", "a,b.c", "a,b.c"),
        ("tags", ["a", "b"], ["a", "b"]),
        ("numbers", [1, "2"], [1, 2]),
        ("colors", ["COLOR_RED"], ["COLOR_RED"]),
        ("items", [{"name": "a"}], [{"name": "a", "number": 0}]),
        ("counts", {"a": 1, "b": "2"}, {"a": 1, "b": 2}),
        ("by_number", {"7": {"name": "a"}}, {"7": {"name": "a", "number": 0}}),
        ("flags", {"true": False}, {"true": False}),
        ("inner", {"inner": {}}, {"name": "", "number": 0, "inner": {"name": "", "number": 0}}),
        ("this", "a", "a"),
        ("boxed", 0, 0),
        ("boxed_text", "", ""),
        ("times", ["2025-01-01T00:00:00Z"], ["2025-01-01T00:00:00Z"]),
    ],
)
async def test_each_kind_of_field_goes_in_and_out(
    client: httpx2.AsyncClient, name: str, value: Any, back: Any
) -> None:
    assert (await sent(client, {name: value}))[name] == back


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("text", 1, "must be a string"),
        ("text", "a\0b", "has a NUL character"),
        ("small", 2**31, "must be a whole number from -2147483648 to 2147483647"),
        ("small", 1.5, "must be a whole number from -2147483648 to 2147483647"),
        ("big", "1e3", "must be a whole number from -9223372036854775808 to 9223372036854775807"),
        ("natural", -1, "must be a whole number from 0 to 18446744073709551615"),
        ("single", 1e39, "is out of range"),
        ("ratio", "1", "must be a number"),
        ("flag", "true", "must be true or false"),
        ("flag", 1, "must be true or false"),
        ("data", "%", "must be base64"),
        ("color", "BLUE", "must be one of COLOR_UNSPECIFIED, COLOR_RED, COLOR_GREEN"),
        ("color", 7, "must be one of COLOR_UNSPECIFIED, COLOR_RED, COLOR_GREEN"),
        ("at", "2025-12-29", "must be an RFC 3339 time, such as 2025-12-29T10:30:00Z"),
        ("at", "2025-02-30T00:00:00Z", "must be an RFC 3339 time, such as 2025-12-29T10:30:00Z"),
        (
            "at",
            "9999-12-31T23:59:59-01:00",
            "must be an RFC 3339 time, such as 2025-12-29T10:30:00Z",
        ),
        ("span", "1m", 'must be a number of seconds, such as "1.5s"'),
        ("tags", "a", "must be an array"),
        ("inner", [], "must be an object"),
        ("counts", [], "must be an object"),
        ("nope", 1, "is not a known field"),
        ("nope", None, "is not a known field"),
    ],
)
async def test_a_value_that_does_not_fit_is_named_with_what_to_send(
    client: httpx2.AsyncClient, name: str, value: Any, message: str
) -> None:
    assert errors_of(await client.post(VALUES, json={name: value})) == {name: message}


async def test_a_number_that_its_type_cannot_hold_is_refused_by_the_fields_own_rule(
    client: httpx2.AsyncClient,
) -> None:
    told = "must be a whole number from 0 to 9"
    for number in (2**31, -(2**40), 1.5, "x"):
        errors = errors_of(await client.post(VALUES, json={"inner": {"number": number}}))
        assert errors == {"inner.number": told}
    answer = await client.delete("/echo/v1/nested/99999999999")
    assert errors_of(answer) == {"inner.number": told}


async def test_every_violation_is_named_with_its_path(client: httpx2.AsyncClient) -> None:
    body = {
        "text": 1,
        "items": [{}, {"name": 2, "nope": 3}, None],
        "counts": {"a": "x"},
        "by_number": {"one": {}},
        "inner": {"inner": {"number": "x"}},
        "this": "a",
        "that": {},
    }
    errors = errors_of(await client.post(VALUES, json=body))
    assert list(errors) == [
        "text",
        "items[1].name",
        "items[1].nope",
        "items[2]",
        "counts.a",
        "by_number.one",
        "inner.inner.number",
        "that",
    ]
    assert errors["that"] == "cannot be given together with this"


async def test_null_is_absent(client: httpx2.AsyncClient) -> None:
    back = await sent(client, {"maybe": None, "tags": None, "payload": None, "text": None})
    assert "maybe" not in back
    assert "payload" not in back
    assert back["tags"] == []


async def test_fields_without_presence_are_always_answered_and_others_where_set(
    client: httpx2.AsyncClient,
) -> None:
    back = await sent(client, {})
    assert {"text", "small", "flag", "data", "color", "tags", "counts"} <= back.keys()
    assert not {"maybe", "count", "at", "payload", "inner", "this", "boxed"} & back.keys()


async def test_payloads_are_spliced_in_as_they_were_sent(client: httpx2.AsyncClient) -> None:
    payload = b'{ "n" : 123456789012345678901234567890.10, "a":[ ], "a":"\\u00e9" }'
    body = b'{"payload":%s,"payloads":[1, null,{"x": 1e5}],"payload_map":{"k":[ 2 ]}}' % payload
    answer = await client.post(VALUES, content=body)
    assert b'"payload":' + payload in answer.content
    assert b'"payloads":[1,null,{"x": 1e5}]' in answer.content
    assert b'"payload_map":{"k":[ 2 ]}' in answer.content


async def test_a_message_in_itself_is_taken_to_a_depth_that_services_can_read(
    client: httpx2.AsyncClient,
) -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"self": deep}
    errors = errors_of(await client.post(VALUES, json=deep))
    assert list(errors.values()) == ["is nested too deeply"]


@pytest.mark.parametrize(
    "body", [b"{", b'{"text":"\xff"}', b'{"a":NaN}', b"\xef\xbb\xbf{}", b'{"a":1}{', b"nul"]
)
async def test_a_body_that_is_no_json_is_400(client: httpx2.AsyncClient, body: bytes) -> None:
    assert is_problem(await client.post(VALUES, content=body), 400, "MALFORMED_BODY")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[]", "body"),
        (b"1", "body"),
        (b'{"payload":{"a":["\\ud800"]}}', "payload.a[0]"),
        (b'{"text":"\\udc00x"}', "text"),
        (b'{"\\ud800":"\\udc00"}', "body"),
        (b'{"payload":{"a":{"\\ud800":["\\udc00"]}}}', "payload.a"),
        (b'{"payload":' + b"[" * 5000 + b"]" * 5000 + b"}", "body"),
    ],
)
async def test_json_that_cannot_be_taken_is_422(
    client: httpx2.AsyncClient, body: bytes, field: str
) -> None:
    assert list(errors_of(await client.post(VALUES, content=body))) == [field]


async def test_an_empty_body_is_an_empty_message(client: httpx2.AsyncClient) -> None:
    assert (await client.post(VALUES)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=UTF-8", 200),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)
async def test_only_json_is_read_as_json(
    client: httpx2.AsyncClient, kind: str, status: int
) -> None:
    answer = await client.post(VALUES, content=b"{}", headers={"content-type": kind})
    assert answer.status_code == status


async def test_query_parameters_set_fields(client: httpx2.AsyncClient) -> None:
    query = (
        "text=a+b%26&tags=x&tags=y&color=COLOR_RED&big=-5&flag=true&inner.number=3"
        "&at=2025-01-01T00:00:00%2B01:00&count=0&boxed=4&numbers=1&numbers=2&payload=%7B%7D"
    )
    back = (await client.get(f"{VALUES}?{query}")).json()
    assert back["text"] == "a b&"
    assert back["tags"] == ["x", "y"]
    assert back["color"] == "COLOR_RED"
    assert (back["big"], back["count"], back["boxed"]) == (-5, 0, 4)
    assert back["flag"] is True
    assert back["inner"]["number"] == 3
    assert back["at"] == "2024-12-31T23:00:00Z"
    assert back["numbers"] == [1, 2]
    assert back["payload"] == {}


async def test_wrong_query_parameters_are_all_named(client: httpx2.AsyncClient) -> None:
    query = "nope=1&small=x&flag=yes&text=a&text=b&maybe=%ff&at=now&color=3&payload=%7B&ratio=1e999"
    errors = errors_of(await client.get(f"{VALUES}?{query}"))
    assert errors["nope"] == "is not a known parameter"
    assert errors["text"] == "is given more than once"
    assert errors["maybe"] == "is not UTF-8"
    assert errors.keys() == {
        "nope", "small", "flag", "text", "maybe", "at", "color", "payload", "ratio",
    }  # fmt: skip


async def test_a_query_beside_a_whole_body_is_refused(client: httpx2.AsyncClient) -> None:
    errors = errors_of(await client.post(f"{VALUES}?text=a&nope=1", json={}))
    assert errors == {"text": "belongs in the body", "nope": "is not a known parameter"}


async def test_a_body_where_none_belongs_is_refused_but_an_empty_object_is_not(
    client: httpx2.AsyncClient,
) -> None:
    path = "/echo/v1/things/a:open"
    assert (await client.post(path, content=b" {} ")).status_code == 200
    assert (await client.post(path)).status_code == 200
    errors = errors_of(await client.post(path, json={"id": "b"}))
    assert errors == {"body": "this endpoint takes query parameters, and no body"}


async def test_a_field_in_path_and_body_must_be_the_same(client: httpx2.AsyncClient) -> None:
    assert (await client.put(f"{VALUES}/a", json={"text": "a"})).json()["text"] == "a"
    assert (await client.put(f"{VALUES}/a", json={})).json()["text"] == "a"
    errors = errors_of(await client.put(f"{VALUES}/a", json={"text": "b"}))
    assert errors == {"text": "differs from the one in the path"}


@pytest.mark.parametrize(
    ("body", "mask"),
    [
        ({"text": "a", "tags": []}, "text,tags"),
        ({"maybe": None}, "maybe"),
        ({"inner": {"name": "a", "inner": {"number": 1}}}, "inner.name,inner.inner.number"),
        ({"inner": {}}, "inner"),
        (
            {"payload": {"deep": 1}, "at": "2025-01-01T00:00:00Z", "counts": {"a": 1}},
            "payload,at,counts",
        ),
        ({}, ""),
    ],
)
async def test_an_update_mask_is_the_keys_of_the_body(
    client: httpx2.AsyncClient, body: Any, mask: str
) -> None:
    back = (await client.patch("/echo/v1/resource/7?dry_run=true", json=body)).json()
    assert (back["id"], back["dry_run"], back["update_mask"]) == ("7", True, mask)
    assert "resource" in back


async def test_a_mask_is_never_taken_from_the_query(client: httpx2.AsyncClient) -> None:
    answer = await client.patch("/echo/v1/resource/7?update_mask=text", json={})
    assert "update_mask" in errors_of(answer)


async def test_paths_of_a_named_body_are_those_that_the_caller_wrote(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.patch("/echo/v1/resource/7", json={"inner": {"name": 1}})
    assert list(errors_of(answer)) == ["inner.name"]


async def test_the_idempotency_key_header_is_the_field_request_id(
    client: httpx2.AsyncClient,
) -> None:
    key = {"idempotency-key": "k1"}
    assert (await client.post(VALUES, json={}, headers=key)).json()["request_id"] == "k1"
    same = await client.post(VALUES, json={"request_id": "k1"}, headers=key)
    assert same.json()["request_id"] == "k1"
    other = await client.post(VALUES, json={"request_id": "k2"}, headers=key)
    assert errors_of(other) == {"Idempotency-Key": "differs from the request_id in the body"}
    strange = await client.post(VALUES, json={}, headers={b"idempotency-key": b"\xff"})
    assert list(errors_of(strange)) == ["Idempotency-Key"]


async def test_a_gzipped_body_is_inflated(client: httpx2.AsyncClient) -> None:
    body = gzip.compress(b'{"text":"' + b"a" * 200_000 + b'"}')
    answer = await client.post(VALUES, content=body, headers={"content-encoding": "gzip"})
    assert len(answer.json()["text"]) == 200_000


@pytest.mark.parametrize(
    ("body", "encoding", "status", "reason"),
    [
        (b"{}", "br", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"{}", "gzip", 400, "MALFORMED_BODY"),
        (gzip.compress(b"{}")[:-3], "gzip", 400, "MALFORMED_BODY"),
        (gzip.compress(b"{}") + b"more", "gzip", 400, "MALFORMED_BODY"),
        (gzip.compress(b" " * 5_000_000), "gzip", 413, "BODY_TOO_LARGE"),
        (b" " * 5_000_000, "identity", 413, "BODY_TOO_LARGE"),
    ],
)
async def test_bodies_that_cannot_be_read(
    client: httpx2.AsyncClient, body: bytes, encoding: str, status: int, reason: str
) -> None:
    headers = {"content-encoding": encoding}
    assert is_problem(await client.post(VALUES, content=body, headers=headers), status, reason)


async def test_a_body_of_unknown_length_is_capped_as_it_arrives(start: Start) -> None:
    async def pieces() -> Any:
        for _ in range(64):
            yield b" " * 1024

    async with start(body_limit=8192) as client:
        assert is_problem(await client.post(VALUES, content=pieces()), 413, "BODY_TOO_LARGE")


async def test_a_body_that_does_not_arrive_is_given_up(start: Start) -> None:
    async with start(body_seconds=0.05) as client:
        host, _, port = str(client.base_url.netloc.decode()).partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = "POST /echo/v1/values HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good-acme-ann\r\n"
        writer.write(f"{head}content-length: 9\r\n\r\n{{".encode())
        assert b" 408 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
