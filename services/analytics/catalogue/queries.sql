-- name: get_catalogue
SELECT version, introspected_at, search_path, functions, relation_count, truncated
FROM catalogues
WHERE organization_id = $1 AND connection_id = $2;

-- name: list_definitions
SELECT schema_name, relation_name, definition
FROM catalogue_relations
WHERE organization_id = $1 AND connection_id = $2
ORDER BY schema_name, relation_name;

-- name: hold_connection
-- Until the transaction ends: readings of one connection take turns.
SELECT connection_id
FROM connections
WHERE organization_id = $1 AND connection_id = $2
FOR NO KEY UPDATE;

-- name: save_catalogue
INSERT INTO catalogues (organization_id, connection_id, version, introspected_at, search_path,
    functions, relation_count, truncated)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (organization_id, connection_id) DO UPDATE
SET version = greatest(catalogues.version + 1, excluded.version),
    introspected_at = excluded.introspected_at, search_path = excluded.search_path,
    functions = excluded.functions, relation_count = excluded.relation_count,
    truncated = excluded.truncated
RETURNING version;

-- name: save_relations
INSERT INTO catalogue_relations (organization_id, connection_id, schema_name, relation_name,
    definition)
SELECT $1, $2, schema_name, relation_name, definition
FROM unnest($3::text[], $4::text[], $5::text[]) AS new (schema_name, relation_name, definition)
ON CONFLICT (organization_id, connection_id, schema_name, relation_name) DO UPDATE
SET definition = excluded.definition;

-- name: drop_relations
DELETE FROM catalogue_relations
WHERE organization_id = $1 AND connection_id = $2
    AND (schema_name, relation_name) IN (
        SELECT schema_name, relation_name
        FROM unnest($3::text[], $4::text[]) AS gone (schema_name, relation_name));

-- name: add_changes
INSERT INTO catalogue_changes (organization_id, connection_id, version, introspected_at, changes,
    truncated)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: drop_old_changes
DELETE FROM catalogue_changes
WHERE organization_id = $1 AND connection_id = $2 AND version <= (
    SELECT version
    FROM catalogue_changes
    WHERE organization_id = $1 AND connection_id = $2
    ORDER BY version DESC
    OFFSET $3
    LIMIT 1);

-- name: list_changes
SELECT version, introspected_at, changes, truncated
FROM catalogue_changes
WHERE organization_id = $1 AND connection_id = $2 AND version < $3
ORDER BY version DESC
LIMIT $4;

-- name: list_defined
-- The names of what is defined on a connection, of one kind.
SELECT name
FROM knowledge_items
WHERE organization_id = $1 AND connection_id = $2 AND kind = $3 AND deleted_at IS NULL
ORDER BY name
LIMIT $4;

-- name: builtin_relations
-- system: what the views of the built-in store are called and hold is the same for all organizations
-- No estimates and no values, which would tell of others' rows; nor the column that says whose they
-- are, which no query sees.
SELECT c.relname AS name, coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
    array_agg(a.attname::text ORDER BY a.attnum) AS columns,
    array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types,
    array_agg(coalesce(col_description(c.oid, a.attnum), '') ORDER BY a.attnum) AS comments
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attname <> 'organization_id'
WHERE c.relnamespace = to_regnamespace('store') AND c.relkind = 'v'
GROUP BY c.oid, c.relname
ORDER BY c.relname;
