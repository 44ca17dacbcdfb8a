-- name: add_dashboard
INSERT INTO dashboards (organization_id, id, name, description, refresh_seconds, owner, version,
    created_at, updated_by, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $6, $7);

-- name: change_dashboard
-- Where $7 is still its version; who changes it too waits, and then it is not.
UPDATE dashboards
SET name = $3, description = $4, refresh_seconds = $5, updated_by = $6, version = version + 1,
    updated_at = $8
WHERE organization_id = $1 AND id = $2 AND version = $7
RETURNING version;

-- name: drop_tiles
DELETE FROM dashboard_tiles WHERE organization_id = $1 AND dashboard_id = $2;

-- name: add_tiles
-- Charts that went in the meantime are left out.
INSERT INTO dashboard_tiles (organization_id, dashboard_id, place, chart_id, x, y, width, height)
SELECT $1, $2, t.place, t.chart_id, t.x, t.y, t.width, t.height
FROM unnest($3::integer[], $4::uuid[], $5::integer[], $6::integer[], $7::integer[], $8::integer[])
    AS t (place, chart_id, x, y, width, height)
JOIN charts c ON c.organization_id = $1 AND c.id = t.chart_id
FOR KEY SHARE OF c;

-- name: get_dashboard
SELECT id, name, description, refresh_seconds, owner, version, share_token, created_at, updated_by,
    updated_at
FROM dashboards
WHERE organization_id = $1 AND id = $2;

-- name: tiles_of
SELECT dashboard_id, chart_id, x, y, width, height
FROM dashboard_tiles
WHERE organization_id = $1 AND dashboard_id = ANY($2::uuid[])
ORDER BY dashboard_id, place;

-- name: find_shared_dashboard
SELECT id FROM dashboards WHERE organization_id = $1 AND share_token = $2;

-- name: list_dashboards
-- What person $2 may see, who is an admin where $3 is true.
SELECT id, name, description, refresh_seconds, owner, version, share_token, created_at, updated_by,
    updated_at
FROM dashboards
WHERE organization_id = $1 AND (created_at, id) > ($4, $5)
    AND ($3 OR owner = $2 OR share_token IS NOT NULL)
    AND ($6 = '' OR strpos(lower(concat_ws(' ', name, description)), lower($6)) > 0)
    AND ($7 = '' OR owner = $7)
ORDER BY created_at, id
LIMIT $8;

-- name: delete_dashboard
DELETE FROM dashboards WHERE organization_id = $1 AND id = $2;

-- name: share_dashboard
-- Again it is the same link.
UPDATE dashboards
SET share_token = coalesce(share_token, $3)
WHERE organization_id = $1 AND id = $2
RETURNING share_token;

-- name: unshare_dashboard
UPDATE dashboards SET share_token = NULL WHERE organization_id = $1 AND id = $2;
