"""What a statement calls otherwise is as personal as before."""

import pytest

from services.analytics.chat.model.renaming import personal_names
from services.analytics.masking import Masks


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT last_name AS who, country AS place, count(*) AS n FROM t GROUP BY 1, 2", {"who"}),
        ("SELECT max(u.email) FROM users AS u", {"max"}),
        ("SELECT first_name || ' ' || last_name FROM users", {"?column?", "case", "coalesce"}),
        ("SELECT properties->>'email' AS x, properties->>'plan' AS y FROM store.events", {"x"}),
        (
            "WITH t AS (SELECT phone AS a FROM u), s AS (SELECT a AS b FROM t) SELECT b c FROM s",
            {"c"},
        ),
        ("WITH t(a) AS (SELECT phone FROM u) SELECT a AS b FROM t", {"b"}),
        ("SELECT s.a AS b FROM (SELECT phone FROM u) AS s(a)", {"b"}),
        ("SELECT country AS x, 1 AS y FROM a UNION ALL SELECT last_name, 2 FROM b", {"x"}),
        ("SELECT country AS x FROM a UNION SELECT * FROM b UNION SELECT login FROM c", {"x"}),
        ("SELECT (SELECT last_name FROM u LIMIT 1) AS x FROM a", {"x"}),
        ("SELECT u AS x FROM users AS u", {"x"}),
        ("SELECT coalesce(nickname, 'x')::text AS c, o.id::text AS d FROM o", {"c"}),
    ],
)
def test_a_column_of_another_name_is_personal(sql: str, names: set[str]) -> None:
    found = personal_names(sql)
    assert names <= found
    assert not found & {"n", "place", "y", "d"}


def test_its_cells_are_masked_whole() -> None:
    masks = Masks(True)
    row = masks.row(["who", "n"], ["Ann Smith", 3], {"who"})
    assert row == ["[personal 1]", 3]
    assert masks.row(["o"], [{"x": "Ann Smith"}], {"o"}) == [{"x": "[personal 1]"}]
    assert masks.told("[personal 1] leads.") == "Ann Smith leads."
