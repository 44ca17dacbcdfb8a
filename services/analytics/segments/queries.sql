-- name: hold_organization
-- One at a time changes what refers to what, and numbers changes.
INSERT INTO segment_heads AS h (organization_id) VALUES ($1)
ON CONFLICT (organization_id) DO UPDATE SET head = h.head
RETURNING head;

-- name: add_segment
INSERT INTO segments (organization_id, id, name, description, kind, spec, query, owner, version,
    created_at, updated_by, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $8, $9);

-- name: change_segment
-- Where $9 is still its version.
UPDATE segments
SET name = $3, description = $4, query = $6, updated_by = $7, updated_at = $8,
    version = version + 1, wanted = wanted OR spec <> $5, spec = $5,
    known_version = CASE WHEN spec = $5 THEN known_version + 1 ELSE known_version END
WHERE organization_id = $1 AND id = $2 AND version = $9
RETURNING version;

-- name: drop_references
DELETE FROM segment_references WHERE organization_id = $1 AND segment_id = $2;

-- name: add_references
INSERT INTO segment_references (organization_id, segment_id, refers_to)
SELECT $1, $2, refers_to FROM unnest($3::uuid[]) AS r (refers_to);

-- name: known_ids
SELECT id FROM segments WHERE organization_id = $1 AND id = ANY ($2::uuid[]);

-- name: leads_back
-- Whether segment $2 is among those that $3 refer to, directly or by others.
WITH RECURSIVE reached (id) AS (
    SELECT unnest($3::uuid[])
    UNION
    SELECT r.refers_to
    FROM reached
    JOIN segment_references r ON r.organization_id = $1 AND r.segment_id = reached.id
)
SELECT EXISTS (SELECT FROM reached WHERE id = $2);

-- name: get_segment
SELECT id, name, description, kind, spec, query, owner, version, created_at, updated_by,
    updated_at, user_count, refreshed_at, wanted OR coalesce(leased_until > $3, false) AS refreshing,
    error
FROM segments
WHERE organization_id = $1 AND id = $2;

-- name: list_segments
SELECT id, name, description, kind, spec, query, owner, version, created_at, updated_by,
    updated_at, user_count, refreshed_at, wanted OR coalesce(leased_until > $2, false) AS refreshing,
    error
FROM segments
WHERE organization_id = $1 AND (created_at, id) > ($3, $4)
    AND ($5 = '' OR strpos(lower(concat_ws(' ', name, description)), lower($5)) > 0)
    AND ($6 = '' OR owner = $6)
    AND ($7 = '' OR kind = $7)
ORDER BY created_at, id
LIMIT $8;

-- name: hold_segment
SELECT id FROM segments WHERE organization_id = $1 AND id = $2 FOR UPDATE;

-- name: delete_segment
DELETE FROM segments WHERE organization_id = $1 AND id = $2;

-- name: delete_members
DELETE FROM segment_members WHERE organization_id = $1 AND segment_id = $2;

-- name: delete_uploads
DELETE FROM segment_uploads WHERE organization_id = $1 AND segment_id = $2;

-- name: uses
SELECT 'segment' AS kind, s.id::text AS used_by, s.name, s.created_at AS since
FROM segment_references r
JOIN segments s ON s.organization_id = $1 AND s.id = r.segment_id
WHERE r.organization_id = $1 AND r.refers_to = $2
UNION ALL
SELECT kind, used_by, name, since
FROM segment_uses
WHERE organization_id = $1 AND segment_id = $2
ORDER BY since, used_by;

-- name: put_use
INSERT INTO segment_uses (organization_id, segment_id, kind, used_by, name, since)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (organization_id, segment_id, kind, used_by) DO UPDATE SET name = excluded.name;

-- name: drop_use
DELETE FROM segment_uses
WHERE organization_id = $1 AND segment_id = $2 AND kind = $3 AND used_by = $4;

-- name: want
UPDATE segments SET wanted = true WHERE organization_id = $1 AND id = $2;

-- name: members
SELECT user_id
FROM segment_members
WHERE organization_id = $1 AND segment_id = $2 AND user_id > $3
ORDER BY user_id
LIMIT $4;

-- name: all_members
SELECT user_id
FROM segment_members
WHERE organization_id = $1 AND segment_id = $2
ORDER BY user_id;

-- name: sizes
SELECT refreshed_at, user_count, added, removed, complete AS full
FROM segment_sizes
WHERE organization_id = $1 AND segment_id = $2 AND refreshed_at < $3
ORDER BY refreshed_at DESC
LIMIT $4;

-- name: count_members
SELECT segment_id, count(*) AS people
FROM segment_members
WHERE organization_id = $1 AND segment_id = ANY ($2::uuid[])
GROUP BY segment_id;

-- name: count_common
SELECT a.segment_id AS one, b.segment_id AS other, count(*) AS people
FROM segment_members a
JOIN segment_members b ON b.organization_id = $1 AND b.user_id = a.user_id
    AND b.segment_id = ANY ($2::uuid[])
WHERE a.organization_id = $1 AND a.segment_id = ANY ($2::uuid[])
    AND array_position($2::uuid[], a.segment_id) < array_position($2::uuid[], b.segment_id)
GROUP BY 1, 2;

-- name: note_upload
-- Other ids are another definition.
UPDATE segments
SET version = version + 1, wanted = true, updated_by = $3, updated_at = now()
WHERE organization_id = $1 AND id = $2;

-- name: add_uploads
WITH added AS (
    INSERT INTO segment_uploads (organization_id, segment_id, user_id)
    SELECT DISTINCT $1, $2::uuid, user_id
    FROM segment_findings
    WHERE organization_id = $1 AND segment_id = $3 AND lease = $3
    ON CONFLICT DO NOTHING
    RETURNING user_id
)
SELECT count(*) FROM added;

-- name: drop_aside
DELETE FROM segment_findings WHERE organization_id = $1 AND segment_id = $2 AND lease = $2;

-- name: sample_people
-- So many at random of those who have an id and no other one, and how many these are.
SELECT user_id, count(*) OVER () AS people
FROM users u
WHERE organization_id = $1 AND NOT EXISTS (
    SELECT FROM user_merges m
    WHERE m.organization_id = $1 AND m.kind = 'alias' AND m.previous_id = u.user_id
        AND m.undone_at IS NULL)
ORDER BY hashtextextended(user_id, $2)
LIMIT $3;
