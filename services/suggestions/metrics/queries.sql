-- name: add_requests
INSERT INTO suggestion_request_counts AS r (organization_id, bucket, source, requests, shown)
SELECT $1, c.bucket, c.source, c.requests, c.shown
FROM unnest($2::timestamptz[], $3::text[], $4::bigint[], $5::bigint[])
    AS c (bucket, source, requests, shown)
ORDER BY c.bucket, c.source
ON CONFLICT (organization_id, bucket, source) DO UPDATE
SET requests = r.requests + excluded.requests, shown = r.shown + excluded.shown;

-- name: count_requests
SELECT source, sum(requests)::bigint AS requests, sum(shown)::bigint AS shown
FROM suggestion_request_counts
WHERE organization_id = $1 AND bucket >= $2
GROUP BY source
ORDER BY requests DESC, source;

-- name: forget_requests
-- system: expiry concerns all organizations alike
DELETE FROM suggestion_request_counts WHERE bucket < $1;

-- name: count_entries
SELECT count(*) AS entries, count(*) FILTER (WHERE hit_count > 0) AS entries_hit
FROM suggestion_cache
WHERE organization_id = $1 AND generated_at >= $2;

-- name: popular_patterns
-- What is not in everybody's words is shown once several people asked it.
SELECT p.target_id AS role, p.query_template, p.frequency, p.success_rate
FROM query_patterns p
WHERE p.organization_id = $1
    AND p.generation = coalesce(
        (SELECT g.live FROM pattern_generations g WHERE g.organization_id = $1), 0)
    AND p.pattern_type = 'role_based' AND p.last_used >= $2
    AND (p.common OR jsonb_array_length(p.people) >= $4::int)
ORDER BY p.frequency_level DESC, p.frequency DESC, p.id
LIMIT $3;

-- name: popular_patterns_of_role
-- What is not in everybody's words is shown once several people asked it.
SELECT p.target_id AS role, p.query_template, p.frequency, p.success_rate
FROM query_patterns p
WHERE p.organization_id = $1
    AND p.generation = coalesce(
        (SELECT g.live FROM pattern_generations g WHERE g.organization_id = $1), 0)
    AND p.pattern_type = 'role_based' AND p.target_id = $5 AND p.last_used >= $2
    AND (p.common OR jsonb_array_length(p.people) >= $4::int)
ORDER BY p.frequency_level DESC, p.frequency DESC, p.template_key
LIMIT $3;

-- name: popular_by_hits
SELECT item ->> 'text' AS text, sum(newest.hit_count)::bigint AS count,
    count(DISTINCT newest.user_id) AS people
FROM (
    SELECT user_id, hit_count, suggestions
    FROM suggestion_cache
    WHERE organization_id = $1 AND expires_at >= $2 AND generated_at >= $2
    ORDER BY expires_at DESC
    LIMIT $5
) newest, jsonb_array_elements(newest.suggestions) AS item
WHERE newest.hit_count > 0
GROUP BY text
HAVING count(DISTINCT newest.user_id) >= $4
ORDER BY count DESC, people DESC, text
LIMIT $3;

-- name: popular_by_servings
SELECT item ->> 'text' AS text, count(*) AS count, count(DISTINCT newest.user_id) AS people
FROM (
    SELECT user_id, suggestions
    FROM servings
    WHERE organization_id = $1 AND served_at >= $2
    ORDER BY served_at DESC
    LIMIT $5
) newest, jsonb_array_elements(newest.suggestions) AS item
GROUP BY text
HAVING count(DISTINCT newest.user_id) >= $4
ORDER BY count DESC, people DESC, text
LIMIT $3;

-- name: popular_by_clicks
SELECT s.suggestions -> (newest.position - 1) ->> 'text' AS text, count(*) AS count,
    count(DISTINCT newest.user_id) AS people
FROM (
    SELECT user_id, served_at, serving_id, position
    FROM suggestion_clicks
    WHERE organization_id = $1 AND clicked_at >= $2 AND serving_id IS NOT NULL
    ORDER BY clicked_at DESC
    LIMIT $5
) newest
JOIN servings s ON s.organization_id = $1 AND s.user_id = newest.user_id
    AND s.served_at = newest.served_at AND s.id = newest.serving_id
GROUP BY text
HAVING count(DISTINCT newest.user_id) >= $4
ORDER BY count DESC, people DESC, text
LIMIT $3;

-- name: count_clicks
-- Without a place: on nothing that was shown. What still waits for its serving is neither.
SELECT position, count(*) AS clicks
FROM suggestion_clicks
WHERE organization_id = $1 AND clicked_at >= $2 AND wait_until IS NULL
GROUP BY position
ORDER BY position;

-- name: count_clicked_servings
SELECT count(DISTINCT serving_id) AS servings
FROM suggestion_clicks
WHERE organization_id = $1 AND clicked_at >= $2;

-- name: measure_cache
-- system: a figure of the whole installation, which names nobody
-- Of a cache of more than $2 bytes it reads about so many, and scales up: each worker asks each minute.
SELECT round(count(*) * max(scale))::bigint AS entries,
    round(count(*) FILTER (WHERE hit_count > 0) * max(scale))::bigint AS entries_hit
FROM (
    SELECT hit_count,
        greatest(1, pg_relation_size('suggestion_cache')::float8 / $2::bigint) AS scale
    FROM suggestion_cache
        TABLESAMPLE SYSTEM (least(100, 100.0 * $2::bigint
            / greatest(1, pg_relation_size('suggestion_cache'))))
    WHERE generated_at >= $1
) s;
