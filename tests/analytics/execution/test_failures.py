"""Places in what ran, found in what its author wrote."""

import pytest

from services.analytics.execution.failures import place_in

RAN = "SELECT x.amount FROM (SELECT id, amount FROM t WHERE o = 'acme') x WHERE nothing > 1"


@pytest.mark.parametrize(
    ("text", "ran", "word", "place"),
    [
        ("select  nothing from t", "SELECT nothing FROM t", "nothing", 8),
        ('select "nothing" from t', "SELECT nothing FROM t", "nothing", 7),
        ("select a, /* a */ a from t", "SELECT a, a FROM t", "a", None),
        ("select x.amount\nfrom t x\nwhere nothing>1", RAN, "nothing", 31),
        ("select b + b from t", "SELECT b + b FROM t", "b", 7),
        ("select 1", "SELECT 1 ", " ", None),
    ],
)
def test_a_place_is_that_of_the_same_word_or_unknown(
    text: str, ran: str, word: str, place: int | None
) -> None:
    assert place_in(text, ran, ran.index(word)) == place
