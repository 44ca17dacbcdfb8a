"""Which functions a query may call, also like columns, and which types it may cast to."""

from services.analytics.catalogue.domain import Catalogue
from services.analytics.firewall.grammar import Node
from services.analytics.firewall.refusing import Refused
from services.analytics.firewall.server import UNCALLABLE, Listed, Verdict, listed

SYSTEM = "pg_catalog"
# How the server names what belongs to itself; extensions that reach outside do so too.
RESERVED = ("pg_", "lo_", "dblink", "binary_upgrade_")
# Settings with a dot are an application's own, and keep its secrets as often as not.
ONLY_OF_THE_SERVER = "it may only name a setting of PostgreSQL itself, as a literal"


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
        raise _refused(call, name, ONLY_OF_THE_SERVER)


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


def check_attribute(node: Node, name: str, catalogue: Catalogue, *, shared: bool) -> None:
    """Raises Refused where x.name or (x).name might be a call or a cast that is not allowed.

    PostgreSQL takes it for name(x) where x has no such column. What columns x has is not known
    here, so that a column of the name is refused too, unless it stands without its table.
    """
    if why := _why_no_attribute(name, catalogue, shared):
        why += "; a column of this name has to stand without its table"
        raise _refused(node, name, why)


def _why_no_attribute(name: str, catalogue: Catalogue, shared: bool) -> str:
    if name == "current_setting":
        return ONLY_OF_THE_SERVER
    if shared and _tells_of_the_server(name):
        return "it tells of what the server holds"
    known = listed(name, 1)
    if known is None:
        reserved = name.startswith(RESERVED) and not _is_column(name, catalogue)
        return "such names are the server's own" if reserved else ""
    # The server makes no value of internal, not even of NULL; and columns are called system, too.
    harmless = known.verdict is not Verdict.REFUSED or known.reason == UNCALLABLE
    return "" if harmless else known.reason


def _is_column(name: str, catalogue: Catalogue) -> bool:
    return any(relation.column(name) for relation in catalogue.relations.values())


def _tells_of_the_server(name: str) -> bool:
    """Of a type also by the name of its array: _regrole is regrole[]."""
    found = (listed(name, 1), listed(name.removeprefix("_"), 1))
    return any(known is not None and known.verdict is Verdict.CATALOGUE for known in found)


def check_type(found: Node) -> None:
    """Raises Refused for types whose values name relations, functions or roles of the server."""
    name = found["names"][-1]["String"]["sval"] if "names" in found else ""
    if _tells_of_the_server(name):
        message = f"The type {name} is not allowed: it tells of what the server holds."
        raise Refused("type", message, found.get("location", 0))
