"""The routes: every RPC with a google.api.http annotation, found in the generated modules."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Generic, TypeVar

from attune.common.v1 import access_pb2
from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor import MethodDescriptor

from gateway.http.problems import Problem
from gateway.routing.templates import Node, Template, candidates, parse

Route = TypeVar("Route")


@dataclass(frozen=True)
class Binding:
    """One way to reach an RPC over HTTP."""

    service: str
    method: MethodDescriptor
    verb: str
    template: Template
    body: str
    response_body: str

    @property
    def access(self) -> access_pb2.Access:
        extension: Any = access_pb2.access
        access: access_pb2.Access = self.method.GetOptions().Extensions[extension]
        return access


def modules(service: str) -> Iterator[ModuleType]:
    """The generated modules of attune.<service>.v1."""
    package = importlib.import_module(f"attune.{service}.v1")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module.name.endswith("_pb2"):
            yield importlib.import_module(f"{package.__name__}.{module.name}")


def discover(services: Iterable[str]) -> Iterator[Binding]:
    """The bindings of all RPCs of these services."""
    for service in services:
        for module in modules(service):
            for descriptor in module.DESCRIPTOR.services_by_name.values():
                for method in descriptor.methods:
                    yield from bindings(service, method)


def bindings(service: str, method: MethodDescriptor) -> Iterator[Binding]:
    options = method.GetOptions()
    if not options.HasExtension(annotations_pb2.http):
        return
    first = options.Extensions[annotations_pb2.http]
    for rule in (first, *first.additional_bindings):
        verb, path = verb_and_path(rule)
        yield Binding(service, method, verb, parse(path), rule.body, rule.response_body)


def verb_and_path(rule: http_pb2.HttpRule) -> tuple[str, str]:
    kind = rule.WhichOneof("pattern")
    if kind is None:
        raise ValueError("google.api.http without a path")
    if kind == "custom":
        return rule.custom.kind, rule.custom.path
    return kind.upper(), getattr(rule, kind)


@dataclass
class Choice(Generic[Route]):
    """What an HTTP method means at a path: one answer, a stream of events, or the caller chooses"""

    answer: Route | None = None
    events: Route | None = None

    def of(self, wants_events: bool) -> Route | None:
        first, second = self.answer, self.events
        if wants_events:
            first, second = second, first
        return second if first is None else first


class RouteTable(Generic[Route]):
    """Finds what an HTTP method and a raw path mean."""

    def __init__(self) -> None:
        self._static: dict[tuple[str, str], Choice[Route]] = {}
        self._root: Node[dict[str, Choice[Route]]] = Node()

    def add(self, verb: str, template: Template, route: Route, *, streams: bool = False) -> None:
        ends = self._root.insert(template.segments).ends.setdefault(template.verb, {})
        choice = ends.setdefault(verb, Choice())
        if (choice.events if streams else choice.answer) is not None:
            raise ValueError(f"two RPCs have {verb} {template.text}")
        if streams:
            choice.events = route
        else:
            choice.answer = route
        if template.is_static:
            self._static[verb, template.text] = choice

    def find(self, verb: str, path: str, *, events: bool = False) -> tuple[Route, list[str]]:
        """The route and the path's segments; raises a Problem of 404 or 405.

        Where an RPC that streams has the same path as one that does not, `events` says which.
        """
        static = self._static.get((verb, path))
        if static is not None and (route := static.of(events)) is not None:
            return route, []
        allowed: set[str] = set()
        for ends, segments in candidates(self._root, path):
            if verb in ends and (route := ends[verb].of(events)) is not None:
                return route, segments
            allowed |= ends.keys()
        if not allowed:
            raise Problem(404, "NO_ROUTE", "no route has this path")
        problem = Problem(405, "METHOD_NOT_ALLOWED", f"this path does not take {verb[:20]}")
        problem.headers.append((b"allow", ", ".join(sorted(allowed)).encode()))
        raise problem
