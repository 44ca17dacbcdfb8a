-- name: get_proposals
SELECT context_hash, texts, source, created_at, expires_at
FROM model_proposals
WHERE organization_id = $1 AND connection_id = $2 AND user_id = $3 AND context_hash = ANY ($4)
    AND expires_at > $5;

-- name: keep_proposals
-- Not where the cache was cleared since it was asked for: the lock waits for a clearing under way,
-- which deletes after it has counted itself.
WITH cleared AS (SELECT of_any FROM cache_clearings WHERE organization_id = $1 FOR SHARE)
INSERT INTO model_proposals (organization_id, connection_id, user_id, context_hash, texts, source,
    created_at, expires_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8
WHERE coalesce((SELECT of_any FROM cleared), 0) = $9::bigint
ON CONFLICT (organization_id, connection_id, user_id, context_hash) DO UPDATE
SET texts = excluded.texts, source = excluded.source, created_at = excluded.created_at,
    expires_at = excluded.expires_at;

-- name: drop_expired_proposals
-- system: expiry concerns all organizations alike
DELETE FROM model_proposals
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM model_proposals WHERE expires_at <= $1 LIMIT 5000 FOR UPDATE SKIP LOCKED));
