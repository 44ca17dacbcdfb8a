"""What a call is, and how one definition of it serves both clients.

A resource's methods only say what to send and what comes back. `call`, `listing` and `download`
make of that a method which the resources of AttuneClient answer at once, and those of
AsyncAttuneClient when it is awaited; the types follow, because a resource is generic in its mode.
"""

import re
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Coroutine,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload
from urllib.parse import quote
from uuid import uuid4

KEY = re.compile(r"[ -~]{1,200}")

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M")
R = TypeVar("R", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Call(Generic[T]):
    """One request: `body` is what will be JSON, `answer` the type that the answer is read as.

    `repeatable` says that to be asked twice does no more than to be asked once. `timeout` is in
    seconds, of the client where it is None.
    """

    method: str
    path: str
    answer: type[T]
    repeatable: bool
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    idempotency_key: str | None = None
    timeout: float | None = None


class Page(Protocol[R]):
    """A part of a list."""

    @property
    def next_page_token(self) -> str | None: ...


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A list that comes in pages: how to ask for the first, and what of a page is in the list."""

    first: Call[Any]
    entries: Callable[[Any], Sequence[T]]

    def after(self, page: Page[Any]) -> "Listing[T] | None":
        if not page.next_page_token:
            return None
        query = {**self.first.query, "page_token": page.next_page_token}
        return replace(self, first=replace(self.first, query=query))


class Mode:
    """Whether methods answer at once or are awaited."""


class Sync(Mode):
    """At once."""


class Async(Mode):
    """Awaited."""


class Transport(Protocol):
    """Carries calls out, in one of the modes."""

    def call(self, call: Call[Any]) -> Any: ...
    def entries(self, listing: Listing[Any]) -> Any: ...
    def parts(self, call: Call[bytes]) -> Any: ...


class Resource(Generic[M]):
    """A part of the API, in one of the modes."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport


class call(Generic[P, T]):  # noqa: N801 - a decorator
    """A method that is one call."""

    def __init__(self, build: Callable[Concatenate[Any, P], Call[T]]) -> None:
        self.build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "call[P, T]": ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, instance: Resource[Async], owner: type
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: type) -> Any:
        return self if instance is None else bound(self.build, instance, instance._transport.call)


class listing(Generic[P, T]):  # noqa: N801 - a decorator
    """A method that iterates over a list, and asks for its pages as they are needed."""

    def __init__(self, build: Callable[Concatenate[Any, P], Listing[T]]) -> None:
        self.build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "listing[P, T]": ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: type) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, instance: Resource[Async], owner: type) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: type) -> Any:
        if instance is None:
            return self
        return bound(self.build, instance, instance._transport.entries)


class download(Generic[P]):  # noqa: N801 - a decorator
    """A method that iterates over the parts of a file. `timeout` bounds the wait for each."""

    def __init__(self, build: Callable[Concatenate[Any, P], Call[bytes]]) -> None:
        self.build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "download[P]": ...
    @overload
    def __get__(
        self, instance: Resource[Sync], owner: type
    ) -> Callable[P, Generator[bytes, None, None]]: ...
    @overload
    def __get__(
        self, instance: Resource[Async], owner: type
    ) -> Callable[P, AsyncGenerator[bytes, None]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: type) -> Any:
        return self if instance is None else bound(self.build, instance, instance._transport.parts)


def bound(build: Callable[..., Any], instance: Any, carry: Callable[[Any], Any]) -> Any:
    @wraps(build)
    def method(*args: Any, **kwargs: Any) -> Any:
        return carry(build(instance, *args, **kwargs))

    return method


def once(
    path: str, body: Any, answer: type[T], idempotency_key: str | None, timeout: float | None
) -> Call[T]:
    """A write that is done once, however often it is sent, by a key that its retries share.

    Raises ValueError for a key that the server would refuse.
    """
    if idempotency_key is not None and not KEY.fullmatch(idempotency_key):
        raise ValueError("an idempotency key is 1 to 200 printable ASCII characters")
    return Call(
        method="POST",
        path=path,
        body=body,
        answer=answer,
        repeatable=True,
        idempotency_key=idempotency_key or str(uuid4()),
        timeout=timeout,
    )


def path(template: str, name: str) -> str:
    """The template with a name in the place of {}; raises ValueError for an empty name."""
    if not name:
        raise ValueError("an id in the path must not be empty")
    dots = name in (".", "..")  # which would lead elsewhere, quoted as they are
    return template.format(name.replace(".", "%2E") if dots else quote(name, safe=""))


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def query(**fields: Any) -> dict[str, str]:
    """What is not None, as it is written in a URL."""
    return {name: in_url(value) for name, value in fields.items() if value is not None}


def in_url(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return written(value) if isinstance(value, datetime) else str(value)


def written(moment: datetime) -> str:
    """RFC 3339. Raises ValueError where no time zone says which moment it is."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone: say which one, such as tzinfo=UTC")
    return moment.isoformat()
