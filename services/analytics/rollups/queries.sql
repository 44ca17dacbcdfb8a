-- name: take_changes
-- Those of the $2 earliest; of one quarter of an hour all that are there.
WITH page AS (
    SELECT DISTINCT event, bucket
    FROM (
        SELECT event, bucket FROM rollup_changes WHERE organization_id = $1 ORDER BY id LIMIT $2
    ) oldest
),
taken AS (
    DELETE FROM rollup_changes c
    USING page
    WHERE c.organization_id = $1 AND c.event = page.event AND c.bucket = page.bucket
)
SELECT event, bucket FROM page ORDER BY bucket, event;

-- name: drop_counts
DELETE FROM event_rollups r
USING unnest($2::text[], $3::timestamptz[]) AS w (event, bucket)
WHERE r.organization_id = $1 AND r.event = w.event AND r.bucket = w.bucket;

-- name: count_anew
-- A person is known by the user id, else by the anonymous one; hashes lie evenly in 64 bits.
-- OFFSET 0 has each quarter of an hour looked up in the index: a join of all of them with all of
-- the events between compares every one with every other.
WITH found AS (
    SELECT w.event, w.bucket, e.source, e.person
    FROM unnest($2::text[], $3::timestamptz[]) AS w (event, bucket)
    CROSS JOIN LATERAL (
        SELECT source, hashtextextended(coalesce('u' || user_id, 'a' || anonymous_id), 0) AS person
        FROM events
        WHERE organization_id = $1 AND event = w.event AND "timestamp" >= w.bucket
            AND "timestamp" < w.bucket + interval '15 minutes'
            AND "timestamp" >= $4 AND "timestamp" < $5
        OFFSET 0
    ) e
),
each AS (
    SELECT event, bucket, s.source, person
    FROM found
    CROSS JOIN LATERAL (VALUES ('', ''), (found.source, found.source)) AS s (source, same)
),
people AS (
    SELECT event, bucket, source, array_agg(person ORDER BY person) AS people
    FROM (
        SELECT event, bucket, source, person,
            row_number() OVER (PARTITION BY event, bucket, source ORDER BY person) AS place
        FROM (SELECT DISTINCT event, bucket, source, person FROM each WHERE person IS NOT NULL) d
    ) ranked
    WHERE place <= $6
    GROUP BY event, bucket, source
)
INSERT INTO event_rollups (organization_id, event, source, bucket, events, people)
SELECT $1, event, source, bucket, counted.events, coalesce(people.people, '{}')
FROM (
    SELECT event, bucket, source, count(*) AS events FROM each GROUP BY event, bucket, source
) counted
LEFT JOIN people USING (event, bucket, source);

-- name: read_series
-- Of each period that has some the events, and the $6 least hashes of the people.
SELECT p.start, c.events, w.people
FROM unnest($3::timestamptz[], $4::timestamptz[]) AS p (start, "end")
CROSS JOIN LATERAL (
    SELECT sum(r.events)::bigint AS events
    FROM event_rollups r
    WHERE r.organization_id = $1 AND r.event = $2 AND r.source = $5
        AND r.bucket >= p.start AND r.bucket < p."end"
) c
CROSS JOIN LATERAL (
    SELECT array_agg(person ORDER BY person) AS people
    FROM (
        SELECT DISTINCT person
        FROM event_rollups r, unnest(r.people) AS person
        WHERE r.organization_id = $1 AND r.event = $2 AND r.source = $5
            AND r.bucket >= p.start AND r.bucket < p."end"
        ORDER BY person
        LIMIT $6
    ) least
) w
WHERE c.events > 0;

-- name: is_pending
SELECT EXISTS (SELECT FROM event_arrivals WHERE organization_id = $1)
    OR EXISTS (SELECT FROM rollup_changes WHERE organization_id = $1 AND event = $2);

-- name: uncounted
-- What waits to be counted: how much, looking at $3 of each at most, and of when the earliest is.
-- Arrivals do not say of which event they are.
SELECT count(*) AS waiting, min(earliest) AS earliest
FROM (
    (SELECT (SELECT min(t) FROM unnest(timestamps) t) AS earliest FROM event_arrivals
    WHERE organization_id = $1 LIMIT $3)
    UNION ALL
    (SELECT bucket FROM rollup_changes WHERE organization_id = $1 AND event = $2 LIMIT $3)
) waits;
