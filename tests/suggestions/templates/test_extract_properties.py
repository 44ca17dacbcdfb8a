import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.suggestions.templates.extract import extract
from services.suggestions.templates.lexer import _TOKEN, lex
from services.suggestions.templates.rules import RULES
from services.suggestions.templates.vocabulary import EMPTY, Vocabulary
from services.suggestions.templates.words import WORD
from tests.suggestions.templates.words_known import KNOWN

# fmt: off
pieces = st.sampled_from([
    "top", "10", "2024", "5%", "$5k", "Q1", "may", "last", "years", "years'", "from", "to",
    "between", "and", "the", "in", "for", "over", "by", "revenue", "product_category",
    "profit-margins", "region", "north", "ORD-12345", "2024-01-05", "a@b.co", '"x y"', "'z'",
    "\u00e9", "e\u0301", "\u0661\u0662", "\u05e9\u05dc\u05d5\u05dd", "\u202e",
    "\U0001f469\u200d\U0001f467", "{", "}", "{N}", ",", ".", "-", "\u2013", "#", "first",
    "quarter", "monthly", "days", "ago", "a", "%", "$", "USD", "million", "customers", "5", "2",
    "march", "sun", "\ufb01rst",
])
# fmt: on
sentences = st.lists(pieces, max_size=12).map(" ".join)
queries = st.one_of(sentences, st.text(), st.text(st.characters(codec=None)))
vocabularies = st.sampled_from([EMPTY, KNOWN])


@given(queries, vocabularies)
@example("\ud800", KNOWN)
@example("1" * 10_000, KNOWN)
def test_any_text_has_a_template_whose_slots_are_parts_of_it(
    query: str, vocabulary: Vocabulary
) -> None:
    template = extract(query, vocabulary)
    end = 0
    for slot in template.slots:
        assert end <= slot.start < slot.end
        assert query[slot.start : slot.end] == slot.text
        end = slot.end
    template.text.encode()


@given(queries, vocabularies)
def test_the_same_query_has_the_same_template(query: str, vocabulary: Vocabulary) -> None:
    again = Vocabulary(vocabulary.terms)
    assert extract(query, vocabulary) == extract(query, again)


@given(sentences, st.sampled_from(["", " ", "?", "!!", " .", " ?! "]))
def test_case_space_and_trailing_punctuation_keep_the_key(query: str, trailing: str) -> None:
    key = extract(query, KNOWN).key
    assert extract(query.upper(), KNOWN).key == key
    assert extract(query.lower(), KNOWN).key == key
    assert extract("  " + query.replace(" ", " \t\n ") + trailing, KNOWN).key == key


@given(
    st.integers(5, 31),
    st.sampled_from(["stocks", "product", "Customers"]),
    st.sampled_from(["volume", "Sales", "profit margins", "monthly revenue"]),
    st.one_of(st.integers(2, 99).map("last {} years".format), st.just("this week")),
    st.text(st.characters(exclude_characters='"')).map('"{}"'.format),
    st.integers(100, 10**12).map("ORD-{}".format),
)
def test_other_values_keep_the_key(
    count: int, entity: str, metric: str, timeframe: str, quoted: str, identifier: str
) -> None:
    query = f"top {count} {entity} by {metric} over {timeframe} for {quoted} and {identifier}"
    expected = "top {n} {entity} by {metric} for {timeframe} for {text} and {id}"
    assert extract(query, KNOWN).key == expected


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%d %b %Y", "%d.%m.%Y"]))
def test_every_day_of_the_calendar_is_a_date(day: object, form: str) -> None:
    year = max(1900, min(2100, day.year))  # type: ignore[attr-defined]
    text = day.replace(year=year, day=min(day.day, 28)).strftime(form)  # type: ignore[attr-defined]
    assert extract(f"visits on {text}", EMPTY).text == "visits on {date}"


class _Counted(list[str]):
    """Words that count how often they are looked at."""

    looks = 0

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        self.looks += 1
        return super().__getitem__(index)


HOSTILE: Sequence[str] = [
    "profit ", "revenue's", "profit-", "profit margin ", "'s", "sales, ", "30 day ", "a ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_the_search_for_terms_is_linear(unit: str) -> None:
    query = unit * 2_000
    words = _Counted(lex(query).words)
    for position in range(len(words)):
        KNOWN.phrases.longest(words, position)
    assert words.looks <= 8 * len(words)


def test_rules_look_a_bounded_way_ahead() -> None:
    assert not re.findall(r"(?<!\\)[*+]|,\}", RULES.pattern)


def test_tokens_repeat_without_bound_only_where_nothing_is_tried_twice() -> None:
    pattern = _TOKEN.pattern.replace(WORD, "")
    repeats = re.findall(r"(\[[^\]]*\]|\\.|\)|\w)([*+]|\{\d+,\})(?!\+)", pattern)
    unbounded = {atom for atom, _ in repeats}
    # Quoted strings, whose class ends at the closing (or a new opening) quote; \S in addresses,
    # which ends at white space and is reached from "http" only.
    assert all(atom.startswith("[^") or atom == r"\S" for atom in unbounded), unbounded
    # Whole words are atomic groups: what they took is never given back and tried again.
    assert not re.findall(r"[*+]", WORD.replace("++", "").replace(")*)", ""))
