"""Nothing that a caller sends makes a 500, or anything that is not HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import app
from tests.gateway.conftest import settings_for
from tests.gateway.service import Echo, Identity, echo_pb2, serving  # type: ignore[attr-defined]

FIELDS = [field.name for field in echo_pb2.Values.DESCRIPTOR.fields]
PATHS = [
    "/echo/v1/values",
    "/echo/v1/things/",
    "/echo/v1/files/",
    "/echo/v1/resource/",
    "/echo/v1/file/",
    "/echo/v1/upload/",
    "/echo/v1/raw",
    "/echo/v1/nested/",
    "/echo/v1/names",
    "/api/v1/openapi.json",
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

quick = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serving(Echo(), Identity(lambda: 2e9), multiplexed=True) as address:
        limits = {"rate_limit": 0, "stranger_rate_limit": 0, "body_limit": 20_000}
        async with app.running(settings_for(address, **limits), lambda: 1e9) as http:
            yield int(http.rpartition(":")[2])


async def status_of(port: int, head: bytes, body: bytes = b"") -> int:
    """Send bytes as they are; the status of the answer, or 0 where the server hung up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head + b"connection: close\r\n\r\n" + body)
        line = await asyncio.wait_for(reader.readline(), 10)
        await reader.read()
    except ConnectionError:
        return 0
    finally:
        writer.close()
    return int(line.split()[1]) if line else 0


def head(method: str, target: bytes, *headers: tuple[bytes, bytes]) -> bytes:
    lines = [b"%s %s HTTP/1.1\r\nhost: a\r\n" % (method.encode(), target)]
    lines += [b"%s: %s\r\n" % header for header in headers]
    return b"".join(lines)


CREDENTIAL = (b"authorization", b"Bearer good-acme-ann")


def answered(status: int) -> bool:
    return 200 <= status < 500


numbers = st.integers() | st.integers(-(10**40), 10**40) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=20) | st.just("9" * 5000),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@quick
@given(body=st.dictionaries(st.sampled_from(FIELDS), values, max_size=8))
async def test_any_json(port: int, body: dict[str, Any]) -> None:
    text = json.dumps(body).encode()
    length = (b"content-length", b"%d" % len(text))
    for method, path in (("POST", b"/echo/v1/values"), ("PATCH", b"/echo/v1/resource/a")):
        assert answered(await status_of(port, head(method, path, CREDENTIAL, length), text))


@quick
@given(
    method=st.sampled_from(METHODS),
    path=st.sampled_from(PATHS),
    kind=st.sampled_from(
        [b"application/json", b"text/csv", b"\xff", b"application/json; charset=\xff"]
    ),
    encoding=st.sampled_from([b"identity", b"gzip", b"\xfe"]),
    body=st.binary(max_size=200) | st.binary(max_size=50).map(lambda b: b'{"text":"' + b + b'"}'),
)
async def test_any_body(
    port: int, method: str, path: str, kind: bytes, encoding: bytes, body: bytes
) -> None:
    headers = [
        CREDENTIAL,
        (b"content-type", kind),
        (b"content-encoding", encoding),
        (b"content-length", b"%d" % len(body)),
    ]
    target = path.encode() + (b"a" if path.endswith("/") else b"")
    assert answered(await status_of(port, head(method, target, *headers), body))


raw_path = st.text(max_size=20).map(
    lambda text: quote(text, safe="/:%*{}").encode()
) | st.sampled_from(
    [
        b"%",
        b"%zz",
        b"%ff",
        b"%00",
        b"//",
        b":",
        b":open",
        b"a:open:open",
        b"%2F%2e%2e",
        b"*",
        b"{id}",
    ]
)


@quick
@given(method=st.sampled_from(METHODS), start=st.sampled_from(PATHS), rest=raw_path, query=raw_path)
async def test_any_path_and_query(
    port: int, method: str, start: str, rest: bytes, query: bytes
) -> None:
    target = start.encode() + rest + b"?" + query + b"=" + rest + b"&big=" + query
    assert answered(await status_of(port, head(method, target, CREDENTIAL)))


@quick
@given(
    name=st.sampled_from(FIELDS),
    value=numbers.map(str)
    | st.sampled_from(["9" * 5000, "1e9999", "-", "%ff", "%00", "%ed%a0%80"]),
)
async def test_any_query_value(port: int, name: str, value: str) -> None:
    target = f"/echo/v1/values?{name}={value}".encode()
    assert answered(await status_of(port, head("GET", target, CREDENTIAL)))


header_value = st.binary(max_size=50).map(
    lambda value: bytes(b for b in value if b >= 32 and b != 127).strip()
)


@quick
@given(
    name=st.sampled_from(
        [
            b"authorization",
            b"x-request-id",
            b"idempotency-key",
            b"accept-encoding",
            b"content-type",
            b"content-encoding",
            b"x-forwarded-for",
            b"origin",
            b"cookie",
            b"expect",
            b"te",
        ]
    ),
    value=header_value,
)
async def test_any_header(port: int, name: bytes, value: bytes) -> None:
    length = (b"content-length", b"2")
    request = head("POST", b"/echo/v1/values", CREDENTIAL, length, (name, value))
    assert answered(await status_of(port, request, b"{}"))


@quick
@given(target=st.binary(min_size=1, max_size=30))
async def test_any_bytes_as_a_target(port: int, target: bytes) -> None:
    status = await status_of(port, head("GET", b"/" + target, CREDENTIAL))
    assert status == 0 or answered(status)
