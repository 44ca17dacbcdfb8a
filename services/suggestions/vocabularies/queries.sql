-- name: read_vocabularies
-- All connections, with the terms of those that are not of the versions $3 of the connections $2.
SELECT v.connection_id, v.version,
    CASE WHEN known.version IS DISTINCT FROM v.version THEN v.terms END AS terms
FROM vocabularies v
LEFT JOIN unnest($2::text[], $3::text[]) AS known (connection_id, version)
    ON known.connection_id = v.connection_id
WHERE v.organization_id = $1
ORDER BY v.connection_id;

-- name: put_vocabularies
INSERT INTO vocabularies AS v (organization_id, connection_id, terms, version, updated_at)
SELECT $1, connection_id, terms, version, $5
FROM unnest($2::text[], $3::jsonb[], $4::text[]) AS told (connection_id, terms, version)
ON CONFLICT (organization_id, connection_id) DO UPDATE
SET terms = excluded.terms, version = excluded.version, updated_at = excluded.updated_at
WHERE v.version <> excluded.version;

-- name: drop_vocabularies
DELETE FROM vocabularies WHERE organization_id = $1 AND connection_id = ANY($2::text[]);

-- name: drop_other_vocabularies
DELETE FROM vocabularies WHERE organization_id = $1 AND connection_id <> ALL($2::text[]);
