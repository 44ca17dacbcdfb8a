-- name: break_down
-- Days, the quarters of an hour before the first of them, the activities before the first of those,
-- and what is not counted yet, found by its numbers (OFFSET keeps it from being found by its time).
-- As text, whose width is guessed low enough to add up by hashing; sorting takes twice as long.
WITH counted AS (
    SELECT coalesce(
        (SELECT c.up_to FROM activity_counted c WHERE c.organization_id = $1), 0) AS up_to
),
parts AS (
    SELECT user_id::text, activity_type::text, activities, clicks
    FROM activity_counts
    WHERE organization_id = $1 AND grain = 'day' AND bucket >= $4
    UNION ALL
    SELECT user_id::text, activity_type::text, activities, clicks
    FROM activity_counts
    WHERE organization_id = $1 AND grain = 'quarter' AND bucket >= $3 AND bucket < $4
    UNION ALL
    SELECT user_id, activity_type, 1, num_nonnulls(suggestion_clicked)
    FROM user_activity
    WHERE organization_id = $1 AND created_at >= $2 AND created_at < $3
        AND id <= (SELECT up_to FROM counted)
    UNION ALL
    SELECT user_id, activity_type, 1, clicks
    FROM (
        SELECT user_id, activity_type, created_at, num_nonnulls(suggestion_clicked) AS clicks
        FROM user_activity
        WHERE organization_id = $1 AND id > (SELECT up_to FROM counted)
        ORDER BY id
        OFFSET 0
    ) uncounted
    WHERE created_at >= $2
)
SELECT activity_type, sum(activities)::bigint AS activities, count(*) AS unique_users,
    sum(clicks)::bigint AS clicks
FROM (
    SELECT activity_type, user_id, sum(activities) AS activities, sum(clicks) AS clicks
    FROM parts
    GROUP BY activity_type, user_id
) people
GROUP BY activity_type
ORDER BY activity_type;

-- name: click_through
-- The same parts, by person.
WITH counted AS (
    SELECT coalesce(
        (SELECT c.up_to FROM activity_counted c WHERE c.organization_id = $1), 0) AS up_to
),
parts AS (
    SELECT user_id::text, activity_type::text, activities, clicks
    FROM activity_counts
    WHERE organization_id = $1 AND grain = 'day' AND bucket >= $4
    UNION ALL
    SELECT user_id::text, activity_type::text, activities, clicks
    FROM activity_counts
    WHERE organization_id = $1 AND grain = 'quarter' AND bucket >= $3 AND bucket < $4
    UNION ALL
    SELECT user_id, activity_type, 1, num_nonnulls(suggestion_clicked)
    FROM user_activity
    WHERE organization_id = $1 AND created_at >= $2 AND created_at < $3
        AND id <= (SELECT up_to FROM counted)
    UNION ALL
    SELECT user_id, activity_type, 1, clicks
    FROM (
        SELECT user_id, activity_type, created_at, num_nonnulls(suggestion_clicked) AS clicks
        FROM user_activity
        WHERE organization_id = $1 AND id > (SELECT up_to FROM counted)
        ORDER BY id
        OFFSET 0
    ) uncounted
    WHERE created_at >= $2
)
SELECT user_id, total_queries, clicked_suggestions, click_through_rate
FROM (
    SELECT user_id, sum(activities)::bigint AS total_queries,
        sum(clicks)::bigint AS clicked_suggestions,
        (sum(clicks) * 100.0 / nullif(sum(activities), 0))::float8 AS click_through_rate
    FROM parts
    WHERE activity_type IN ('query', 'suggestion_click')
    GROUP BY user_id
) people
WHERE (-click_through_rate, user_id) > ($5, $6)
ORDER BY -click_through_rate, user_id
LIMIT $7;

-- name: list_uncounted
-- system: finds the organizations that have something to count; each is then counted by itself
SELECT h.organization_id, h.seq AS head
FROM event_head h
LEFT JOIN activity_counted c USING (organization_id)
WHERE h.seq > coalesce(c.up_to, 0)
ORDER BY h.organization_id;

-- name: add_counted
INSERT INTO activity_counted (organization_id, up_to)
VALUES ($1, 0)
ON CONFLICT (organization_id) DO NOTHING;

-- name: claim_counted
SELECT up_to FROM activity_counted WHERE organization_id = $1 FOR UPDATE SKIP LOCKED;

-- name: count_activities
INSERT INTO activity_counts AS c (organization_id, grain, bucket, user_id, activity_type,
    activities, clicks)
SELECT $1::text, g.grain, date_bin(g.length, a.created_at, timestamptz '2000-01-01 00:00:00+00') AS bucket,
    a.user_id, a.activity_type, count(*), count(a.suggestion_clicked)
FROM user_activity a,
    (VALUES ('quarter', interval '15 minutes'), ('day', interval '1 day')) AS g (grain, length)
WHERE a.organization_id = $1::text AND a.id > $2 AND a.id <= $3
GROUP BY g.grain, bucket, a.user_id, a.activity_type
ORDER BY g.grain, bucket, a.user_id, a.activity_type
ON CONFLICT (organization_id, grain, bucket, user_id, activity_type) DO UPDATE
SET activities = c.activities + excluded.activities, clicks = c.clicks + excluded.clicks;

-- name: move_counted
UPDATE activity_counted SET up_to = $2 WHERE organization_id = $1;

-- name: drop_quarters
DELETE FROM activity_counts WHERE organization_id = $1 AND grain = 'quarter' AND bucket < $2;
