-- name: list_names
-- Of what is measured and of what it is looked at by.
SELECT kind, name
FROM knowledge_items
WHERE organization_id = $1 AND connection_id = $2
    AND kind IN ('business_metric', 'dimension', 'entity') AND deleted_at IS NULL
ORDER BY name, kind
LIMIT $3;
