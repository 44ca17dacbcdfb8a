"""Differences of catalogues, and which values are nobody's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.catalogue.differences import Change, Relations, differences
from services.analytics.catalogue.domain import Column, Relation
from services.analytics.catalogue.sampling import is_personal, shown

COLUMNS = st.lists(
    st.builds(
        Column,
        name=st.sampled_from("abcd"),
        type=st.sampled_from(["text", "bigint"]),
        nullable=st.booleans(),
    ),
    unique_by=lambda column: column.name,
    max_size=4,
)
RELATIONS = st.lists(
    st.builds(
        Relation,
        schema=st.sampled_from(["s", "S"]),
        name=st.sampled_from(["t", "T"]),
        kind=st.sampled_from(["table", "view"]),
        columns=COLUMNS.map(tuple),
    ),
    unique_by=lambda relation: (relation.schema, relation.name),
    max_size=4,
).map(lambda some: {(relation.schema, relation.name): relation for relation in some})


@settings(deadline=None)
@given(RELATIONS)
def test_a_catalogue_does_not_differ_from_itself(relations: Relations) -> None:
    again = {place: Relation(**vars(relation)) for place, relation in relations.items()}
    assert list(differences(relations, again)) == []


@settings(deadline=None)
@given(RELATIONS, RELATIONS)
def test_the_way_back_undoes_each_change(before: Relations, after: Relations) -> None:
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    there = {
        Change(opposite[c.change], c.schema, c.relation, c.column, c.after, c.before)
        for c in differences(before, after)
    }
    assert there == set(differences(after, before))


@settings(deadline=None)
@given(RELATIONS, RELATIONS)
def test_what_is_said_to_be_added_is_new_and_what_is_removed_was_there(
    before: Relations, after: Relations
) -> None:
    changes = list(differences(before, after))

    def whole(kind: str) -> set[tuple[str, str]]:
        return {(c.schema, c.relation) for c in changes if c.column is None and c.change == kind}

    assert whole("added") == after.keys() - before.keys()
    assert whole("removed") == before.keys() - after.keys()


@pytest.mark.parametrize(
    "name",
    [
        *("email", "e_mail", "E-Mail", "customerEmail", "phone_number", "first_name", "firstName"),
        *("CustomerName", "user_name", "username", "USERNAME", "home_address", "IPAddress", "ssn"),
        *("password_hash", "api_key", "comment", "dateOfBirth", "IBAN", "postal_code", "city"),
    ],
)
def test_columns_that_name_or_describe_a_person_are_not_sampled(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize(
    "name", ["status", "country", "product_name", "name", "plan", "Channel", "shipping_method", "x"]
)
def test_columns_that_describe_things_are_sampled(name: str) -> None:
    assert not is_personal(name)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["pro", "free"], ("free", "pro")),
        (["pro", "ann@example.com"], ()),
        (["pro", "4111 1111 1111 1111"], ()),
        (["x" * 101, "y"], ()),
        ([], ()),
    ],
)
def test_one_value_that_is_personal_hides_them_all(
    values: list[str], told: tuple[str, ...]
) -> None:
    assert shown(values) == told
