"""Who is in a segment: told, uploaded, refreshed."""
