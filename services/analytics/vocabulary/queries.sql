-- name: put_terms
INSERT INTO vocabularies (organization_id, connection_id, terms, updated_at, updated_by)
VALUES ($1, $2, $3::jsonb, $4, $5)
ON CONFLICT (organization_id, connection_id) DO UPDATE
SET terms = excluded.terms, updated_at = excluded.updated_at, updated_by = excluded.updated_by;

-- name: get_put
SELECT terms, updated_at, updated_by
FROM vocabularies
WHERE organization_id = $1 AND connection_id = $2;

-- name: drop_put
DELETE FROM vocabularies WHERE organization_id = $1 AND connection_id = $2
RETURNING connection_id;

-- name: list_defined
SELECT kind, name, content
FROM knowledge_items
WHERE organization_id = $1 AND connection_id = $2
    AND kind IN ('business_metric', 'dimension', 'entity') AND deleted_at IS NULL
ORDER BY name, kind;

-- name: is_registered
SELECT EXISTS (
    SELECT FROM connections WHERE organization_id = $1 AND connection_id = $2
);

-- name: list_connections
-- Those that are registered, those that words were put for, and the built-in one, $4.
SELECT connection_id
FROM (
    SELECT connection_id FROM vocabularies WHERE organization_id = $1 AND connection_id > $2
    UNION
    SELECT connection_id FROM connections WHERE organization_id = $1 AND connection_id > $2
    UNION
    SELECT $4::varchar WHERE $4::varchar > $2
) known
ORDER BY connection_id
LIMIT $3;

-- name: take_number
-- The row stays locked until the commit: who publishes for one organization takes turns, and reads
-- what those before have committed.
INSERT INTO event_head AS h (organization_id, seq)
VALUES ($1, 1)
ON CONFLICT (organization_id) DO UPDATE SET seq = h.seq + 1
RETURNING seq;

-- name: append_fact
INSERT INTO event_log (organization_id, seq, recorded_at, type, payload)
VALUES ($1, $2, now(), $3, $4);

-- name: read_head
SELECT seq FROM event_head WHERE organization_id = $1;
