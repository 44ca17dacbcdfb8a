"""The tools that a model is offered, and its calls of them read strictly. No I/O.

None takes an organization or a person: whose data it is, is settled before a model is asked. The
parameters of `execute_analytics_query` are those that were documented first, and stay.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from services.common.caller import Caller
from services.common.llm.messages import Tool, ToolCall

EXECUTE, VISUALIZE = "execute_analytics_query", "generate_visualization"
SEARCH, DESCRIBE = "search_knowledge", "describe_data"
# A list of people, of which there is nothing to draw.
PEOPLE = "user_segment"


class Statement(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A query to run."""

    sql_query: str
    query_type: Literal["user_segment", "event_analysis", "trend_analysis"] = "event_analysis"
    description: str = ""
    suggested_actions: list[str] = []


class Visualization(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How the last result is drawn."""

    chart_type: Literal["figure", "line", "area", "bar", "pie", "scatter", "table"]


class KnowledgeSearch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    query: str


class Description(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What there is of this name; "" is a list of what there is."""

    name: str = ""


Wanted: TypeAlias = Statement | Visualization | KnowledgeSearch | Description
SHAPES: dict[str, type[Wanted]] = {
    EXECUTE: Statement,
    VISUALIZE: Visualization,
    SEARCH: KnowledgeSearch,
    DESCRIBE: Description,
}
# What an API key needs besides running queries, for which it may know what there is.
SCOPES = {SEARCH: "knowledge:read"}


class BadCall(Exception):
    """A call that says nothing that could be done; the text is for the model."""


def text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def tool(name: str, description: str, properties: dict[str, Any], *required: str) -> Tool:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return Tool(name=name, description=description, parameters=schema)


TOOLS = (
    tool(
        EXECUTE,
        "Execute a safe analytics query and return results: one PostgreSQL SELECT over the"
        " relations that were described.",
        {
            "query_type": one_of("user_segment", "event_analysis", "trend_analysis"),
            "sql_query": text("The SELECT."),
            "description": text("What it answers, in a few words and without figures."),
            "suggested_actions": {
                "type": "array",
                "items": text("What the person may do next: save, chart or drill_down."),
            },
        },
        *("sql_query", "description"),
    ),
    tool(
        VISUALIZE,
        "Choose the chart of the last result.",
        {"chart_type": one_of("figure", "line", "area", "bar", "pie", "scatter", "table")},
        "chart_type",
    ),
    tool(
        SEARCH,
        "Search the organization's definitions: metrics, dimensions, events, entries, and questions"
        " whose SQL people vouch for.",
        {"query": text("A few words.")},
        "query",
    ),
    tool(
        DESCRIBE,
        "Describe a relation with its columns, or an event with its properties; without a name,"
        " list what there is.",
        {"name": text("The name of a relation or of an event.")},
    ),
)


def offered(who: Caller) -> list[Tool]:
    """What the caller may do, as a model may do it for them."""
    return [each for each in TOOLS if may(who, each.name)]


def may(who: Caller, name: str) -> bool:
    scope = SCOPES.get(name)
    return scope is None or who.scopes is None or scope in who.scopes


def wanted_of(call: ToolCall, tools: Sequence[Tool]) -> Wanted:
    """What a call wants. Raises BadCall for an unknown tool and other arguments than the tool's."""
    if call.name not in {each.name for each in tools}:
        raise BadCall("There is no such tool.")
    try:
        return msgspec.json.decode(call.arguments or "{}", type=SHAPES[call.name])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadCall(f"The arguments are not what the tool takes: {error}") from None
