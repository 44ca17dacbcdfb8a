"""Questions that a model answers, with SQL that passes the same walls as anybody's."""
