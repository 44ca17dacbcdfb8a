-- name: organizations
-- system: each is then looked at by itself
SELECT organization_id FROM segments
UNION
SELECT organization_id FROM segment_marks
ORDER BY organization_id;

-- name: hold_head
INSERT INTO segment_heads AS h (organization_id) VALUES ($1)
ON CONFLICT (organization_id) DO UPDATE SET head = h.head
RETURNING head;

-- name: number_marks
-- Some of the marks as one change, if there are any.
WITH taken AS (
    DELETE FROM segment_marks m
    USING (SELECT id FROM segment_marks WHERE organization_id = $1 ORDER BY id LIMIT $2) page
    WHERE m.organization_id = $1 AND m.id = page.id
    RETURNING m.people
),
known AS (
    SELECT array_agg(DISTINCT id) AS people FROM taken CROSS JOIN LATERAL unnest(taken.people) AS id
),
moved AS (
    UPDATE segment_heads h SET head = h.head + 1
    FROM known
    WHERE h.organization_id = $1 AND known.people IS NOT NULL
    RETURNING h.head, known.people
)
INSERT INTO segment_changes (organization_id, seq, people, numbered_at)
SELECT $1::varchar, head, people, $3 FROM moved
RETURNING seq;

-- name: prune_changes
-- Those that all know, and those of long ago: who does not know them is found anew.
WITH least AS (
    SELECT greatest(
        coalesce((SELECT max(seq) FROM segment_changes
            WHERE organization_id = $1 AND numbered_at < $2), 0),
        coalesce((SELECT min(watermark) FROM segments
            WHERE organization_id = $1 AND kind <> 'sql' AND known_version = version),
            (SELECT head FROM segment_heads WHERE organization_id = $1))) AS seq
),
gone AS (
    DELETE FROM segment_changes c USING least
    WHERE c.organization_id = $1 AND c.seq <= least.seq
    RETURNING c.seq
)
UPDATE segment_heads
SET pruned = greatest(pruned, (SELECT max(seq) FROM gone))
WHERE organization_id = $1 AND EXISTS (SELECT FROM gone);

-- name: in_order
-- Segments to look at; those that others ask for come before them.
WITH RECURSIVE placed (id, depth) AS (
    SELECT id, 0 FROM segments WHERE organization_id = $1
    UNION
    SELECT r.segment_id, p.depth + 1
    FROM placed p
    JOIN segment_references r ON r.organization_id = $1 AND r.refers_to = p.id
    WHERE p.depth < 50
)
SELECT s.id, s.kind, s.wanted, s.refreshed_at
FROM placed p
JOIN segments s ON s.organization_id = $1 AND s.id = p.id
GROUP BY s.id, s.kind, s.wanted, s.refreshed_at
ORDER BY max(p.depth), s.id;

-- name: claim
-- The lease, unless somebody has it.
UPDATE segments
SET lease = $3, leased_until = $4
WHERE organization_id = $1 AND id = $2 AND coalesce(leased_until <= $5, true)
RETURNING id, kind, spec, version, wanted, watermark, known_version, periods,
    (SELECT pruned FROM segment_heads WHERE organization_id = $1) AS pruned,
    (SELECT head FROM segment_heads WHERE organization_id = $1) AS head;

-- name: release
UPDATE segments
SET lease = NULL, leased_until = NULL, error = $4
WHERE organization_id = $1 AND id = $2 AND lease = $3
RETURNING wanted;

-- name: hold_leased
-- Whether what was found is still wanted: the lease is held, and the definition the same.
SELECT id FROM segments
WHERE organization_id = $1 AND id = $2 AND lease = $3 AND version = $4
FOR UPDATE;

-- name: read_changes
SELECT people FROM segment_changes WHERE organization_id = $1 AND seq > $2 AND seq <= $3;

-- name: related_ids
-- All ids that mean the same people as these, or did until just now, and of each those that lead
-- to it.
WITH RECURSIVE reached (id) AS (
    SELECT unnest($2::text[])
    UNION
    SELECT n.id
    FROM reached r
    CROSS JOIN LATERAL (
        SELECT m.user_id::text AS id
        FROM user_merges m
        WHERE m.organization_id = $1 AND m.kind IN ('anonymous', 'alias')
            AND m.previous_id = r.id AND m.undone_at IS NULL
        UNION ALL
        SELECT m.previous_id::text
        FROM user_merges m
        WHERE m.organization_id = $1 AND m.user_id = r.id AND m.undone_at IS NULL
    ) n
)
SELECT r.id, (
    SELECT array_agg(m.previous_id::text)
    FROM user_merges m
    WHERE m.organization_id = $1 AND m.user_id = r.id AND m.undone_at IS NULL
) AS former
FROM reached r;

-- name: forget_findings
DELETE FROM segment_findings WHERE organization_id = $1 AND segment_id = $2 AND lease = $3;

-- name: forget_broken_off
-- Leases begin with their time.
DELETE FROM segment_findings WHERE organization_id = $1 AND lease < $2;

-- name: remove_unfound
-- How many; segments that ask for these members are told of whom.
WITH gone AS (
    DELETE FROM segment_members m
    WHERE m.organization_id = $1 AND m.segment_id = $2 AND NOT EXISTS (
        SELECT FROM segment_findings f
        WHERE f.organization_id = $1 AND f.segment_id = $2 AND f.lease = $3
            AND f.user_id = m.user_id)
    RETURNING m.user_id
),
told AS (
    INSERT INTO segment_marks (organization_id, people)
    SELECT $1::varchar, array_agg(user_id)
    FROM gone
    WHERE EXISTS (SELECT FROM segment_references WHERE organization_id = $1 AND refers_to = $2)
    HAVING count(*) > 0
)
SELECT count(*) FROM gone;

-- name: add_found
WITH added AS (
    INSERT INTO segment_members (organization_id, segment_id, user_id, since)
    SELECT $1::varchar, $2::uuid, user_id, $4
    FROM segment_findings
    WHERE organization_id = $1 AND segment_id = $2 AND lease = $3
    ON CONFLICT DO NOTHING
    RETURNING user_id
),
told AS (
    INSERT INTO segment_marks (organization_id, people)
    SELECT $1::varchar, array_agg(user_id)
    FROM added
    WHERE EXISTS (SELECT FROM segment_references WHERE organization_id = $1 AND refers_to = $2)
    HAVING count(*) > 0
)
SELECT count(*) FROM added;

-- name: remove_others
-- Of these people those who are not found.
WITH gone AS (
    DELETE FROM segment_members
    WHERE organization_id = $1 AND segment_id = $2 AND user_id = ANY ($3::text[])
        AND NOT user_id = ANY ($4::text[])
    RETURNING user_id
),
told AS (
    INSERT INTO segment_marks (organization_id, people)
    SELECT $1::varchar, array_agg(user_id)
    FROM gone
    WHERE EXISTS (SELECT FROM segment_references WHERE organization_id = $1 AND refers_to = $2)
    HAVING count(*) > 0
)
SELECT count(*) FROM gone;

-- name: add_members
WITH added AS (
    INSERT INTO segment_members (organization_id, segment_id, user_id, since)
    SELECT $1, $2, user_id, $4 FROM unnest($3::text[]) AS f (user_id)
    ON CONFLICT DO NOTHING
    RETURNING user_id
),
told AS (
    INSERT INTO segment_marks (organization_id, people)
    SELECT $1::varchar, array_agg(user_id)
    FROM added
    WHERE EXISTS (SELECT FROM segment_references WHERE organization_id = $1 AND refers_to = $2)
    HAVING count(*) > 0
)
SELECT count(*) FROM added;

-- name: done
UPDATE segments
SET user_count = (
        SELECT count(*) FROM segment_members WHERE organization_id = $1 AND segment_id = $2),
    refreshed_at = $3, known_version = $4, watermark = $5, periods = $6,
    wanted = wanted AND NOT $7
WHERE organization_id = $1 AND id = $2
RETURNING user_count;

-- name: still_right
-- Nothing changed.
UPDATE segments
SET refreshed_at = $3, watermark = $4, periods = $5
WHERE organization_id = $1 AND id = $2 AND lease = $6 AND known_version = version;

-- name: add_size
INSERT INTO segment_sizes (organization_id, segment_id, refreshed_at, user_count, added, removed,
    complete)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (organization_id, segment_id, refreshed_at) DO NOTHING;

-- name: forget_sizes
DELETE FROM segment_sizes WHERE organization_id = $1 AND refreshed_at < $2;
