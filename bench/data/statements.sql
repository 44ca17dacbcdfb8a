-- What analysts ask of the event store: the bench row "wall". A blank line between two.
SELECT count(*) FROM events WHERE event = 'purchase' AND timestamp >= now() - interval '7 days'

SELECT date_trunc('day', timestamp) AS day, count(DISTINCT user_id) AS users
FROM events GROUP BY 1 ORDER BY 1

SELECT event, count(*) AS n, count(DISTINCT user_id) AS users
FROM events
WHERE timestamp >= date '2024-01-01' AND timestamp < date '2024-04-01'
GROUP BY event HAVING count(*) > 100 ORDER BY n DESC LIMIT 20

WITH user_journey AS (
    SELECT user_id, min(timestamp) AS first_seen, count(DISTINCT date(timestamp)) AS active_days,
        max(CASE WHEN event = 'video_created' THEN 1 ELSE 0 END) AS created_video,
        sum((properties ->> 'credits')::numeric) AS total_credits
    FROM events GROUP BY user_id
)
SELECT count(*) AS total_users,
    sum(CASE WHEN active_days >= 1 THEN 1 ELSE 0 END) AS day_1_active,
    sum(CASE WHEN created_video = 1 THEN 1 ELSE 0 END) AS created_content,
    sum(CASE WHEN total_credits >= 90 THEN 1 ELSE 0 END) AS high_usage
FROM user_journey

SELECT properties ->> 'tool' AS tool, properties ->> 'error' AS error, count(*) AS failures,
    count(DISTINCT user_id) AS affected
FROM events WHERE event = 'tool_failed' GROUP BY 1, 2 ORDER BY failures DESC

WITH steps AS (
    SELECT user_id,
        min(timestamp) FILTER (WHERE event = 'visit') AS visited,
        min(timestamp) FILTER (WHERE event = 'signup') AS signed_up,
        min(timestamp) FILTER (WHERE event = 'purchase') AS bought
    FROM events WHERE timestamp >= now() - interval '30 days' GROUP BY user_id
)
SELECT count(visited), count(signed_up) FILTER (WHERE signed_up > visited),
    count(bought) FILTER (WHERE bought > signed_up AND signed_up > visited)
FROM steps

WITH cohorts AS (
    SELECT user_id, date_trunc('week', min(timestamp)) AS cohort FROM events GROUP BY user_id
), weeks AS (
    SELECT DISTINCT e.user_id, c.cohort,
        (extract(epoch FROM date_trunc('week', e.timestamp) - c.cohort) / 604800)::int AS week
    FROM events e JOIN cohorts c USING (user_id)
)
SELECT cohort, week, count(*) AS users,
    round(count(*)::numeric / first_value(count(*)) OVER (PARTITION BY cohort ORDER BY week), 3)
FROM weeks WHERE week BETWEEN 0 AND 12 GROUP BY cohort, week ORDER BY cohort, week

SELECT user_id, event, timestamp,
    lag(timestamp) OVER w AS before, timestamp - lag(timestamp) OVER w AS pause,
    row_number() OVER (PARTITION BY user_id ORDER BY timestamp DESC) AS place
FROM events WINDOW w AS (PARTITION BY user_id ORDER BY timestamp) LIMIT 1000

SELECT coalesce(context #>> '{campaign,source}', 'direct') AS source, count(*) AS visits,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY (properties ->> 'duration')::float) AS median
FROM events WHERE type = 'page' AND properties @> '{"path": "/pricing"}' GROUP BY ROLLUP (1)

SELECT d.day, coalesce(count(e.id), 0) AS purchases
FROM generate_series(date '2024-01-01', date '2024-03-31', interval '1 day') AS d(day)
LEFT JOIN events e ON e.event = 'purchase' AND e.timestamp >= d.day
    AND e.timestamp < d.day + interval '1 day'
GROUP BY d.day ORDER BY d.day

SELECT u.user_id FROM (SELECT DISTINCT user_id FROM events WHERE event = 'signup') AS u
WHERE NOT EXISTS (
    SELECT 1 FROM events e WHERE e.user_id = u.user_id AND e.event IN ('purchase', 'renewal')
)
UNION
SELECT user_id FROM events WHERE event = 'cancel' AND timestamp > now() - interval '1 day'
