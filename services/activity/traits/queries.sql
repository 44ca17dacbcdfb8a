-- name: hold_traits
-- The row, made where there is none and locked: writers of one person take turns.
INSERT INTO user_traits AS t (organization_id, user_id, created_at, updated_at)
VALUES ($1, $2, $3, $3)
ON CONFLICT (organization_id, user_id) DO UPDATE SET updated_at = t.updated_at
RETURNING traits, told_at, created_at, updated_at;

-- name: keep_times
UPDATE user_traits SET told_at = $3 WHERE organization_id = $1 AND user_id = $2;

-- name: change_traits
-- The row, its history and the event in one statement; event_head is updated last of
-- the rows that others wait for.
WITH changed AS (
    UPDATE user_traits SET traits = $3::jsonb, told_at = $4::jsonb, updated_at = $5
    WHERE organization_id = $1 AND user_id = $2
    RETURNING user_id
),
head AS (
    INSERT INTO event_head AS h (organization_id, seq)
    SELECT $1, 1 FROM changed
    ON CONFLICT (organization_id) DO UPDATE SET seq = h.seq + 1
    RETURNING seq
),
told AS (
    INSERT INTO event_log (organization_id, seq, recorded_at, type, payload)
    SELECT $1, seq, $5, $6, $7 FROM head
)
INSERT INTO user_trait_changes
    (organization_id, user_id, seq, trait, value, told_at, changed_at, changed_by)
SELECT $1, $2, head.seq, c.trait, c.value::jsonb, $10, $5, $11
FROM head, unnest($8::text[], $9::text[]) AS c (trait, value);

-- name: get_traits
SELECT traits, told_at, created_at, updated_at
FROM user_traits
WHERE organization_id = $1 AND user_id = $2;

-- name: list_trait_changes
SELECT seq, trait, value, told_at, changed_at, changed_by
FROM user_trait_changes
WHERE organization_id = $1 AND user_id = $2 AND (seq, trait) < ($3, $4)
    AND ($5::text IS NULL OR trait = $5)
ORDER BY seq DESC, trait DESC
LIMIT $6;
