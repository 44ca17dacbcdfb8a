import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.suggestions.templates.extract import (
    SlotName,
    compose_template,
    extract,
    parse_template,
    template_key,
)
from services.suggestions.templates.vocabulary import EMPTY

literals = st.text(st.sampled_from("ab {}\uff5b\uff5d"), min_size=1)
slots = st.sampled_from(["N", "metric", "time_frame"]).map(SlotName)


def test_a_template_is_taken_apart() -> None:
    assert parse_template("Top {N} {entity} by {metric}") == (
        "Top ",
        SlotName("N"),
        " ",
        SlotName("entity"),
        " by ",
        SlotName("metric"),
    )


def test_a_folded_key_is_taken_apart_the_same() -> None:
    assert parse_template("top {n}") == ("top ", SlotName("N"))


@pytest.mark.parametrize("text", ["a { b", "a } b", "{}", "{a b}", "{{metric}"])
def test_a_lone_brace_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be doubled or name a slot"):
        parse_template(text)


@given(st.lists(st.one_of(slots, literals)))
def test_composing_then_parsing_gives_the_slots_back(parts: list[str | SlotName]) -> None:
    parsed = parse_template(compose_template(parts))
    assert [p for p in parsed if isinstance(p, SlotName)] == [
        p for p in parts if isinstance(p, SlotName)
    ]
    assert compose_template(parsed) == compose_template(parts)


@given(st.text())
def test_every_extracted_template_and_its_key_can_be_parsed(query: str) -> None:
    template = extract(query, EMPTY)
    found = [p.kind for p in parse_template(template.text) if isinstance(p, SlotName)]
    assert found == [slot.kind for slot in template.slots]
    folded = [p.kind for p in parse_template(template.key) if isinstance(p, SlotName)]
    assert folded == found


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert template_key(template_key(text)) == template_key(text)
