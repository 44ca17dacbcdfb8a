"""A catalogue for wall 1: the event store's `events`, and a registered database's relations."""

import pytest

from services.analytics.catalogue.domain import Catalogue, Column, Relation


def relation(schema: str, name: str, *columns: str) -> Relation:
    return Relation(schema, name, "view", tuple(Column(column, "text") for column in columns))


def catalogue(connection_id: str, *relations: Relation, **more: object) -> Catalogue:
    path = tuple(dict.fromkeys(found.schema for found in relations))
    known = {(found.schema, found.name): found for found in relations}
    return Catalogue(connection_id, path, known, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def store() -> Catalogue:
    return catalogue(
        "events",
        relation("store", "events", "timestamp", "event", "user_id"),
        relation("store", "users", "id", "email"),
    )


@pytest.fixture(scope="session")
def shop() -> Catalogue:
    return catalogue(
        "shop",
        relation("public", "orders", "id", "total"),
        relation("public", "Orders", "Id", "Total"),
        relation("sales", "orders", "id"),
        functions=frozenset({("public", "margin")}),
    )
