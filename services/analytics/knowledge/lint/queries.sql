-- name: all_items
-- A page in the order of ids.
SELECT item_id, kind, connection_id, name, key, category, tags, content, version, created_by,
    created_at, updated_by, updated_at, deleted_at, restricted
FROM knowledge_items
WHERE organization_id = $1 AND item_id > $2 AND deleted_at IS NULL
ORDER BY item_id
LIMIT $3;

-- name: all_uses
SELECT item_id, used_at FROM knowledge_uses WHERE organization_id = $1;

-- name: unseen_events
SELECT name
FROM unnest($2::text[]) AS defined (name)
WHERE NOT EXISTS (SELECT 1 FROM events WHERE organization_id = $1 AND event = name);

-- name: observed_types
-- Of the newest events of each name.
SELECT defined.name AS event, p.key AS property, jsonb_typeof(p.value) AS type, count(*) AS times
FROM unnest($2::text[]) AS defined (name)
CROSS JOIN LATERAL (
    SELECT properties
    FROM events
    WHERE organization_id = $1 AND event = defined.name
    ORDER BY timestamp DESC
    LIMIT $3
) newest
CROSS JOIN LATERAL jsonb_each(newest.properties) p
WHERE jsonb_typeof(newest.properties) = 'object'
GROUP BY 1, 2, 3;
