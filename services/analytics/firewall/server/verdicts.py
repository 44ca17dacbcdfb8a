"""The rules by which a server's functions are classified."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What user SQL may do with a function.

    CATALOGUE ones tell of the server and of relations by name, not of rows: they are allowed on a
    database that a user registered, whose role sees that anyway, and refused on the event store,
    whose server many organizations share.
    """

    ALLOWED = "allowed"
    CATALOGUE = "catalogue"
    REFUSED = "refused"


@dataclass(frozen=True)
class Procedure:
    """A row of pg_proc. `extension` is the one it belongs to, or "" for the server's own."""

    name: str
    extension: str
    volatility: str
    arguments: tuple[str, ...]
    result: str
    fewest: int
    variadic: bool


@dataclass(frozen=True)
class Rule:
    """Functions whose names match are refused, or tell of the catalogue, for this reason."""

    verdict: Verdict
    names: re.Pattern[str]
    reason: str


def _rule(verdict: Verdict, names: str, reason: str) -> Rule:
    return Rule(verdict, re.compile(names), reason)


# What no query can call: only the server itself hands such values over.
UNCALLABLE_TYPES = {
    "event_trigger",
    "fdw_handler",
    "index_am_handler",
    "internal",
    "language_handler",
    "pg_ddl_command",
    "table_am_handler",
    "trigger",
    "tsm_handler",
}

# The reason why such a function is refused.
UNCALLABLE = "no query can call it"

# Whatever their volatility; the first that matches decides.
BY_NAME = (
    _rule(Verdict.REFUSED, r"(query|cursor|table|schema|database)_to_xml.*", "runs SQL from text"),
    _rule(
        Verdict.REFUSED,
        r"ts_stat|crosstab.*|connectby|xpath_table|xslt_process",
        "runs SQL from text",
    ),
    _rule(Verdict.REFUSED, r"dblink.*|postgres_fdw.*", "reaches other hosts"),
    _rule(Verdict.REFUSED, r"lo_.*|loread|lowrite", "reads or writes large objects"),
    _rule(Verdict.REFUSED, r".*_validator", "is for the server itself"),
    _rule(Verdict.REFUSED, r"pg_event_trigger_.*", "is for event triggers alone"),
    _rule(Verdict.REFUSED, r"pg_show_all_settings", "shows settings, which may hold secrets"),
    _rule(
        Verdict.REFUSED,
        r"pg_stat_get_(activity|backend_.*|progress_info|wal_senders|wal_receiver|subscription)"
        r"|pg_get_replication_slots|pg_show_replication_origin_status",
        "shows what other sessions do",
    ),
    _rule(Verdict.CATALOGUE, r"(make|hash_)?aclitem.*", "tells of roles by name"),
)

# Volatile, and yet they change nothing and tell of nobody: each call only gives another value.
HARMLESS = re.compile(
    r"random|random_normal|normal_rand|gen_random_(uuid|bytes)|gen_salt|uuidv[47]"
    r"|uuid_generate_v(1|1mc|4)|clock_timestamp|timeofday|array_(sample|shuffle)|current_query"
)

# Volatile, but all they do is to look up.
LOOKING_UP = re.compile(
    r"pg_(relation|table|indexes|total_relation|database|tablespace)_size|pg_partition_(tree"
    r"|ancestors)|pg_(database_)?collation_actual_version|pg_is_in_recovery|pg_jit_available"
    r"|pg_stat_get_xact_.*|pg_xact_commit_timestamp(_origin)?|pg_xact_status|txid_status"
)

# Stable ones that answer from the system catalogues or tell of the server.
CATALOGUE = re.compile(
    r"pg_.*|has_.*_privilege|to_reg.*|reg.*|(obj|col|shobj)_description|row_security_active|inet_(client"
    r"|server)_(addr|port)|txid_.*|mxid_age|acl.*|_pg_.*|getpgusername|format_type|enum_.*_oid"
)
# … save for these, which tell of their arguments alone.
OF_ARGUMENTS = re.compile(
    r"pg_(typeof|basetype|input_is_valid|input_error_info|column_size|column_compression"
    r"|collation_for|client_encoding|char_to_encoding|encoding_to_char|size_bytes|size_pretty"
    r"|get_keywords)"
)


def classify(procedure: Procedure) -> tuple[Verdict, str]:
    """The verdict and why."""
    for rule in BY_NAME:
        if rule.names.fullmatch(procedure.name):
            return rule.verdict, rule.reason
    if procedure.volatility == "v":
        return _of_volatile(procedure.name)
    if OF_ARGUMENTS.fullmatch(procedure.name):
        return Verdict.ALLOWED, "tells of its arguments"
    if procedure.volatility == "s" and CATALOGUE.fullmatch(procedure.name):
        return Verdict.CATALOGUE, "tells of the server or of relations by name"
    return Verdict.ALLOWED, {"i": "immutable", "s": "stable"}[procedure.volatility]


def _of_volatile(name: str) -> tuple[Verdict, str]:
    if HARMLESS.fullmatch(name):
        return Verdict.ALLOWED, "volatile, and only gives a new value"
    if LOOKING_UP.fullmatch(name):
        return Verdict.CATALOGUE, "volatile, and only looks up"
    return Verdict.REFUSED, "volatile: may change something, wait, or reach outside"


def callable_by_queries(procedure: Procedure) -> bool:
    return not UNCALLABLE_TYPES.intersection((*procedure.arguments, procedure.result))
