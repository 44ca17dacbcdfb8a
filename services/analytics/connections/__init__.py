"""Connections: the databases that questions are asked of (docs/connections.md)."""
