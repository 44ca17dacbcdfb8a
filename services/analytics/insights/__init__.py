"""Funnels, retention, trends and who did not do what: typed plans, compiled to SQL."""
