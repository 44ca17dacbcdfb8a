-- name: hold_connections
-- Until the transaction ends: who adds one at the same time counts it then.
SELECT connection_id
FROM connections
WHERE organization_id = $1
ORDER BY connection_id
FOR NO KEY UPDATE;

-- name: add_connection
-- Unless its id is taken, or there are as many as there may be.
INSERT INTO connections (organization_id, connection_id, name, dsn_shown, secret_id, secret,
    sample_values, override_reason, created_by, created_at, updated_at, tested_at, problem,
    server_version)
SELECT $1::varchar, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10, $11, $12
WHERE (SELECT count(*) FROM connections WHERE organization_id = $1) < $13
ON CONFLICT DO NOTHING
RETURNING connection_id;

-- name: get_connection
SELECT c.connection_id, c.name, c.dsn_shown, c.sample_values, c.override_reason, c.created_by,
    c.created_at, c.updated_at, c.tested_at, c.problem, c.server_version, k.introspected_at,
    coalesce(k.relation_count, 0) AS relation_count
FROM connections c
LEFT JOIN catalogues k
    ON k.organization_id = c.organization_id AND k.connection_id = c.connection_id
WHERE c.organization_id = $1 AND c.connection_id = $2;

-- name: list_connections
SELECT c.connection_id, c.name, c.dsn_shown, c.sample_values, c.override_reason, c.created_by,
    c.created_at, c.updated_at, c.tested_at, c.problem, c.server_version, k.introspected_at,
    coalesce(k.relation_count, 0) AS relation_count
FROM connections c
LEFT JOIN catalogues k
    ON k.organization_id = c.organization_id AND k.connection_id = c.connection_id
WHERE c.organization_id = $1 AND (c.created_at, c.connection_id) > ($2, $3)
ORDER BY c.created_at, c.connection_id
LIMIT $4;

-- name: get_secret
SELECT secret_id, secret AS sealed
FROM connections
WHERE organization_id = $1 AND connection_id = $2;

-- name: update_connection
-- What is NULL stays. The secret that is replaced is told, for its key to be destroyed.
UPDATE connections c
SET name = coalesce($3, c.name), sample_values = coalesce($4, c.sample_values),
    override_reason = CASE WHEN $5 THEN $6 ELSE c.override_reason END,
    dsn_shown = coalesce($7, c.dsn_shown), secret_id = coalesce($8, c.secret_id),
    secret = coalesce($9, c.secret), updated_at = $10
FROM connections was
WHERE c.organization_id = $1 AND c.connection_id = $2
    AND was.organization_id = $1 AND was.connection_id = $2
RETURNING was.secret_id;

-- name: note_report
UPDATE connections
SET tested_at = $3, problem = $4, server_version = coalesce($5, server_version)
WHERE organization_id = $1 AND connection_id = $2;

-- name: delete_connection
DELETE FROM connections
WHERE organization_id = $1 AND connection_id = $2
RETURNING secret_id, dsn_shown;

-- name: count_references
-- What is defined on a connection.
SELECT replace(kind, '_', ' ') AS kind, count(*) AS things
FROM knowledge_items
WHERE organization_id = $1 AND connection_id = $2 AND deleted_at IS NULL
    AND kind IN ('event_definition', 'business_metric', 'dimension', 'entity', 'entry', 'question')
GROUP BY kind
ORDER BY kind;

-- name: list_all
-- system: the databases of all organizations are looked at daily, each by itself
SELECT organization_id, connection_id
FROM connections
WHERE (organization_id, connection_id) > ($1, $2)
ORDER BY organization_id, connection_id
LIMIT $3;
