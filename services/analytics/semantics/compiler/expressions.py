"""Arithmetic over metrics: numbers, names, + - * / and parentheses.

sum     = product { ("+" | "-") product }
product = factor { ("*" | "/") factor }
factor  = number | name | "-" factor | "(" sum ")"
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.analytics.semantics.compiler.errors import NotCompilable

MOST_CHARACTERS = 2000
MOST_NESTED = 50
TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/()]))")


@dataclass(frozen=True)
class Number:
    text: str


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Negated:
    operand: "Expression"


@dataclass(frozen=True)
class Operation:
    operator: str
    left: "Expression"
    right: "Expression"


Expression = Number | Name | Negated | Operation


def parsed(text: str) -> Expression:
    """Raises NotCompilable, with the place, for what is no such arithmetic."""
    if len(text) > MOST_CHARACTERS:
        raise NotCompilable("expression", f"must have up to {MOST_CHARACTERS} characters")
    return _Parser(list(tokens(text))).whole()


def tokens(text: str) -> Iterator[tuple[str, int]]:
    """Each with its place, which starts at 0."""
    at, end = 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            raise NotCompilable("expression", f"{text[place]!r} at {place} is not understood")
        yield match[0].strip(), match.end() - len(match[0].strip())
        at = match.end()


class _Parser:
    def __init__(self, found: list[tuple[str, int]]) -> None:
        self._tokens = found
        self._at = 0
        self._nested = 0

    def whole(self) -> Expression:
        result = self._sum()
        if self._next():
            raise self._unexpected("an operator")
        return result

    def _sum(self) -> Expression:
        return self._chain("+-", self._product)

    def _product(self) -> Expression:
        return self._chain("*/", self._factor)

    def _chain(self, operators: str, operand: Callable[[], Expression]) -> Expression:
        result = operand()
        while (operator := self._next()) and operator in operators:
            self._at += 1
            self._deeper()
            result = Operation(operator, result, operand())
        return result

    def _factor(self) -> Expression:
        token = self._next()
        if not token or token in "+*/)":
            raise self._unexpected("a number, a metric or a parenthesis")
        self._at += 1
        if token[0].isdigit() or token[0] == ".":
            return Number(token)
        if token not in "-(":
            return Name(token)
        self._deeper()
        if token == "-":
            return Negated(self._factor())
        inner = self._sum()
        if self._next() != ")":
            raise self._unexpected('")"')
        self._at += 1
        return inner

    def _next(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _deeper(self) -> None:
        """Trees are walked by recursion, here and by PostgreSQL."""
        self._nested += 1
        if self._nested > MOST_NESTED:
            raise NotCompilable("expression", f"has more than {MOST_NESTED} operations")

    def _unexpected(self, wanted: str) -> NotCompilable:
        if self._at == len(self._tokens):
            return NotCompilable("expression", f"ends where {wanted} is needed")
        token, place = self._tokens[self._at]
        return NotCompilable("expression", f"has {token!r} at {place}, where {wanted} is needed")


def names(expression: Expression) -> Iterator[str]:
    """The metrics that it needs, each as often as it does."""
    match expression:
        case Name(name):
            yield name
        case Negated(operand):
            yield from names(operand)
        case Operation(_, left, right):
            yield from names(left)
            yield from names(right)


def rendered(expression: Expression, reference: Callable[[str], str]) -> str:
    """Its SQL. Dividing by zero gives NULL; `reference` is the SQL of a metric, no integer."""
    match expression:
        case Number(text):
            return text if "." in text else f"{text}.0"
        case Name(name):
            return reference(name)
        case Negated(operand):
            return f"(- {rendered(operand, reference)})"
        case Operation(operator, left, right):
            a, b = rendered(left, reference), rendered(right, reference)
            return f"({a} / nullif({b}, 0))" if operator == "/" else f"({a} {operator} {b})"


def additive(expression: Expression, is_additive: Callable[[str], bool]) -> bool:
    """May its results be summed? Sums of additive metrics may, also a constant times one."""
    match expression:
        case Name(name):
            return is_additive(name)
        case Negated(operand):
            return additive(operand, is_additive)
        case Operation("+" | "-", left, right):
            return additive(left, is_additive) and additive(right, is_additive)
        case Operation("*", left, right):
            return (constant(left) and additive(right, is_additive)) or (
                additive(left, is_additive) and constant(right)
            )
        case Operation("/", left, right):
            return additive(left, is_additive) and constant(right)
    return False


def constant(expression: Expression) -> bool:
    return next(names(expression), None) is None
