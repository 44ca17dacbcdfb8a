"""The audit log: rows are added, and no role of the service may change one (docs/adr/0044)."""
