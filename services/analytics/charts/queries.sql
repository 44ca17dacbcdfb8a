-- name: add_chart
INSERT INTO charts (organization_id, id, name, description, source, design, type, owner, version,
    created_at, updated_by, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $8, $9);

-- name: change_chart
-- Where $9 is still its version.
UPDATE charts
SET name = $3, description = $4, source = $5, design = $6, type = $7, updated_by = $8,
    version = version + 1, updated_at = $10
WHERE organization_id = $1 AND id = $2 AND version = $9
RETURNING version;

-- name: get_chart
SELECT c.id, c.name, c.description, c.source, c.design, c.type, c.owner, c.version, c.share_token,
    c.created_at, c.updated_by, c.updated_at,
    EXISTS (
        SELECT FROM dashboard_tiles t
        JOIN dashboards d ON d.organization_id = $1 AND d.id = t.dashboard_id
        WHERE t.organization_id = $1 AND t.chart_id = c.id
            AND d.owner = c.owner AND d.share_token IS NOT NULL
    ) AS on_shared
FROM charts c
WHERE c.organization_id = $1 AND c.id = $2;

-- name: find_shared_chart
SELECT id FROM charts WHERE organization_id = $1 AND share_token = $2;

-- name: list_charts
-- What person $2 may see, who is an admin where $3 is true.
SELECT id, name, description, source, design, type, owner, version, share_token, created_at,
    updated_by, updated_at, false AS on_shared
FROM charts
WHERE organization_id = $1 AND (created_at, id) > ($4, $5)
    AND ($3 OR owner = $2 OR share_token IS NOT NULL)
    AND ($6 = '' OR strpos(lower(concat_ws(' ', name, description)), lower($6)) > 0)
    AND ($7 = '' OR owner = $7)
ORDER BY created_at, id
LIMIT $8;

-- name: delete_chart
DELETE FROM charts WHERE organization_id = $1 AND id = $2;

-- name: share_chart
-- Again it is the same link.
UPDATE charts
SET share_token = coalesce(share_token, $3)
WHERE organization_id = $1 AND id = $2
RETURNING share_token;

-- name: unshare_chart
UPDATE charts SET share_token = NULL WHERE organization_id = $1 AND id = $2;
