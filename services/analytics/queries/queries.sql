-- name: leads_to
SELECT secret_id
FROM connections
WHERE organization_id = $1 AND connection_id = $2;

-- name: hold_slots
-- Until the transaction ends: who counts at the same time counts this one too.
INSERT INTO query_slots (organization_id)
VALUES ($1)
ON CONFLICT (organization_id) DO UPDATE SET organization_id = EXCLUDED.organization_id;

-- name: begin_query
-- Unless as many run as may at once; those that began before $7 have ended, however that was.
INSERT INTO analytics_queries (organization_id, id, user_id, connection_id, query, status, verdict,
    tree_hash, created_at)
SELECT $1::varchar, $2, $3::varchar, $4, $5, 'pending', 'allowed', $6, $8
WHERE (
    SELECT count(*) < $9::integer AND count(*) FILTER (WHERE user_id = $3) < $10::integer
    FROM analytics_queries
    WHERE organization_id = $1 AND status = 'pending' AND created_at > $7
)
RETURNING id;

-- name: add_query
-- One that has ended when it is written.
INSERT INTO analytics_queries (organization_id, id, user_id, connection_id, query, status, verdict,
    tree_hash, created_at, completed_at, execution_time, row_count, bytes, cost, cached, truncated,
    result_id, result, error, sqlstate)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);

-- name: end_query
UPDATE analytics_queries
SET status = $3, completed_at = $4, execution_time = $5, row_count = $6, bytes = $7, cost = $8,
    cached = $9, truncated = $10, result_id = $11, result = $12, error = $13, sqlstate = $14
WHERE organization_id = $1 AND id = $2 AND status = 'pending';

-- name: end_abandoned
-- system: of any organization, what runs longer than anything may: its process is gone.
UPDATE analytics_queries
SET status = 'failed', completed_at = $1, error = 'the process that ran it has ended'
WHERE status = 'pending' AND created_at < $2;

-- name: request_cancel
UPDATE analytics_queries
SET cancel_requested = true
WHERE organization_id = $1 AND id = $2 AND status = 'pending';

-- name: cancels_requested
-- Of those that run here.
SELECT q.organization_id, q.id
FROM analytics_queries q
JOIN unnest($1::varchar[], $2::uuid[]) AS here (organization_id, id)
    ON q.organization_id = here.organization_id AND q.id = here.id
WHERE q.organization_id = ANY ($1) AND q.cancel_requested;

-- name: get_query
SELECT id, user_id, connection_id, query, status, verdict, tree_hash, execution_time, row_count,
    bytes, cost, cached, truncated, result_id, error, sqlstate, created_at, completed_at, result
FROM analytics_queries
WHERE organization_id = $1 AND id = $2;

-- name: list_queries
-- Newest first. Ids begin with their time, so that a range of them is one of times.
SELECT id, user_id, connection_id, query, status, verdict, tree_hash, execution_time, row_count,
    bytes, cost, cached, truncated, result_id, error, sqlstate, created_at, completed_at
FROM analytics_queries
WHERE organization_id = $1 AND id < $2 AND id >= $3
    AND ($4 = '' OR connection_id = $4)
    AND ($5 = '' OR strpos(lower(query), lower($5)) > 0)
ORDER BY id DESC
LIMIT $6;

-- name: list_queries_of_user
SELECT id, user_id, connection_id, query, status, verdict, tree_hash, execution_time, row_count,
    bytes, cost, cached, truncated, result_id, error, sqlstate, created_at, completed_at
FROM analytics_queries
WHERE organization_id = $1 AND id < $2 AND id >= $3
    AND ($4 = '' OR connection_id = $4)
    AND ($5 = '' OR strpos(lower(query), lower($5)) > 0)
    AND user_id = $7
ORDER BY id DESC
LIMIT $6;

-- name: list_queries_by_status
SELECT id, user_id, connection_id, query, status, verdict, tree_hash, execution_time, row_count,
    bytes, cost, cached, truncated, result_id, error, sqlstate, created_at, completed_at
FROM analytics_queries
WHERE organization_id = $1 AND id < $2 AND id >= $3
    AND ($4 = '' OR connection_id = $4)
    AND ($5 = '' OR strpos(lower(query), lower($5)) > 0)
    AND status = $7 AND ($8 = '' OR user_id = $8)
ORDER BY id DESC
LIMIT $6;

-- name: figures
-- By $4; with none, of all together.
SELECT key, count, errors, refused, cancelled, p50_ms, p95_ms, row_count, cache_share, query
FROM (
    SELECT CASE $4 WHEN 'connection' THEN connection_id WHEN 'user' THEN user_id
            WHEN 'statement' THEN coalesce(tree_hash, '') ELSE '' END AS key,
        count(*) AS count,
        count(*) FILTER (WHERE status = 'failed') AS errors,
        count(*) FILTER (WHERE status = 'refused') AS refused,
        count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY execution_time)
            FILTER (WHERE status = 'completed' AND NOT cached) AS p50_ms,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY execution_time)
            FILTER (WHERE status = 'completed' AND NOT cached) AS p95_ms,
        sum(row_count) AS row_count,
        count(*) FILTER (WHERE cached)::double precision / count(*) AS cache_share,
        (array_agg(left(query, 1000) ORDER BY id DESC))[1] AS query
    FROM analytics_queries
    WHERE organization_id = $1 AND id >= $2 AND ($3 = '' OR user_id = $3)
    GROUP BY 1
) AS figures
ORDER BY count DESC, key
LIMIT $5;

-- name: slowest_queries
SELECT id, user_id, connection_id, query, status, verdict, tree_hash, execution_time, row_count,
    bytes, cost, cached, truncated, result_id, error, sqlstate, created_at, completed_at
FROM analytics_queries
WHERE organization_id = $1 AND id >= $2 AND ($3 = '' OR user_id = $3)
    AND execution_time IS NOT NULL
ORDER BY execution_time DESC, id
LIMIT $4;
