"""A database of somebody else's: mixed-case names, keys, views, and a role that only reads."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cli.local.postgres import Postgres
from tests.databases import connected

PASSWORD = "p@ss/w:rd#1%"
SHOP = """
CREATE SCHEMA "Sales";
CREATE TYPE "Sales"."Mood" AS ENUM ('happy', 'sad');
CREATE TABLE "Sales"."Customers" (
    "Id" bigint PRIMARY KEY, "E-Mail" text NOT NULL, "Country" text, plan text,
    "Mood" "Sales"."Mood");
CREATE TABLE "Sales"."Order Items" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "customerId" bigint NOT NULL REFERENCES "Sales"."Customers" ("Id"),
    "select" numeric(10, 2), secret text, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON "Sales"."Order Items" ("customerId", at);
CREATE INDEX ON "Sales"."Order Items" ((lower(secret)));
COMMENT ON TABLE "Sales"."Order Items" IS 'What was sold';
COMMENT ON COLUMN "Sales"."Order Items"."select" IS 'Price in EUR';
CREATE VIEW "Sales"."Totals" AS
    SELECT "customerId", sum("select") AS total FROM "Sales"."Order Items" GROUP BY 1;
CREATE MATERIALIZED VIEW "Sales".daily AS SELECT 1 AS one;
CREATE TABLE hidden (x int);
CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
CREATE FUNCTION touch() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION mixed(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x';
CREATE FUNCTION mixed(x text) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT x';
CREATE FUNCTION above() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT 1';
INSERT INTO "Sales"."Customers"
    SELECT n, 'ann' || n % 3 || '@example.com', (ARRAY['DE', 'FR', 'IT'])[n % 3 + 1],
        (ARRAY['free', 'pro'])[n % 2 + 1], 'happy'
    FROM generate_series(1, 300) n;
INSERT INTO "Sales"."Order Items" ("customerId", "select")
    SELECT n, n FROM generate_series(1, 300) n;
"""
READER = """
CREATE ROLE {role} LOGIN PASSWORD '{password}' NOSUPERUSER;
GRANT USAGE ON SCHEMA "Sales" TO {role};
GRANT SELECT ON "Sales"."Customers", "Sales"."Totals", "Sales".daily TO {role};
GRANT SELECT (id, "customerId", "select", at) ON "Sales"."Order Items" TO {role};
"""


@dataclass(frozen=True)
class Shop:
    """The database, who may do anything in it, and who may only read."""

    database: str
    port: int
    role: str
    admin_dsn: str

    def dsn(self, **changed: str) -> str:
        """A reader's; without TLS, which the embedded server does not have."""
        parts = {
            "host": "127.0.0.1",
            "port": str(self.port),
            "database": self.database,
            "user": self.role,
            "password": "p%40ss%2Fw%3Ard%231%25",
            "sslmode": "disable",
            **changed,
        }
        form = "postgresql://{user}:{password}@{host}:{port}/{database}?sslmode={sslmode}"
        return form.format(**parts)

    async def execute(self, sql: str) -> None:
        """As its admin; {role} is the reader."""
        async with connected(self.admin_dsn) as conn:
            await conn.execute(sql.replace("{role}", self.role))


@asynccontextmanager
async def made_shop(postgres: Postgres) -> AsyncIterator[Shop]:
    """A database of its own on a server, dropped at the end."""
    name = f"shop_{uuid.uuid4().hex}"
    shop = Shop(name, postgres.port, f"reader_{uuid.uuid4().hex[:8]}", postgres.dsn(name))
    async with connected(postgres.dsn()) as conn:
        await conn.execute(f"CREATE DATABASE {name}")
        try:
            await shop.execute(SHOP)
            await shop.execute(READER.replace("{password}", PASSWORD))
            yield shop
        finally:
            await conn.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await conn.execute(f"DROP ROLE IF EXISTS {shop.role}")
