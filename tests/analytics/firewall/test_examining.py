"""What wall 1 lets through, and what it says of the rest."""

import pytest

from services.analytics.catalogue.domain import Catalogue
from services.analytics.firewall.examine import examine
from services.analytics.firewall.refusing import Refused

EVENTS = (
    "(SELECT \"timestamp\", event, user_id FROM store.events WHERE organization_id = 'acme') events"
)


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        ("select event from events", f"SELECT event FROM {EVENTS}"),
        ("TABLE store.events", f"SELECT * FROM {EVENTS}"),
        ("SELECT store.events.event FROM store.events", f"SELECT events.event FROM {EVENTS}"),
        ("WITH events AS (SELECT 1 AS x) SELECT x FROM events", None),
        (
            "WITH RECURSIVE events AS (SELECT 1 AS x UNION ALL SELECT x FROM events) TABLE events",
            "",
        ),
        (
            "WITH events AS (SELECT event FROM events) SELECT * FROM events",
            f"WITH events AS (SELECT event FROM {EVENTS}) SELECT * FROM events",
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
