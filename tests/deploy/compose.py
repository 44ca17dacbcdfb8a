"""compose.yaml as compose reads it: variables filled in, one environment for each process."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

DEPLOY = Path(__file__).parents[2] / "deploy"
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


class Unset(Exception):
    """A variable that compose insists on is empty."""


def example() -> dict[str, str]:
    """The names of example.env with the values that it gives."""
    return {name: value or "" for name, value in dotenv_values(DEPLOY / "example.env").items()}


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The services by name."""
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return {name: filled(part, variables) for name, part in document["services"].items()}


def filled(part: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: filled(value, variables) for key, value in part.items()}
    if isinstance(part, list):
        return [filled(value, variables) for value in part]
    return VARIABLE.sub(lambda m: value_of(m, variables), part) if isinstance(part, str) else part


def value_of(match: re.Match[str], variables: Mapping[str, str]) -> str:
    name, operator, text = match.groups()
    if value := variables.get(name):
        return value
    if operator != "-":
        raise Unset(name)
    return str(text)


def environment(service: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, str]:
    """What a process sees: a name without a value is handed on, or stays unset."""
    told = service.get("environment", {})
    passed = {name: variables[name] for name in told if told[name] is None and name in variables}
    return passed | {name: str(value) for name, value in told.items() if value is not None}
