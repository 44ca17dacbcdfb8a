-- name: hold_key
-- Until the transaction ends, of those who enter results of one key.
SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(' ', $1::text, $2::text), 0))
    AS organization_id;

-- name: keep_superseded
-- The rows of a result that another one takes the place of can be paged through until they expire:
-- they count until then, by a key under which nobody asks.
UPDATE analytics_cache
SET key = result_id::text
WHERE organization_id = $1 AND key = $2 AND result_id <> $3;

-- name: put_entry
INSERT INTO analytics_cache (organization_id, key, tree_hash, connection_id, result_id, as_of,
    size, row_count, hits, created_at, expires_at, kept_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11)
ON CONFLICT (organization_id, key) DO UPDATE
SET result_id = EXCLUDED.result_id, as_of = EXCLUDED.as_of, size = EXCLUDED.size,
    row_count = EXCLUDED.row_count, hits = 0, created_at = EXCLUDED.created_at,
    expires_at = EXCLUDED.expires_at, kept_until = EXCLUDED.kept_until;

-- name: make_room
-- The oldest go, such that the rest is no larger than $2.
DELETE FROM analytics_cache c
USING (
    SELECT key, sum(size) OVER (ORDER BY created_at DESC, key) AS total
    FROM analytics_cache
    WHERE organization_id = $1
) AS sized
WHERE c.organization_id = $1 AND c.key = sized.key AND sized.total > $2
RETURNING c.key, c.result_id;

-- name: count_hit
UPDATE analytics_cache SET hits = hits + 1 WHERE organization_id = $1 AND key = $2;

-- name: take_entries
DELETE FROM analytics_cache
WHERE organization_id = $1 AND ($2 = '' OR key = $2) AND ($3 = '' OR connection_id = $3)
    AND ($4 = '' OR tree_hash = $4)
RETURNING key, result_id;

-- name: list_entries
SELECT key, tree_hash, connection_id, result_id, as_of, size, row_count, hits, created_at,
    expires_at
FROM analytics_cache
WHERE organization_id = $1 AND kept_until > $2 AND key > $3
ORDER BY key
LIMIT $4;

-- name: forget_entries
-- system: of any organization, what Redis has dropped by itself.
DELETE FROM analytics_cache WHERE kept_until <= $1;
