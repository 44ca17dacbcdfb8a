"""Which functions a query may call, and which types it may cast to."""

from services.analytics.catalogue.domain import Catalogue
from services.analytics.firewall.grammar import Node
from services.analytics.firewall.refusing import Refused
from services.analytics.firewall.server import Listed, Verdict, listed

SYSTEM = "pg_catalog"
# How the server names what belongs to itself; extensions that reach outside do so too.
RESERVED = ("pg_", "lo_", "dblink", "binary_upgrade_")


def check(call: Node, catalogue: Catalogue, *, free: bool, shared: bool) -> str:
    """Returns the function's name. Raises Refused where the query may not call it.

    The server's own functions get their schema, so that none of the same name is called instead of
    them. `shared` is whether it runs on the event store.
    """
    names: list[str] = [part["String"]["sval"] for part in call["funcname"]]
    *path, name = names
    schema = path[-1] if path else None
    found = listed(name, len(call.get("args", ())))
    if found is not None and found.verdict is Verdict.REFUSED:
        raise _refused(call, name, found.reason)
    own = found if found and schema in (None, SYSTEM) and not found.extension else None
    if own:  # also where a user-defined one has the name: the server takes its own first
        _check_own(call, name, own, shared)
    if _user_defined(schema, name, catalogue):
        return name
    if own:
        if schema is None and not shared:  # in the event store's schema there is no function
            call["funcname"].insert(0, {"String": {"sval": SYSTEM}})
        return name
    if free and schema != SYSTEM and not name.startswith(RESERVED):
        return name
    raise _refused(call, name, "this connection has no such function, or it may not be called")


def _check_own(call: Node, name: str, found: Listed, shared: bool) -> None:
    if found.verdict is Verdict.CATALOGUE and shared:
        raise _refused(call, name, found.reason)
    if name == "current_setting" and not _names_a_setting_of_the_server(call):
        # Those with a dot are an application's own, and keep its secrets as often as not.
        raise _refused(call, name, "it may only name a setting of PostgreSQL itself, as a literal")


def _names_a_setting_of_the_server(call: Node) -> bool:
    first = call["args"][0] if "args" in call else {}
    text = first.get("A_Const", {}).get("sval", {}).get("sval", "")
    return bool(text) and "." not in text


def _user_defined(schema: str | None, name: str, catalogue: Catalogue) -> bool:
    schemas = (schema,) if schema else catalogue.search_path
    return any((s, name) in catalogue.functions for s in schemas)


def _refused(call: Node, name: str, why: str) -> Refused:
    return Refused(
        "function", f"The function {name}() is not allowed: {why}.", call.get("location", 0)
    )


def check_type(found: Node) -> None:
    """Raises Refused for types whose values name relations, functions or roles of the server."""
    name = found["names"][-1]["String"]["sval"] if "names" in found else ""
    known = listed(name, 1)
    if known is not None and known.verdict is Verdict.CATALOGUE:
        message = f"The type {name} is not allowed: it tells of what the server holds."
        raise Refused("type", message, found.get("location", 0))
