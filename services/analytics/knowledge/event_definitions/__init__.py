"""Event definitions: what the events of an organization mean."""
