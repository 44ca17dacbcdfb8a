-- name: list_definitions
-- The living ones of a connection.
SELECT kind, name, content, version
FROM knowledge_items
WHERE organization_id = $1 AND kind = ANY ($3::text[]) AND connection_id = $2
    AND deleted_at IS NULL
ORDER BY kind, name;
