-- name: add_item
-- Nothing where a living one has the key.
INSERT INTO knowledge_items (organization_id, item_id, kind, connection_id, name, key, category,
    tags, content, version, created_by, created_at, updated_by, updated_at, restricted)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $10, $11, $12)
ON CONFLICT (organization_id, kind, connection_id, key) WHERE deleted_at IS NULL DO NOTHING
RETURNING item_id, kind, connection_id, name, key, category, tags, content, version, created_by,
    created_at, updated_by, updated_at, deleted_at, restricted;

-- name: get_item
SELECT item_id, kind, connection_id, name, key, category, tags, content, version, created_by,
    created_at, updated_by, updated_at, deleted_at, restricted
FROM knowledge_items
WHERE organization_id = $1 AND item_id = $2;

-- name: list_items
-- By an index that holds the living ones of a kind in order; what else is asked filters these.
SELECT item_id, kind, connection_id, name, key, category, tags, content, version, created_by,
    created_at, updated_by, updated_at, deleted_at, restricted
FROM knowledge_items
WHERE organization_id = $1 AND kind = $2 AND deleted_at IS NULL
    AND (created_at, item_id) > ($3, $4)
    AND ($6 = '' OR connection_id = $6)
    AND ($7 = '' OR name = $7)
    AND ($8 = '' OR category = $8)
    AND tags @> $9::text[]
    AND ($10 = '' OR EXISTS (
        SELECT 1
        FROM jsonb_path_query(content, 'strict $.** ? (@.type() == "string")') said
        WHERE strpos(lower(said #>> '{}'), lower($10)) > 0))
    AND ($11 OR NOT restricted)
ORDER BY created_at, item_id
LIMIT $5;

-- name: list_deleted
-- Newest first.
SELECT item_id, kind, connection_id, name, key, category, tags, content, version, created_by,
    created_at, updated_by, updated_at, deleted_at, restricted
FROM knowledge_items
WHERE organization_id = $1 AND deleted_at IS NOT NULL AND (deleted_at, item_id) < ($2, $3)
ORDER BY deleted_at DESC, item_id DESC
LIMIT $4;

-- name: change_item
-- Where it still has the version that its changer knows.
UPDATE knowledge_items
SET name = $4, key = $5, category = $6, tags = $7, content = $8, version = version + 1,
    updated_by = $9, updated_at = $10, deleted_at = $11, restricted = $12
WHERE organization_id = $1 AND item_id = $2 AND version = $3
RETURNING item_id, kind, connection_id, name, key, category, tags, content, version, created_by,
    created_at, updated_by, updated_at, deleted_at, restricted;

-- name: add_version
INSERT INTO knowledge_versions (organization_id, item_id, version, action, name, content, note,
    changed_by, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: list_versions
-- Newest first.
SELECT item_id, version, action, name, content, note, changed_by, changed_at
FROM knowledge_versions
WHERE organization_id = $1 AND item_id = $2 AND version < $3
ORDER BY version DESC
LIMIT $4;

-- name: get_version
SELECT item_id, version, action, name, content, note, changed_by, changed_at
FROM knowledge_versions
WHERE organization_id = $1 AND item_id = $2 AND version = $3;

-- name: add_comment
-- Nothing where the item is gone.
INSERT INTO knowledge_comments (organization_id, item_id, comment_id, text, created_by, created_at)
SELECT organization_id, item_id, $3, $4, $5, $6
FROM knowledge_items
WHERE organization_id = $1 AND item_id = $2 AND deleted_at IS NULL
RETURNING item_id, comment_id, text, created_by, created_at;

-- name: list_comments
-- In the order in which they were made, which is that of their ids.
SELECT item_id, comment_id, text, created_by, created_at
FROM knowledge_comments
WHERE organization_id = $1 AND item_id = $2 AND comment_id > $3
ORDER BY comment_id
LIMIT $4;

-- name: delete_comment
-- By who made it or, where $4 is '', by anybody.
DELETE FROM knowledge_comments
WHERE organization_id = $1 AND item_id = $2 AND comment_id = $3 AND $4 IN ('', created_by);
