-- name: search_path
-- system: asked of another database, which belongs to one organization
SELECT pg_catalog.current_schemas(false)::pg_catalog.text[];

-- name: relations
-- system: asked of another database, which belongs to one organization
-- What the role may read; not partitions, which are read by what they are parts of.
SELECT c.oid AS id, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
    left(coalesce(obj_description(c.oid, 'pg_class'), ''), 2000) AS comment,
    CASE WHEN c.relkind IN ('r', 'p', 'm') AND c.reltuples >= 0
        THEN c.reltuples::bigint END AS rows
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(temp|toast)'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY n.nspname, c.relname
LIMIT $1;

-- name: columns
-- system: asked of another database, which belongs to one organization
SELECT a.attrelid AS id, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
    NOT a.attnotnull AS nullable, left(coalesce(d.description, ''), 2000) AS comment
FROM pg_attribute a
LEFT JOIN pg_description d ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass
    AND d.objsubid = a.attnum
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attrelid, a.attnum
LIMIT $2;

-- name: keys
-- system: asked of another database, which belongs to one organization
SELECT k.conrelid AS id, k.contype = 'p' AS is_primary,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY part (number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = part.number
        ORDER BY place) AS columns,
    n.nspname::text AS schema, c.relname::text AS relation,
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY part (number, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = part.number
        ORDER BY place) AS referenced
FROM pg_constraint k
LEFT JOIN pg_class c ON c.oid = k.confrelid
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.conrelid = ANY ($1::oid[]) AND k.contype IN ('p', 'f') AND k.conparentid = 0
ORDER BY k.conrelid, k.conname
LIMIT $2;

-- name: indexes
-- system: asked of another database, which belongs to one organization
-- Those that find any row; where there is an expression in the place of a column, NULL.
SELECT i.indrelid AS id,
    ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY part (number, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.number
            AND part.number > 0
        WHERE place <= i.indnkeyatts ORDER BY place) AS columns
FROM pg_index i
WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid AND i.indpred IS NULL
ORDER BY i.indrelid, i.indexrelid
LIMIT $2;

-- name: functions
-- system: asked of another database, which belongs to one organization
-- Those that only compute, under every meaning of their name: not volatile, not with the rights of
-- another role, in a language that reaches nothing outside, or of an extension that is known.
SELECT n.nspname::text AS schema, p.proname::text AS name
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    AND d.refclassid = 'pg_extension'::regclass
LEFT JOIN pg_extension e ON e.oid = d.refobjid
LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(temp|toast)'
    AND has_schema_privilege(n.oid, 'USAGE')
GROUP BY n.nspname, p.proname
HAVING bool_and(p.prokind IN ('f', 'a', 'w') AND p.provolatile <> 'v' AND NOT p.prosecdef
    AND has_function_privilege(p.oid, 'EXECUTE')
    AND CASE WHEN e.extname IS NOT NULL THEN e.extname = ANY ($1::text[])
        ELSE p.prokind = 'a' OR l.lanname IN ('sql', 'plpgsql') END
    AND NOT EXISTS (SELECT FROM pg_proc part WHERE part.oid IN (g.aggtransfn, g.aggfinalfn)
        AND (part.provolatile = 'v' OR part.prosecdef)))
ORDER BY n.nspname, p.proname
LIMIT $2;

-- name: statistics
-- system: asked of another database, which belongs to one organization
-- Of all columns that were analyzed: the most common values of those that have few.
SELECT schemaname::text AS schema, tablename::text AS relation, attname::text AS name,
    CASE WHEN n_distinct BETWEEN 1 AND $1 THEN most_common_vals::text::text[] END AS values
FROM pg_stats
WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
ORDER BY schemaname, tablename, attname, inherited
LIMIT $2;
