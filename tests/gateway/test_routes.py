"""Which RPC a method and a path mean."""

from typing import Any

import httpx2
import pytest

from gateway.http.problems import Problem
from gateway.routing.routes import RouteTable
from gateway.routing.templates import parse, values
from tests.gateway.conftest import errors_of, is_problem


def table(*templates: str) -> RouteTable[str]:
    made: RouteTable[str] = RouteTable()
    for template in templates:
        made.add("GET", parse(template), template)
    return made


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/a", "/a"),
        ("/a/b", "/a/{id}"),
        ("/a/list", "/a/list"),
        ("/a/b:open", "/a/{id}:open"),
        ("/a/b:other", "/a/{id}"),
        ("/a/b%3Aopen", "/a/{id}"),
        ("/a/b/c", "/a/{id}/c"),
        ("/a/list/c", "/a/{id}/c"),
        ("/f/x/y/z", "/f/{rest=**}"),
        ("/s/1/b/2", "/{name=s/*}/b/{id}"),
    ],
)
def test_the_most_particular_template_wins(path: str, template: str) -> None:
    names = ["/f/{rest=**}", "/a/{id}", "/a/{id}:open", "/a/list", "/a", "/a/{id}/c"]
    assert table(*names, "/{name=s/*}/b/{id}").find("GET", path)[0] == template


@pytest.mark.parametrize("path", ["", "/", "/a", "/a/", "/a//c", "/f", "/f/", "a/b", "/a/b/c/d"])
def test_other_paths_have_no_route(path: str) -> None:
    with pytest.raises(Problem) as caught:
        table("/a/{id}", "/a/{id}/c", "/f/{rest=**}").find("GET", path)
    assert caught.value.reason == "NO_ROUTE"


def test_a_verb_in_a_static_path() -> None:
    made = table("/log", "/log:batch")
    assert made.find("GET", "/log:batch")[0] == "/log:batch"
    assert made.find("GET", "/log")[0] == "/log"


def test_two_rpcs_cannot_have_one_route() -> None:
    with pytest.raises(ValueError, match="two RPCs"):
        table("/a/{id}", "/a/{name}")


def test_of_one_route_the_caller_may_want_events_or_not() -> None:
    made = table("/a/{id}")
    made.add("GET", parse("/a/{id}"), "events", streams=True)
    assert made.find("GET", "/a/1")[0] == "/a/{id}"
    assert made.find("GET", "/a/1", events=True)[0] == "events"


def test_a_route_of_one_kind_serves_whoever_asks() -> None:
    assert table("/a").find("GET", "/a", events=True)[0] == "/a"


def test_variables_are_cut_and_decoded() -> None:
    template = parse("/{parent=shelves/*}/books/{id}")
    found = dict(values(template, ["shelves", "a%2Fb", "books", "c%20d"]))
    assert found == {"parent": "shelves/a/b", "id": "c d"}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/echo/v1/things/a%2Fb", {"id": "a/b"}),
        ("/echo/v1/things/auth0:7", {"id": "auth0:7"}),
        ("/echo/v1/things/special", {"id": ""}),
        ("/echo/v1/shelves/one/books/two", {"parent": "shelves/one", "id": "two"}),
        ("/echo/v1/files/a/b%20c/d", {"rest": "a/b c/d"}),
        ("/echo/v1/things/a?id=b", None),
    ],
)
async def test_path_variables_reach_the_request(
    client: httpx2.AsyncClient, path: str, fields: Any
) -> None:
    answer = await client.get(path)
    if fields is None:
        assert errors_of(answer) == {"id": "is not a known parameter"}
    else:
        assert answer.json().items() >= fields.items()


async def test_a_nested_field_in_the_path(client: httpx2.AsyncClient) -> None:
    assert (await client.delete("/echo/v1/nested/7")).json()["inner"]["number"] == 7
    assert list(errors_of(await client.delete("/echo/v1/nested/x"))) == ["inner.number"]


async def test_an_unknown_path_is_404(client: httpx2.AsyncClient) -> None:
    assert is_problem(await client.get("/echo/v1/none"), 404, "NO_ROUTE")
    assert is_problem(await client.get("/echo/v1/things/%ff"), 404, "NO_ROUTE")


async def test_a_wrong_method_is_405_and_names_the_right_ones(client: httpx2.AsyncClient) -> None:
    answer = await client.delete("/echo/v1/values")
    assert is_problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, POST"


async def test_an_rpc_without_the_annotation_has_no_route(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/attune.echo.v1.EchoService/Hidden")
    assert is_problem(answer, 404, "NO_ROUTE")
