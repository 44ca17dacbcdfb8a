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

-- name: list_connections
SELECT connection_id
FROM vocabularies
WHERE organization_id = $1 AND connection_id > $2
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
VALUES ($1, $2, $3, $4, $5);

-- name: read_head
SELECT seq FROM event_head WHERE organization_id = $1;
