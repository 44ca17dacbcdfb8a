-- name: add_entries
INSERT INTO audit_log (organization_id, created_at, id, actor, action, target, detail)
SELECT $1, $2, id, actor, action, target, detail
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
    AS new (id, actor, action, target, detail);

-- name: list_entries
SELECT id, created_at, actor, action, target, detail
FROM audit_log
WHERE organization_id = $1 AND (created_at, id) < ($2, $3) AND created_at >= $4
ORDER BY created_at DESC, id DESC
LIMIT $5;

-- name: list_entries_of_actor
SELECT id, created_at, actor, action, target, detail
FROM audit_log
WHERE organization_id = $1 AND actor = $6 AND (created_at, id) < ($2, $3) AND created_at >= $4
    AND ($7::text IS NULL OR target = $7) AND ($8::text IS NULL OR action = $8)
ORDER BY created_at DESC, id DESC
LIMIT $5;

-- name: list_entries_of_target
SELECT id, created_at, actor, action, target, detail
FROM audit_log
WHERE organization_id = $1 AND target = $6 AND (created_at, id) < ($2, $3) AND created_at >= $4
    AND ($7::text IS NULL OR action = $7)
ORDER BY created_at DESC, id DESC
LIMIT $5;

-- name: list_entries_of_action
SELECT id, created_at, actor, action, target, detail
FROM audit_log
WHERE organization_id = $1 AND action = $6 AND (created_at, id) < ($2, $3) AND created_at >= $4
ORDER BY created_at DESC, id DESC
LIMIT $5;
