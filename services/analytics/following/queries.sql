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

-- name: read_arrived
-- Marks the quarters of an hour of these events and the people whom they are about, and tells what
-- came by day: the events, as the property '', and their properties by type; of values the least and
-- the greatest, cut.
-- OFFSET 0 has each event looked up by its key: a join of all of them reads whole months.
WITH arrived AS MATERIALIZED (
    SELECT e.event, a.at, (a.at AT TIME ZONE 'UTC')::date AS day, e.properties, e.person
    FROM unnest($2::timestamptz[], $3::uuid[]) AS a (at, id)
    CROSS JOIN LATERAL (
        SELECT event, properties, coalesce(user_id, anonymous_id) AS person
        FROM events
        WHERE organization_id = $1 AND "timestamp" = a.at AND id = a.id
            AND "timestamp" BETWEEN $4 AND $5
        OFFSET 0
    ) e
),
marked AS (
    INSERT INTO rollup_changes (organization_id, event, bucket)
    SELECT DISTINCT $1, event, bucket_of(at) FROM arrived
),
concerned AS (
    INSERT INTO segment_marks (organization_id, people)
    SELECT $1, people
    FROM (SELECT array_agg(DISTINCT person) AS people FROM arrived WHERE person IS NOT NULL) ids
    WHERE people IS NOT NULL
)
SELECT event, property, type, day, count(*) AS occurrences, min(at) AS first_seen,
    max(at) AS last_seen, min(value) AS least, max(value) AS greatest
FROM (
    SELECT event, '' AS property, '' AS type, day, at, NULL AS value
    FROM arrived
    UNION ALL
    SELECT event, p.key,
        CASE
            WHEN jsonb_typeof(p.value) <> 'string' THEN jsonb_typeof(p.value)
            WHEN p.value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d' THEN 'timestamp'
            WHEN p.value #>> '{}' ~ '^\d{4}-\d\d-\d\d$' THEN 'date'
            ELSE 'string'
        END,
        day, at, left(p.value #>> '{}', 100) COLLATE "C"
    FROM arrived
    CROSS JOIN LATERAL jsonb_each(
        CASE WHEN jsonb_typeof(properties) = 'object' THEN properties ELSE '{}' END) AS p
    WHERE length(p.key) BETWEEN 1 AND 200
) valued
GROUP BY event, property, type, day;
