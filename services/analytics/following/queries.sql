-- name: note_arrivals
INSERT INTO event_arrivals (organization_id, timestamps, ids) VALUES ($1, $2, $3);

-- name: organizations_behind
-- system: each is then followed by itself
SELECT organization_id FROM event_arrivals
UNION
SELECT organization_id FROM rollup_changes
ORDER BY organization_id;

-- name: add_follower
INSERT INTO event_followers (organization_id) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: claim_follower
SELECT organization_id FROM event_followers WHERE organization_id = $1 FOR UPDATE SKIP LOCKED;

-- name: hold_follower
SELECT organization_id FROM event_followers WHERE organization_id = $1 FOR UPDATE;

-- name: take_arrivals
-- Some statements' events, at least one's; with the others at most $2.
DELETE FROM event_arrivals a
USING (
    SELECT id, sum(size) OVER (ORDER BY id) - size AS before
    FROM (
        SELECT id, cardinality(ids) AS size
        FROM event_arrivals
        WHERE organization_id = $1
        ORDER BY id
        LIMIT 1000
    ) page
) sized
WHERE a.organization_id = $1 AND a.id = sized.id AND sized.before < $2
RETURNING a.timestamps, a.ids;
