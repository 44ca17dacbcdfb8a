"""A catalogue for the editor's tests."""

from services.analytics.catalogue.domain import Catalogue, Column, Relation

EVENTS = Relation(
    "store",
    "events",
    "view",
    (
        Column("timestamp", "timestamp with time zone"),
        Column("event", "text", samples=("purchase", "signup", "it's")),
        Column("user_id", "text"),
    ),
    comment="What happened",
)
USERS = Relation("store", "users", "view", (Column("user_id", "text"), Column("plan", "text")))
ORDERS = Relation(
    "Sales", "Order Items", "table", (Column("select", "numeric"), Column("Id", "bigint"))
)
SHOP = Catalogue(
    "shop",
    ("store",),
    {(r.schema, r.name): r for r in (EVENTS, USERS, ORDERS)},
    functions=frozenset({("public", "twice")}),
)
