-- name: insert_activities
-- Numbers, rows and events in one statement: one round trip, one commit.
WITH head AS (
    INSERT INTO event_head AS h (organization_id, seq)
    VALUES ($1, $2)
    ON CONFLICT (organization_id) DO UPDATE SET seq = h.seq + $2
    RETURNING seq
),
new AS (
    SELECT head.seq - $2 + a.place AS id, a.user_id, a.activity_type, a.query_text,
        a.response_data, a.suggestion_clicked, a.feedback_rating, a.metadata, a.created_at, a.fact
    FROM head,
        unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::text[],
            $10::timestamptz[], $11::bytea[]) WITH ORDINALITY
        AS a (user_id, activity_type, query_text, response_data, suggestion_clicked,
            feedback_rating, metadata, created_at, fact, place)
),
stored AS (
    INSERT INTO user_activity (organization_id, id, user_id, activity_type, query_text,
        response_data, suggestion_clicked, feedback_rating, metadata, created_at)
    SELECT $1, id, user_id, activity_type, query_text,
        response_data::jsonb, suggestion_clicked, feedback_rating, metadata::jsonb, created_at
    FROM new
),
told AS (
    INSERT INTO event_log (organization_id, seq, recorded_at, type, payload)
    SELECT $1, id, $12, $13, fact FROM new
)
SELECT id FROM new ORDER BY id;

-- name: list_activities
SELECT id, user_id, activity_type, query_text, response_data, suggestion_clicked,
    feedback_rating, metadata, created_at,
    coalesce(sum(size) OVER (ORDER BY created_at DESC, id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $8 AS fits
FROM (
    SELECT id, user_id, activity_type, query_text, response_data, suggestion_clicked,
    feedback_rating, metadata, created_at,
        octet_length(row(query_text, response_data, suggestion_clicked, metadata)::text) AS size
    FROM user_activity
    WHERE organization_id = $1 AND user_id = $2
        AND created_at >= $3 AND created_at < $4
        AND (created_at, id) < ($5, $6)
    ORDER BY created_at DESC, id DESC
    LIMIT $7
) page
ORDER BY created_at DESC, id DESC;

-- name: list_activities_of_type
SELECT id, user_id, activity_type, query_text, response_data, suggestion_clicked,
    feedback_rating, metadata, created_at,
    coalesce(sum(size) OVER (ORDER BY created_at DESC, id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $8 AS fits
FROM (
    SELECT id, user_id, activity_type, query_text, response_data, suggestion_clicked,
    feedback_rating, metadata, created_at,
        octet_length(row(query_text, response_data, suggestion_clicked, metadata)::text) AS size
    FROM user_activity
    WHERE organization_id = $1 AND user_id = $2 AND activity_type = $9
        AND created_at >= $3 AND created_at < $4
        AND (created_at, id) < ($5, $6)
    ORDER BY created_at DESC, id DESC
    LIMIT $7
) page
ORDER BY created_at DESC, id DESC;

-- name: read_head
SELECT seq FROM event_head WHERE organization_id = $1;

-- name: scan_activities
SELECT id, user_id, activity_type, query_text, response_data, suggestion_clicked,
    feedback_rating, metadata, created_at,
    coalesce(sum(size) OVER (ORDER BY id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $5 AS fits
FROM (
    SELECT id, user_id, activity_type, query_text, response_data, suggestion_clicked,
    feedback_rating, metadata, created_at,
        octet_length(row(query_text, suggestion_clicked, metadata)::text) AS size
    FROM user_activity
    WHERE organization_id = $1 AND id > $2 AND id <= $3
    ORDER BY id
    LIMIT $4
) page
ORDER BY id;
