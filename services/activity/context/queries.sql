-- name: get_context
SELECT version, content, updated_at
FROM user_contexts
WHERE organization_id = $1 AND user_id = $2;

-- name: get_contexts
SELECT user_id, version, content, updated_at
FROM user_contexts
WHERE organization_id = $1 AND user_id = ANY($2::text[]);

-- name: versions
SELECT user_id, version
FROM user_contexts
WHERE organization_id = $1 AND user_id = ANY($2::text[]);
