-- name: outdate_people
INSERT INTO people AS p (organization_id, user_id, version)
SELECT $1, u.user_id, 1
FROM unnest($2::text[]) AS u (user_id)
ORDER BY u.user_id
ON CONFLICT (organization_id, user_id) DO UPDATE SET version = p.version + 1;

-- name: drop_cached
DELETE FROM suggestion_cache WHERE organization_id = $1 AND user_id = ANY($2);

-- name: drop_all_cached
DELETE FROM suggestion_cache WHERE organization_id = $1;

-- name: next_cached_organization
-- system: goes through all organizations, one index probe each
SELECT min(organization_id) FROM suggestion_cache WHERE organization_id > $1;

-- name: drop_expired
DELETE FROM suggestion_cache
WHERE organization_id = $1 AND ctid = ANY (ARRAY(
    SELECT ctid FROM suggestion_cache
    WHERE organization_id = $1 AND expires_at <= $2 LIMIT 5000 FOR UPDATE SKIP LOCKED));
