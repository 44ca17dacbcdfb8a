-- name: add_saved
WITH added AS (
    INSERT INTO saved_queries (organization_id, id, name, description, query, connection_id, tags,
        owner, version, created_at, updated_by, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $8, $9)
    RETURNING organization_id, id, name, description, query, connection_id, tags, updated_by,
        updated_at, version
)
INSERT INTO saved_query_versions (organization_id, id, version, name, description, query,
    connection_id, tags, changed_by, changed_at)
SELECT organization_id, id, version, name, description, query, connection_id, tags, updated_by,
    updated_at
FROM added;

-- name: change_saved
-- Where $9 is still its version.
WITH changed AS (
    UPDATE saved_queries
    SET name = $3, description = $4, query = $5, connection_id = $6, tags = $7, updated_by = $8,
        version = version + 1, updated_at = $10
    WHERE organization_id = $1 AND id = $2 AND version = $9
    RETURNING organization_id, id, name, description, query, connection_id, tags, updated_by,
        updated_at, version
)
INSERT INTO saved_query_versions (organization_id, id, version, name, description, query,
    connection_id, tags, changed_by, changed_at)
SELECT organization_id, id, version, name, description, query, connection_id, tags, updated_by,
    updated_at
FROM changed
RETURNING version;

-- name: get_saved
SELECT s.id, s.name, s.description, s.query, s.connection_id, s.tags, s.owner, s.version,
    s.share_token, s.created_at, s.updated_by, s.updated_at, f.user_id IS NOT NULL AS favourite
FROM saved_queries s
LEFT JOIN favourite_queries f
    ON f.organization_id = $1 AND f.user_id = $3 AND f.id = s.id
WHERE s.organization_id = $1 AND s.id = $2;

-- name: find_shared
SELECT id FROM saved_queries WHERE organization_id = $1 AND share_token = $2;

-- name: list_saved
-- What person $2 may see, who is an admin where $3 is true.
SELECT s.id, s.name, s.description, s.query, s.connection_id, s.tags, s.owner, s.version,
    s.share_token, s.created_at, s.updated_by, s.updated_at, f.user_id IS NOT NULL AS favourite
FROM saved_queries s
LEFT JOIN favourite_queries f
    ON f.organization_id = $1 AND f.user_id = $2 AND f.id = s.id
WHERE s.organization_id = $1 AND (s.created_at, s.id) > ($4, $5)
    AND ($3 OR s.owner = $2 OR s.share_token IS NOT NULL)
    AND ($6 = '' OR strpos(lower(concat_ws(' ', s.name, s.description, s.query)), lower($6)) > 0)
    AND (NOT $7 OR f.user_id IS NOT NULL)
    AND ($8 = '' OR s.owner = $8)
ORDER BY s.created_at, s.id
LIMIT $9;

-- name: delete_saved
DELETE FROM saved_queries WHERE organization_id = $1 AND id = $2;

-- name: list_versions
SELECT version, name, description, query, connection_id, tags, changed_by, changed_at
FROM saved_query_versions
WHERE organization_id = $1 AND id = $2 AND version < $3
ORDER BY version DESC
LIMIT $4;

-- name: add_comment
INSERT INTO saved_query_comments (organization_id, id, comment_id, text, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: list_comments
-- The id begins with the time.
SELECT comment_id, text, created_by, created_at
FROM saved_query_comments
WHERE organization_id = $1 AND id = $2 AND comment_id > $3
ORDER BY comment_id
LIMIT $4;

-- name: add_favourite
INSERT INTO favourite_queries (organization_id, user_id, id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;

-- name: drop_favourite
DELETE FROM favourite_queries WHERE organization_id = $1 AND user_id = $2 AND id = $3;

-- name: share
-- Again it is the same link.
UPDATE saved_queries
SET share_token = coalesce(share_token, $3)
WHERE organization_id = $1 AND id = $2
RETURNING share_token;

-- name: unshare
UPDATE saved_queries SET share_token = NULL WHERE organization_id = $1 AND id = $2;
