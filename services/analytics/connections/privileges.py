"""What a role can do besides reading, with the SQL that takes it away. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from services.analytics.catalogue.naming import qualified, quoted
from services.analytics.connections.domain import Problem

# Predefined roles whose members write, read the server's files, run its programs or disturb others.
POWERS = {
    "pg_read_server_files": "read files of the server",
    "pg_write_server_files": "write files of the server",
    "pg_execute_server_program": "run programs on the server",
    "pg_write_all_data": "write all data",
    "pg_maintain": "maintain all tables",
    "pg_create_subscription": "subscribe to other servers",
    "pg_signal_backend": "end the sessions of others",
    "pg_checkpoint": "force checkpoints",
}
ATTRIBUTES = {
    "superuser": ("is a superuser", "NOSUPERUSER"),
    "createrole": ("may make roles", "NOCREATEROLE"),
    "createdb": ("may make databases", "NOCREATEDB"),
    "replication": ("may replicate the server", "NOREPLICATION"),
    "bypassrls": ("sees through row level security", "NOBYPASSRLS"),
}
# More tables of a schema than this are told, and mended, together.
TOGETHER = 3
MOST_PROBLEMS = 30


@dataclass(frozen=True)
class Grant:
    """What was granted on one thing; a grantee of None is PUBLIC."""

    kind: str
    schema: str
    name: str
    column_name: str | None
    grantee: str | None
    privileges: Sequence[str]

    @property
    def to(self) -> str:
        return "PUBLIC" if self.grantee is None else quoted(self.grantee)

    @property
    def verbs(self) -> str:
        return ", ".join(self.privileges)

    @property
    def place(self) -> str:
        """What it is on, as GRANT names it."""
        if self.kind == "database":
            return f"DATABASE {quoted(self.name)}"
        if self.kind == "schema":
            return f"SCHEMA {quoted(self.schema)}"
        word = "SEQUENCE " if self.kind == "sequence" else ""
        return f"{word}{qualified(self.schema, self.name)}"


def problems_of(
    role: str,
    attributes: Sequence[Mapping[str, Any]],
    memberships: Sequence[str],
    owned: Sequence[Mapping[str, Any]],
    grants: Sequence[Grant],
) -> list[Problem]:
    """All that keeps the role from being one that can only read; the worst first."""
    if any(row["superuser"] and row["itself"] for row in attributes):
        # It may do everything; the rest would be a list of everything.
        return [of_attribute(role, role, "superuser")]
    found = [
        *(
            of_attribute(role, row["role"], name)
            for row in attributes
            for name in ATTRIBUTES
            if row[name]
        ),
        *(of_membership(role, power) for power in memberships),
        *(of_owned(role, row) for row in owned),
        *of_grants(role, grants),
    ]
    left = len(found) - MOST_PROBLEMS
    return found if left <= 0 else [*found[:MOST_PROBLEMS], Problem(f"and {left} more like these")]


def of_attribute(role: str, holder: str, name: str) -> Problem:
    what, attribute = ATTRIBUTES[name]
    if holder == role:
        return Problem(f"the role {role} {what}", f"ALTER ROLE {quoted(role)} {attribute};")
    return Problem(
        f"the role {role} may become {holder}, which {what}",
        f"REVOKE {quoted(holder)} FROM {quoted(role)};",
    )


def of_membership(role: str, power: str) -> Problem:
    return Problem(
        f"the role {role} may {POWERS[power]}, by {power}",
        f"REVOKE {power} FROM {quoted(role)};",
    )


def of_owned(role: str, row: Mapping[str, Any]) -> Problem:
    by = f"the role {role}" if row["role"] == role else f"{row['role']}, which {role} may become,"
    return Problem(
        f"{by} owns the {row['kind']} {row['name']}",
        f"REASSIGN OWNED BY {quoted(row['role'])} TO another_role;",
    )


def of_grants(role: str, grants: Sequence[Grant]) -> Iterator[Problem]:
    """Those on many tables of a schema together, the others one by one."""
    ordered = sorted(grants, key=lambda g: (g.kind, g.schema, g.to, g.name, g.column_name or ""))
    for (kind, schema, _), group in groupby(ordered, key=lambda g: (g.kind, g.schema, g.to)):
        some = list(group)
        whole = [grant for grant in some if grant.column_name is None]
        if kind in ("table", "sequence") and len(whole) > TOGETHER:
            yield together(role, kind, schema, whole)
            some = [grant for grant in some if grant.column_name is not None]
        yield from (alone(role, grant) for grant in some)


def alone(role: str, grant: Grant) -> Problem:
    column = f" ({quoted(grant.column_name)})" if grant.column_name is not None else ""
    name = ".".join(filter(None, (grant.schema, grant.name, grant.column_name)))
    return Problem(
        f"{who(role, grant)} may {grant.verbs} on the {grant.kind} {name}",
        f"REVOKE {', '.join(verb + column for verb in grant.privileges)} ON {grant.place}"
        f" FROM {grant.to};",
    )


def together(role: str, kind: str, schema: str, grants: Sequence[Grant]) -> Problem:
    verbs = ", ".join(sorted({verb for grant in grants for verb in grant.privileges}))
    names = ", ".join(grant.name for grant in grants[:TOGETHER])
    return Problem(
        f"{who(role, grants[0])} may {verbs} on {len(grants)} {kind}s of the schema {schema}"
        f" ({names}, …)",
        f"REVOKE {verbs} ON ALL {kind.upper()}S IN SCHEMA {quoted(schema)} FROM {grants[0].to};",
    )


def who(role: str, grant: Grant) -> str:
    if grant.grantee is None:
        return f"everybody, and so the role {role},"
    if grant.grantee == role:
        return f"the role {role}"
    return f"{grant.grantee}, which {role} may become,"


def advice_of(role: str, sslmode: str, session: Mapping[str, Any]) -> list[Problem]:
    """What could be better, and is no reason to refuse the connection."""
    found = []
    if not session["encrypted"]:
        found.append(Problem(f"the connection is not encrypted (sslmode={sslmode})"))
    elif not sslmode.startswith("verify"):
        found.append(Problem("the certificate is not checked: sslmode=verify-full does that"))
    if not session["reads_only"]:
        found.append(
            Problem(
                "the role's transactions may write by default; Attune's never do",
                f"ALTER ROLE {quoted(role)} SET default_transaction_read_only = on;",
            )
        )
    if session["may_make_temporary"]:
        # A transaction that only reads makes none either; so this is no reason to refuse.
        found.append(
            Problem(
                f"the role {role} may make temporary tables, as everybody may at first",
                f"REVOKE TEMPORARY ON DATABASE {quoted(session['database'])} FROM PUBLIC;",
            )
        )
    return found
