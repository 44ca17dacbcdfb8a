"""What is proposed where the cursor is; `|` marks it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.editor.completing import Item, Words, complete
from services.analytics.editor.completing.words import FUNCTIONS, written
from services.analytics.firewall.server import Verdict, listed
from tests.analytics.editor.catalogues import SHOP

WORDS = Words(metrics=("conversion_rate",), dimensions=("country",))


def proposed(text: str, limit: int = 100) -> list[Item]:
    """What could stand at the mark; checks that what is replaced is what was typed."""
    position = text.index("|")
    sql = text[:position] + text[position + 1 :]
    start, items = complete(sql, position, SHOP, WORDS, limit)
    assert 0 <= start <= position
    return items


def texts(text: str, kind: str = "") -> list[str]:
    return [item.text for item in proposed(text) if kind in ("", item.kind)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("SELECT * FROM ev|", "events"),
        ("SELECT * FROM ev| WHERE", "events"),
        ("SELECT ev| FROM events", "event"),
        ("SELECT e.ti| FROM events e", "timestamp"),
        ("SELECT e.ti| FROM events AS e", "timestamp"),
        ("SELECT events.us| FROM events", "user_id"),
        ("SELECT u.p| FROM events e JOIN users u ON e.user_id = u.user_id", "plan"),
        ("SELECT * FROM events e, us|", "users"),
        ("SELECT * FROM events e JOIN us|", "users"),
        ("SELECT * FROM store.us|", "users"),
        ('SELECT o.se| FROM "Sales"."Order Items" o', '"select"'),
        ('SELECT * FROM "Sales".|', '"Order Items"'),
        ("SELECT * FROM events WHERE event = 'pu|", "'purchase'"),
        ("SELECT * FROM events WHERE event = 'pu|'", "'purchase'"),
        ("SELECT * FROM events e WHERE e.event IN ('signup', 'it|", "'it''s'"),
        ("SELECT * FROM events WHERE event NOT LIKE 's|'", "'signup'"),
        ("SELECT cou| FROM events", "count("),
        ("SELECT twi| FROM events", "twice("),
        ("SELECT conv| FROM events", "conversion_rate"),
        ("SELECT * FROM events WH|", "WHERE"),
        ("WITH recent AS (SELECT event AS kind FROM events) SELECT * FROM rec|", "recent"),
        ("WITH recent AS (SELECT event AS kind FROM events) SELECT r.k| FROM recent r", "kind"),
        ("SELECT s.n| FROM (SELECT count(*) AS number FROM events) s", "number"),
        ("SELECT (SELECT p| FROM users u WHERE u.user_id = e.user_id) FROM events e", "plan"),
        ("SELECT 1; SELECT pl| FROM users", "plan"),
        ("SELECT extract(day FROM time|) FROM events", "timestamp"),
        ("SELECT date_trunc('day', time| FROM events", "timestamp"),
        ("SELECT * FROM events -- FROM users\nWHERE us|", "user_id"),
    ],
)
def test_the_best_proposal_is(text: str, first: str) -> None:
    assert texts(text)[0] == first


def test_only_columns_of_what_is_in_scope_are_proposed() -> None:
    assert texts("SELECT | FROM users", "column") == ["user_id", "plan"]
    assert texts("SELECT u.| FROM events e, users u") == ["user_id", "plan"]
    assert "plan" not in texts("SELECT * FROM users WHERE x IN (SELECT 1); SELECT | FROM events")
    inner = texts("SELECT * FROM users u WHERE EXISTS (SELECT | FROM events e)", "column")
    assert inner[:3] == ["timestamp", "event", "user_id"]
    assert "plan" in inner


def test_what_is_replaced_is_what_was_typed() -> None:
    assert complete("SELECT tim", 10, SHOP, WORDS, 5)[0] == 7
    assert complete("SELECT e.", 9, SHOP, WORDS, 5)[0] == 9
    assert complete("WHERE event = 'pu", 17, SHOP, WORDS, 5)[0] == 14


def test_details_tell_types_and_comments() -> None:
    [column] = [i for i in proposed("SELECT time| FROM events") if i.kind == "column"]
    assert column.detail == "timestamp with time zone"
    assert proposed("SELECT * FROM even|")[0].detail == "What happened"


@given(
    st.text(alphabet="SELECT FROM WHERE events e.u'\"(),;*=-/$1\n", max_size=80), st.integers(0, 90)
)
@settings(deadline=None)
def test_no_text_makes_it_fail(text: str, position: int) -> None:
    start, items = complete(text, position, SHOP, WORDS, 100)
    assert 0 <= start <= max(position, 0)
    assert len(items) <= 100


@pytest.mark.parametrize(
    "text",
    [
        "SELECT pl| FROM users, " + "(SELECT * FROM " * 1000,
        "SELECT pl| FROM users, " + "(SELECT * FROM " * 30 + "events" + ") x" * 30,
        "SELECT 1; SELECT pl| FROM users WHERE x IN " + "(" * 90_000,
        "SELECT " + "(" * 80_000 + ")" * 9_000 + "; SELECT pl| FROM users",
        "SELECT 1 " + "FROM events " * 8_000 + "; SELECT pl| FROM users",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """Each of these once took minutes, or all the memory that there is."""
    assert proposed(text)[0].text == "plan"


def test_every_function_that_is_proposed_passes_the_firewall() -> None:
    grammar = {"coalesce", "nullif", "greatest", "least", "trim"}  # no functions of the server's
    for name in set(FUNCTIONS) - grammar:
        found = [listed(name, arguments) for arguments in range(5)]
        assert any(f and f.verdict is Verdict.ALLOWED for f in found), name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plan", "plan"),
        ("Plan", '"Plan"'),
        ("select", '"select"'),
        ('a"b', '"a""b"'),
        ("1a", '"1a"'),
    ],
)
def test_a_name_is_in_quotes_where_it_must_be(name: str, text: str) -> None:
    assert written(name) == text
