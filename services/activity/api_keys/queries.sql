-- name: maker
-- The member who wants a key. Locks the organization, so that keys are counted
-- and made one after the other.
SELECT m.role, m.disabled
FROM organizations o
JOIN members m ON m.organization_id = o.organization_id
WHERE o.organization_id = $1 AND m.user_id = $2
FOR UPDATE OF o;

-- name: count_keys
SELECT count(*) AS of_all, count(*) FILTER (WHERE user_id = $2) AS of_one
FROM api_keys
WHERE organization_id = $1
    AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3);

-- name: create_key
INSERT INTO api_keys (organization_id, key_id, name, user_id, role, job_role, scopes,
    secret_hash, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING key_id, name, user_id, role, job_role, scopes, created_by, created_at, expires_at,
    last_used_at, revoked_by, revoked_at;

-- name: get_key
SELECT key_id, name, user_id, role, job_role, scopes, created_by, created_at, expires_at,
    last_used_at, revoked_by, revoked_at
FROM api_keys
WHERE organization_id = $1 AND key_id = $2;

-- name: list_keys
SELECT key_id, name, user_id, role, job_role, scopes, created_by, created_at, expires_at,
    last_used_at, revoked_by, revoked_at
FROM api_keys
WHERE organization_id = $1 AND (created_at, key_id) > ($2, $3)
    AND ($4::text IS NULL OR user_id = $4)
    AND ($5::boolean OR (revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $6)))
ORDER BY created_at, key_id
LIMIT $7;

-- name: revoke_key
-- Who revoked it first stays.
UPDATE api_keys
SET revoked_by = coalesce(revoked_by, $3), revoked_at = coalesce(revoked_at, $4)
WHERE organization_id = $1 AND key_id = $2 AND ($5::boolean OR user_id = $3)
RETURNING key_id, name, user_id, role, job_role, scopes, created_by, created_at, expires_at,
    last_used_at, revoked_by, revoked_at;

-- name: find_key
SELECT k.key_id, k.user_id, k.role, k.job_role, k.scopes, k.secret_hash, k.expires_at,
    k.last_used_at, k.revoked_at, m.role AS member_role, m.job_role AS member_job_role,
    m.disabled AS member_disabled, coalesce(t.traits -> 'goals', '[]') AS goals,
    coalesce(t.traits ->> 'department', '') AS department
FROM api_keys k
LEFT JOIN members m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
LEFT JOIN user_traits t ON t.organization_id = k.organization_id AND t.user_id = k.user_id
WHERE k.organization_id = $1 AND k.key_id = $2;

-- name: note_use
UPDATE api_keys SET last_used_at = $3
WHERE organization_id = $1 AND key_id = $2 AND (last_used_at IS NULL OR last_used_at < $3);

-- name: drop_ended_keys
-- system: how long ended keys are kept is the same for all organizations
DELETE FROM api_keys WHERE least(revoked_at, expires_at) < $1;
