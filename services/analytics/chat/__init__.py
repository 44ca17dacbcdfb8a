"""Questions in plain language, answered from data."""
