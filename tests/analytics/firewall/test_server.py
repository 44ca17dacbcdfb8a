"""The committed lists against the server that the tests run on."""

import asyncpg
import pytest

from services.analytics.catalogue.domain import Catalogue
from services.analytics.firewall.examine import examine
from services.analytics.firewall.refusing import Refused
from services.analytics.firewall.server import Verdict, listed, system_relations
from services.analytics.firewall.server.reading import Found, lines, read
from services.analytics.firewall.server.verdicts import (
    UNCALLABLE_TYPES,
    Procedure,
    callable_by_queries,
    classify,
)
from tests.databases import connected
from tests.suite import Servers


@pytest.fixture(scope="module")
async def found(servers: Servers) -> Found:
    return await read(servers.admin_dsn())


def strictness(verdict: Verdict) -> int:
    return [Verdict.ALLOWED, Verdict.CATALOGUE, Verdict.REFUSED].index(verdict)


def test_no_function_of_the_server_is_unclassified(found: Found) -> None:
    assert len(found.functions) > 3000
    for function in filter(callable_by_queries, found.functions):
        for count in range(function.fewest, len(function.arguments) + 1):
            known = listed(function.name, count)
            assert known is not None, f"{function.name}/{count}: run the command that lists them"
            # Of overloads with as many arguments the strictest verdict counts.
            assert strictness(known.verdict) >= strictness(classify(function)[0]), function.name


def test_the_list_is_what_the_rules_make_of_the_server(found: Found) -> None:
    ours = [function for function in found.functions if callable_by_queries(function)]
    for line in lines(ours, found.types):
        name, extension, verdict, _ = line.split("\t")
        known = listed(name.partition("/")[0], int(name.partition("/")[2] or 0))
        assert known is not None
        assert (known.extension, known.verdict) == (extension, verdict), name


def test_what_is_allowed_is_immutable_or_stable_or_said_to_be_harmless(found: Found) -> None:
    volatile = {f.name for f in found.functions if f.volatility == "v"}
    allowed = {
        f.name
        for f in found.functions
        if f.name in volatile and classify(f)[0] is Verdict.ALLOWED and f.volatility == "v"
    }
    assert allowed == {
        *("random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "clock_timestamp"),
        *("timeofday", "array_sample", "array_shuffle", "current_query"),
    }


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("pg_sleep", Verdict.REFUSED),
        ("pg_read_file", Verdict.REFUSED),
        ("nextval", Verdict.REFUSED),
        ("set_config", Verdict.REFUSED),
        ("query_to_xml", Verdict.REFUSED),
        ("pg_stat_get_activity", Verdict.REFUSED),
        ("dblink", Verdict.REFUSED),
        ("crosstab", Verdict.REFUSED),
        ("pg_get_viewdef", Verdict.CATALOGUE),
        ("pg_relation_size", Verdict.CATALOGUE),
        ("to_regclass", Verdict.CATALOGUE),
        ("lower", Verdict.ALLOWED),
        ("jsonb_path_query", Verdict.ALLOWED),
        ("row_number", Verdict.ALLOWED),
        ("random", Verdict.ALLOWED),
    ],
)
def test_well_known_functions_have_the_verdict_that_one_expects(
    name: str, verdict: Verdict
) -> None:
    known = listed(name, 1)
    assert known is not None
    assert known.verdict is verdict


def test_overloads_that_differ_are_told_apart_by_their_arguments() -> None:
    query, text = listed("ts_rewrite", 3), listed("ts_rewrite", 2)
    assert query is not None
    assert text is not None
    assert (query.verdict, text.verdict) == (Verdict.ALLOWED, Verdict.REFUSED)


def test_an_unknown_function_is_not_in_the_list() -> None:
    assert listed("of_tomorrow", 0) is None
    assert listed("of_tomorrow/0", 0) is None


async def test_no_operator_and_no_cast_calls_what_is_refused(servers: Servers) -> None:
    """An expression names neither function, so what they call has to be harmless."""
    async with connected(servers.admin_dsn()) as conn:
        rows = await conn.fetch(
            "SELECT p.proname AS name, p.pronargs AS count FROM pg_proc p"
            " WHERE p.oid IN (SELECT oprcode FROM pg_operator UNION SELECT castfunc FROM pg_cast)"
        )
    assert len(rows) > 500
    for name, count in rows:
        known = listed(name, count)
        assert known is not None
        assert known.verdict is not Verdict.REFUSED, name


def test_no_refused_function_can_be_called_as_a_column(found: Found) -> None:
    """x.f means f(x) where x has no such column, whether x is a row or a scalar."""
    refused = {
        function.name
        for function in found.functions
        if function.fewest <= 1 <= len(function.arguments)
        and callable_by_queries(function)
        and classify(function)[0] is Verdict.REFUSED
    }
    assert {"ts_stat", "pg_sleep", "nextval"} <= refused
    for name in refused:
        for sql in (f'SELECT x."{name}" FROM orders x', f'SELECT (x)."{name}" FROM orders x'):
            with pytest.raises(Refused, match=name):
                examine(sql, Catalogue("shop", ("public",)), free=True)


async def test_the_server_makes_no_value_for_what_no_query_can_call(servers: Servers) -> None:
    async with connected(servers.admin_dsn()) as conn:
        await conn.execute("PREPARE given AS SELECT ($1).numeric_avg")
        for sql in ("SELECT (NULL).system", "SELECT ('1').numeric_avg", "EXECUTE given(NULL)"):
            with pytest.raises(asyncpg.FeatureNotSupportedError, match="type internal"):
                await conn.execute(sql)


def test_the_relations_of_the_catalogue_are_known(found: Found) -> None:
    assert set(found.relations) <= system_relations()


def test_what_only_the_server_calls_is_not_for_queries() -> None:
    for kind in UNCALLABLE_TYPES:
        function = Procedure("f", "", "i", (kind,), "integer", 1, variadic=False)
        assert not callable_by_queries(function)
