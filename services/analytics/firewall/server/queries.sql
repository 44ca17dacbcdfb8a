-- name: extensions
-- system: reads the server's own catalogue, for whoever makes the list of functions
SELECT name FROM pg_catalog.pg_available_extensions ORDER BY name

-- name: procedures
-- system: reads the server's own catalogue, for whoever makes the list of functions
SELECT p.proname AS name,
       coalesce(e.extname, '') AS extension,
       p.provolatile::text AS volatility,
       ARRAY(SELECT format_type(t.oid, NULL)
             FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, position)
             JOIN pg_catalog.pg_type t ON t.oid = a.type
             ORDER BY a.position) AS arguments,
       format_type(p.prorettype, NULL) AS result,
       p.pronargs - p.pronargdefaults AS fewest,
       p.provariadic <> 0 AS variadic
FROM pg_catalog.pg_proc p
LEFT JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
WHERE p.pronamespace = 'pg_catalog'::regnamespace OR e.oid IS NOT NULL
ORDER BY p.proname, p.oid

-- name: types
-- system: reads the server's own catalogue, for whoever makes the list of functions
SELECT t.typname AS name
FROM pg_catalog.pg_type t
WHERE t.typnamespace = 'pg_catalog'::regnamespace
  AND t.typtype IN ('b', 'r', 'm', 'd') AND t.typcategory <> 'A'
ORDER BY t.typname

-- name: relations
-- system: reads the server's own catalogue, for whoever makes the list of relations
SELECT c.relname AS name
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
ORDER BY c.relname
