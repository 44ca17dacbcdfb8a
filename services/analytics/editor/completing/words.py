"""Words of SQL that are worth proposing, and how names are written."""

import re

SIMPLE = re.compile(r"[a-z_][a-z0-9_]*\Z")

PROPOSED = """
SELECT FROM WHERE GROUP ORDER BY HAVING LIMIT OFFSET DISTINCT AS JOIN LEFT RIGHT FULL INNER CROSS
ON USING AND OR NOT IN IS NULL LIKE ILIKE BETWEEN EXISTS CASE WHEN THEN ELSE END UNION ALL
INTERSECT EXCEPT WITH VALUES ASC DESC NULLS FIRST LAST OVER PARTITION FILTER INTERVAL TRUE FALSE
LATERAL ROLLUP CUBE GROUPING ANY
"""
BEGINNING = """
SELECT WHERE GROUP ORDER HAVING LIMIT OFFSET UNION INTERSECT EXCEPT WINDOW FETCH ON USING
RETURNING WITH
"""
JOINING = """
FROM JOIN LEFT RIGHT FULL INNER CROSS NATURAL LATERAL AS AND OR NOT TABLESAMPLE
"""
TAKEN = """
all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
create current_catalog current_date current_role current_time current_timestamp current_user
default deferrable desc distinct do else end except false fetch for foreign from grant group
having in initially intersect into lateral leading limit localtime localtimestamp not null offset
on only or order placing primary references returning select session_user some symmetric
system_user table then to trailing true union unique user using variadic when where window with
"""
CALLED = """
count sum avg min max coalesce nullif date_trunc date_part extract now age to_char to_timestamp
to_date round floor ceil abs greatest least lower upper length trim substring replace split_part
concat concat_ws string_agg array_agg jsonb_agg json_agg jsonb_build_object jsonb_array_elements
jsonb_array_elements_text jsonb_each_text jsonb_object_keys jsonb_extract_path_text unnest
generate_series row_number rank dense_rank percent_rank ntile lag lead first_value last_value
nth_value percentile_cont percentile_disc mode stddev variance corr bool_and bool_or every left
right lpad rpad strpos regexp_replace regexp_match starts_with initcap reverse md5 power sqrt ln
log exp mod sign width_bucket cardinality array_length array_position array_to_string
string_to_array make_interval make_date date_bin justify_interval
"""

KEYWORDS = tuple(PROPOSED.split())
FUNCTIONS = tuple(CALLED.split())
# What begins a new part of a query, so that what stands before is no list of relations any more.
CLAUSES = frozenset(BEGINNING.split())
# What may stand behind a relation without being its alias.
NO_ALIAS = CLAUSES | frozenset(JOINING.split())
# Those that cannot be names unless quoted (PostgreSQL, appendix C).
RESERVED = frozenset(TAKEN.split())


def written(name: str) -> str:
    """The name as it stands in SQL: in quotes where it would mean another one without."""
    if SIMPLE.match(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'
