"""What wall 1 lets through, and what it says of the rest."""

import re
from contextlib import suppress
from importlib import resources

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.catalogue.domain import Catalogue
from services.analytics.firewall.examine import examine
from services.analytics.firewall.refusing import Refused
from tests.analytics.firewall.conftest import catalogue, relation

STORE = "services.analytics.store"
ROWS = (
    'NOT MATERIALIZED (SELECT "timestamp", event, user_id FROM store.events'
    " WHERE organization_id = 'acme')"
)
EVENTS = f"WITH events AS {ROWS}"
HIDDEN = f"events_ AS {ROWS}"
USERS = (
    "users AS NOT MATERIALIZED (SELECT id, email FROM store.users WHERE organization_id = 'acme')"
)


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        ("select event from events", f"{EVENTS} SELECT event FROM events"),
        (
            "SELECT store.events.* FROM store.events",
            f"{EVENTS} SELECT events.* FROM events",
        ),
        ("TABLE store.events", f"{EVENTS} SELECT * FROM events"),
        ("SELECT 1 FROM ONLY events AS e (a)", f"{EVENTS} SELECT 1 FROM ONLY events e(a)"),
        (
            "SELECT store.events.event FROM store.events",
            f"{EVENTS} SELECT events.event FROM events",
        ),
        (
            "SELECT 1 FROM events, users u WHERE EXISTS (SELECT 1 FROM store.events e)",
            f"{EVENTS}, {USERS} SELECT 1 FROM events, users u"
            " WHERE EXISTS (SELECT 1 FROM events e)",
        ),
        (
            "(WITH a AS (TABLE events) TABLE a) UNION TABLE events",
            f"{EVENTS} (WITH a AS (SELECT * FROM events) SELECT * FROM a)"
            " UNION SELECT * FROM events",
        ),
        (
            "WITH RECURSIVE a AS (TABLE events UNION TABLE a) TABLE a",
            f"{EVENTS.replace('WITH', 'WITH RECURSIVE')},"
            " a AS (SELECT * FROM events UNION SELECT * FROM a) SELECT * FROM a",
        ),
        ("WITH events AS (SELECT 1 AS x) SELECT x FROM events", None),
        (
            "WITH RECURSIVE events AS (SELECT 1 AS x UNION ALL SELECT x FROM events) TABLE events",
            "",
        ),
        (
            "WITH events AS (SELECT event FROM events) SELECT * FROM events",
            f"WITH {HIDDEN}, events AS (SELECT event FROM events_ events) SELECT * FROM events",
        ),
        (
            "SELECT 1 FROM events e WHERE EXISTS (WITH events AS (SELECT 1) TABLE events)",
            f"WITH {HIDDEN} SELECT 1 FROM events_ e"
            " WHERE EXISTS (WITH events AS (SELECT 1) SELECT * FROM events)",
        ),
        ("VALUES (1), (2)", None),
    ],
)
def test_a_relation_of_the_event_store_is_narrowed_and_a_query_of_its_name_is_not(
    store: Catalogue, sql: str, runs: str | None
) -> None:
    approved = examine(sql, store, organization_id="acme")
    if runs:
        assert approved.sql == runs
    else:
        assert "store" not in approved.sql
        assert approved.relations == frozenset()


def test_relations_of_one_name_are_told_apart() -> None:
    two = catalogue("events", relation("store", "events", "a"), relation("old", "events", "b"))
    sql = examine("SELECT 1 FROM events, old.events o", two, organization_id="acme").sql
    assert "events AS NOT MATERIALIZED (SELECT a FROM store.events" in sql
    assert "events_ AS NOT MATERIALIZED (SELECT b FROM old.events" in sql
    assert sql.endswith(" SELECT 1 FROM events, events_ o")


@pytest.mark.parametrize(
    ("sql", "reason", "position"),
    [
        ("", "empty", None),
        ("-- nothing", "empty", None),
        ("SELECT 1; SELECT 2", "several_statements", 10),
        ("/* é */ DELETE FROM events", "statement", 8),
        ("SELEC 1", "syntax", 0),
        ("SELECT 'é', pg_sleep(1)", "function", 12),
        ("SELECT * FROM 東京", "relation", 14),
        ("SELECT * FROM pg_class", "relation", 14),
        ("SELECT * FROM information_schema.tables", "relation", 14),
        ("SELECT event FROM events FOR UPDATE", "clause", None),
        ("SELECT event INTO stolen FROM events", "clause", 18),
        ("SELECT 'users'::regclass", "type", 16),
        ("SELECT '{users}'::_regclass", "type", 18),
        ("SELECT '{10}'::pg_catalog._regrole", "type", 15),
        ("SELECT 'postgres=r/postgres'::aclitem", "type", 30),
        ("SELECT hash_aclitem(NULL)", "function", 7),
        ("SELECT 'é', x.regrole FROM concat('10') x", "function", 12),
        ("SELECT x._regrole FROM concat('{10}') x", "function", 7),
        ("SELECT (user_id).regclass FROM events", "function", 8),
        ("SELECT e.id.e.event FROM events e", "relation", 7),
        ("SELECT e.events.event FROM events e", "relation", 7),
        ("SELECT store.e.event FROM events e", "relation", 7),
        ("SELECT attune.store.events.* FROM events", "relation", 7),
        ("SELECT 1 \0", "encoding", 9),
        ("SELECT '\ud800'", "encoding", 8),
    ],
)
def test_a_refusal_says_why_and_where(
    store: Catalogue, sql: str, reason: str, position: int | None
) -> None:
    with pytest.raises(Refused) as refused:
        examine(sql, store, organization_id="acme")
    assert (refused.value.reason, refused.value.position) == (reason, position)


@pytest.mark.parametrize(
    "other",
    [
        "select  Event,count(*) FROM events -- a comment\n group by EVENT",
        "SELECT event, count(*) FROM store.events GROUP BY event",
        'SELECT "event", count ( * ) FROM "events" GROUP BY (event)',
    ],
)
def test_statements_of_one_meaning_have_one_hash(store: Catalogue, other: str) -> None:
    sql = "SELECT event, count(*) FROM events GROUP BY event"
    first = examine(sql, store, organization_id="acme")
    assert examine(other, store, organization_id="globex").tree_hash == first.tree_hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT 1", "SELECT 2"),
        ("SELECT 'a'", "SELECT 'A'"),
        ("SELECT '1'", "SELECT 1"),
        ("SELECT a FROM orders", "SELECT b FROM orders"),
        ("SELECT $1", "SELECT $2"),
        ("SELECT 'a' || 'b'", "SELECT 'a''b'"),
        ('SELECT 1 FROM orders AS "X"', "SELECT 1 FROM orders AS x"),
        ("SELECT 1 ORDER BY 1 LIMIT 1", "SELECT 1 ORDER BY 1 FETCH FIRST ROW WITH TIES"),
    ],
)
def test_statements_of_another_meaning_have_another_hash(
    shop: Catalogue, one: str, other: str
) -> None:
    assert examine(one, shop, free=True).tree_hash != examine(other, shop, free=True).tree_hash


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        ("SELECT id FROM orders", "SELECT id FROM public.orders"),
        ('SELECT "Id" FROM "Orders"', 'SELECT "Id" FROM public."Orders"'),
        ("SELECT id FROM Orders o", "SELECT id FROM public.orders o"),
        ("SELECT id FROM sales.orders", "SELECT id FROM sales.orders"),
        ("SELECT lower('A'), margin(1)", "SELECT pg_catalog.lower('A'), margin(1)"),
    ],
)
def test_names_of_a_registered_database_are_found_as_postgresql_finds_them(
    shop: Catalogue, sql: str, runs: str
) -> None:
    assert examine(sql, shop).sql == runs


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM ORDERS_OLD",
        'SELECT 1 FROM "ORDERS"',
        "SELECT 1 FROM archive.orders",
        "SELECT 1 FROM shop.public.orders",
        "SELECT public.lower('A')",
        "SELECT sales.margin(1)",
        "SELECT pg_catalog.margin(1)",
        "SELECT discount(1)",
    ],
)
def test_what_a_registered_database_has_not_is_refused(shop: Catalogue, sql: str) -> None:
    with pytest.raises(Refused) as refused:
        examine(sql, shop)
    assert refused.value.reason in ("relation", "function")


def test_what_tells_of_relations_by_name_is_for_registered_databases(
    store: Catalogue, shop: Catalogue
) -> None:
    for sql in ("SELECT pg_relation_size('orders')", "SELECT 'orders'::regclass"):
        assert examine(sql, shop).sql
        with pytest.raises(Refused):
            examine(sql, store, organization_id="acme")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 100_000,
        "SELECT 1" + "+1" * 60_000,
        "SELECT 1" + "+1" * 8_000,
        "SELECT " + "NOT " * 9_000 + "true",
        "SELECT 1" + " UNION SELECT 1" * 5_000,
        "SELECT " + "(SELECT " * 500 + "1" + ")" * 500,
        "SELECT '" + "x" * 300_000,
        "SELECT " + "[" * 9_000,
        "/*" * 60_000,
        ("/*" * 99 + " ") * 600,
    ],
    ids=range(10),
)
def test_a_hostile_text_is_refused_and_ends_nothing(shop: Catalogue, sql: str) -> None:
    with pytest.raises(Refused) as refused:
        examine(sql, shop, free=True)
    assert refused.value.reason in ("syntax", "too_long", "too_deep")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1" + "+1" * 45,
        "SELECT " + "NOT " * 45 + "true",
        "SELECT 1" + " UNION SELECT 1" * 90,
        "SELECT * FROM " + "(SELECT * FROM " * 22 + "orders" + ") o" * 22,
    ],
    ids=range(4),
)
def test_what_people_nest_is_allowed(shop: Catalogue, sql: str) -> None:
    assert examine(sql, shop).sql


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        (r"""SELECT '{"location":1,"list_start":2}'""", None),
        (r"""SELECT E'\\","location":1<>&'""", None),
        ("SELECT   ARRAY[]::int[]", "SELECT ARRAY[]::int[]"),
    ],
)
def test_positions_are_left_out_and_texts_that_look_alike_are_not(
    shop: Catalogue, sql: str, runs: str | None
) -> None:
    assert examine(sql, shop).sql == (runs or sql)


def test_a_long_list_of_values_is_no_hostile_text(shop: Catalogue) -> None:
    values = ", ".join(f"'{number:036}'" for number in range(5_000))
    assert examine(f"SELECT id FROM orders WHERE id IN ({values})", shop).sql.endswith("')")


def test_a_typed_literal_where_no_cast_may_stand_is_kept(shop: Catalogue) -> None:
    sql = (
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t)"
        " CYCLE n SET again TO point '(1,1)' DEFAULT point '(0,0)' USING path TABLE t"
    )
    assert "point '(1,1)'" in examine(sql, shop).sql


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode(errors="replace")))
@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_approved_or_refused(shop: Catalogue, text: str) -> None:
    with suppress(Refused):
        examine(text, shop, free=True)


WORDS = (
    "SELECT FROM WHERE ( ) , * orders o WITH AS t 1 'x' $1 UNION ALL RECURSIVE VALUES ; FOR UPDATE"
    " INTO lower pg_sleep pg_class . :: regclass JOIN ON LATERAL ORDER BY DELETE RETURNING a = [ ]"
)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join))
@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_approved_is_approved_again_as_it_was_written_anew(
    shop: Catalogue, sql: str
) -> None:
    with suppress(Refused):
        approved = examine(sql, shop)
        again = examine(approved.sql, shop)
        assert (again.sql, again.tree_hash) == (approved.sql, approved.tree_hash)
        assert not {"pg_sleep", "pg_class"} & (approved.functions | set(approved.relations))


def test_a_user_defined_function_opens_no_function_of_the_server() -> None:
    """Without a schema the server takes its own before one of the same name."""
    held = Catalogue("shop", ("public",), functions=frozenset({("public", "current_setting")}))
    assert examine("SELECT public.current_setting('app.secret')", held).functions
    with pytest.raises(Refused, match="a setting of PostgreSQL itself"):
        examine("SELECT current_setting('app.secret')", held)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT x.ts_stat FROM concat('SELECT 1') AS x",
        "SELECT ('select 1'::text).ts_stat",
        "SELECT (5::float8).pg_sleep",
        "SELECT x.current_setting FROM concat('data_directory') x",
        "SELECT ($1).nextval",
        "SELECT (ARRAY['1'])[1].pg_of_tomorrow",
        "SELECT 1 FROM (SELECT 1 AS a) o ORDER BY EXISTS (SELECT (o.a)[1].lower.pg_sleep)",
        "SELECT x.pg_sleep FROM (SELECT 1 AS pg_sleep) x",
    ],
)
def test_a_function_that_is_called_like_a_column_is_refused_as_a_call_is(
    store: Catalogue, shop: Catalogue, sql: str
) -> None:
    for free, catalogue_, organization in ((True, shop, None), (False, store, "acme")):
        with pytest.raises(Refused) as refused:
            examine(sql, catalogue_, free=free, organization_id=organization)
        assert refused.value.reason == "function"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT e.name, e.count, e.length, e.date, e.left FROM events e",
        "SELECT (row).count, (row).name FROM (SELECT e AS row FROM events e) o",
        "SELECT (properties).x, (e.properties).size.unit FROM events e",
        "SELECT (e).event, (e).* FROM events e",
        "SELECT e._id, e.system FROM events e",
        "SELECT pg_sleep FROM (SELECT 1 AS pg_sleep) x",
    ],
)
def test_a_column_called_like_a_harmless_function_is_a_column(store: Catalogue, sql: str) -> None:
    assert examine(sql, store, organization_id="acme").sql


def test_a_column_of_the_catalogue_may_begin_like_a_function_of_the_server() -> None:
    lineorder = catalogue("shop", relation("public", "lineorder", "lo_revenue"))
    assert examine("SELECT l.lo_revenue FROM lineorder l", lineorder).sql
    for name in ("lo_tax", "lo_unlink"):
        with pytest.raises(Refused, match=name):
            examine(f"SELECT l.{name} FROM lineorder l", lineorder)


def test_no_column_of_the_event_store_is_refused_for_its_name() -> None:
    words = set(re.findall(r"[a-z_]+", resources.files(STORE).joinpath("views.sql").read_text()))
    assert {"timestamp", "user_id", "properties"} <= words
    every = catalogue("events", relation("store", "events", *words))
    for word in words:
        examine(f'SELECT e."{word}" FROM events e', every, organization_id="acme")
