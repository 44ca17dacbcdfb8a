"""The event store as users' SQL sees it: views in a schema of their own, and who may log in."""

from services.analytics.store.roles import Login, QueryRoles, store_dsn

__all__ = ["Login", "QueryRoles", "store_dsn"]
