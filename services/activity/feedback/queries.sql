-- name: find_conversation
-- By its id or, where no conversation has that id, by the one its maker brought.
SELECT id, external_id, user_id, first_event_id, last_event_id
FROM conversations
WHERE organization_id = $1
    AND id = coalesce(
        (SELECT id FROM conversations WHERE organization_id = $1 AND id = $2),
        (SELECT id FROM conversations WHERE organization_id = $1 AND external_id = $3));

-- name: find_message
-- Between the first and the newest id of the conversation's events, as the next one.
SELECT id
FROM conversation_events
WHERE organization_id = $1 AND conversation_id = $2 AND id >= $3 AND id <= $4
    AND (id = $5 OR client_event_id = $6)
ORDER BY id = $5 DESC NULLS LAST, id
LIMIT 1;

-- name: last_message
-- The last one of the assistant among the last few, else the last one.
SELECT id
FROM (
    SELECT id, content
    FROM conversation_events
    WHERE organization_id = $1 AND conversation_id = $2 AND id >= $3 AND id <= $4
        AND event_type = 'message'
    ORDER BY id DESC
    LIMIT 50
) recent
ORDER BY coalesce(content ->> 'role', '') = 'assistant' DESC, id DESC
LIMIT 1;

-- name: lock_conversation
-- Votes in a conversation come one after the other, so that a double click is one vote.
SELECT message_count
FROM conversations
WHERE organization_id = $1 AND id = $2
FOR NO KEY UPDATE;

-- name: vote_before
-- When the $4-th vote before now was given, counted from 0 and within the time after $3.
SELECT voted_at
FROM feedback_votes
WHERE organization_id = $1 AND user_id = $2 AND voted_at > $3
ORDER BY voted_at DESC, id DESC
OFFSET $4
LIMIT 1;

-- name: get_vote
-- Locked, for retention may be about to drop it.
SELECT id, revision, user_feedback_score, content_hash, message_id, created_at
FROM interaction_logs
WHERE organization_id = $1 AND conversation_id = $2 AND user_id = $3
    AND message_id IS NOT DISTINCT FROM $4
FOR UPDATE;

-- name: newest_vote
SELECT id, revision, user_feedback_score, content_hash, message_id, created_at
FROM interaction_logs
WHERE organization_id = $1 AND conversation_id = $2 AND user_id = $3
ORDER BY updated_at DESC, id DESC
LIMIT 1
FOR UPDATE;

-- name: next_number
INSERT INTO event_head AS h (organization_id, seq)
VALUES ($1, 1)
ON CONFLICT (organization_id) DO UPDATE SET seq = h.seq + 1
RETURNING seq;

-- name: store_vote
-- The vote, what it was before, the counts and the fact, in one round trip. What depends on the
-- vote reads it, so that rows are locked in the order of votes, then counts.
WITH before AS (
    SELECT id, revision, conversation_id, user_id, message_id, user_feedback_score,
        user_feedback_text, original_text, latency_ms, tokens_used, updated_at, metadata
    FROM interaction_logs
    WHERE organization_id = $1 AND id = $2
),
kept AS (
    INSERT INTO interaction_log_history (organization_id, id, revision, conversation_id, user_id,
        message_id, user_feedback_score, user_feedback_text, original_text, latency_ms,
        tokens_used, updated_at, metadata, ended_at, withdrawn)
    SELECT $1, id, revision, conversation_id, user_id, message_id, user_feedback_score,
        user_feedback_text, original_text, latency_ms, tokens_used, updated_at, metadata,
        $17, false
    FROM before
),
vote AS (
    INSERT INTO interaction_logs (organization_id, id, conversation_id, external_id, user_id,
        message_id, input_hash, output_hash, user_feedback_score, user_feedback_text,
        original_text, personal_data, latency_ms, tokens_used, metadata, revision, created_at,
        updated_at, content_hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18)
    ON CONFLICT (organization_id, id) DO UPDATE
    SET input_hash = excluded.input_hash, output_hash = excluded.output_hash,
        user_feedback_score = excluded.user_feedback_score,
        user_feedback_text = excluded.user_feedback_text,
        original_text = excluded.original_text, personal_data = excluded.personal_data,
        latency_ms = excluded.latency_ms, tokens_used = excluded.tokens_used,
        metadata = excluded.metadata, revision = excluded.revision,
        updated_at = excluded.updated_at, content_hash = excluded.content_hash,
        sentiment = NULL, sentiment_value = NULL, sentiment_source = NULL
    RETURNING created_at, user_feedback_score, latency_ms, tokens_used
),
counted AS (
    INSERT INTO interaction_log_counts AS c (organization_id, bucket, score_1, score_2, score_3,
        score_4, score_5, latency_sum, latency_count, tokens_sum, tokens_count)
    SELECT $1, date_bin(interval '15 minutes', v.created_at, timestamptz '2000-01-01 00:00:00+00'),
        (v.user_feedback_score = 1)::int - coalesce(b.user_feedback_score = 1, false)::int,
        (v.user_feedback_score = 2)::int - coalesce(b.user_feedback_score = 2, false)::int,
        (v.user_feedback_score = 3)::int - coalesce(b.user_feedback_score = 3, false)::int,
        (v.user_feedback_score = 4)::int - coalesce(b.user_feedback_score = 4, false)::int,
        (v.user_feedback_score = 5)::int - coalesce(b.user_feedback_score = 5, false)::int,
        coalesce(v.latency_ms::numeric, 0) - coalesce(b.latency_ms::numeric, 0),
        num_nonnulls(v.latency_ms) - num_nonnulls(b.latency_ms),
        coalesce(v.tokens_used, 0)::bigint - coalesce(b.tokens_used, 0)::bigint,
        num_nonnulls(v.tokens_used) - num_nonnulls(b.tokens_used)
    FROM vote v
    LEFT JOIN before b ON true
    ON CONFLICT (organization_id, bucket) DO UPDATE
    SET score_1 = c.score_1 + excluded.score_1, score_2 = c.score_2 + excluded.score_2,
        score_3 = c.score_3 + excluded.score_3, score_4 = c.score_4 + excluded.score_4,
        score_5 = c.score_5 + excluded.score_5,
        latency_sum = c.latency_sum + excluded.latency_sum,
        latency_count = c.latency_count + excluded.latency_count,
        tokens_sum = c.tokens_sum + excluded.tokens_sum,
        tokens_count = c.tokens_count + excluded.tokens_count
),
noted AS (
    INSERT INTO feedback_votes (organization_id, user_id, voted_at, id) VALUES ($1, $5, $17, $19)
)
INSERT INTO event_log (organization_id, seq, recorded_at, type, payload)
VALUES ($1, $19, $17, $20, $21);

-- name: withdraw_vote
WITH gone AS (
    DELETE FROM interaction_logs
    WHERE organization_id = $1 AND id = $2
    RETURNING id, revision, conversation_id, user_id, message_id, user_feedback_score,
        user_feedback_text, original_text, latency_ms, tokens_used, created_at, updated_at, metadata
),
kept AS (
    INSERT INTO interaction_log_history (organization_id, id, revision, conversation_id, user_id,
        message_id, user_feedback_score, user_feedback_text, original_text, latency_ms,
        tokens_used, updated_at, metadata, ended_at, withdrawn)
    SELECT $1, id, revision, conversation_id, user_id, message_id, user_feedback_score,
        user_feedback_text, original_text, latency_ms, tokens_used, updated_at, metadata, $3, true
    FROM gone
),
counted AS (
    UPDATE interaction_log_counts c
    SET score_1 = c.score_1 - (g.user_feedback_score = 1)::int,
        score_2 = c.score_2 - (g.user_feedback_score = 2)::int,
        score_3 = c.score_3 - (g.user_feedback_score = 3)::int,
        score_4 = c.score_4 - (g.user_feedback_score = 4)::int,
        score_5 = c.score_5 - (g.user_feedback_score = 5)::int,
        latency_sum = c.latency_sum - coalesce(g.latency_ms::numeric, 0),
        latency_count = c.latency_count - num_nonnulls(g.latency_ms),
        tokens_sum = c.tokens_sum - coalesce(g.tokens_used, 0),
        tokens_count = c.tokens_count - num_nonnulls(g.tokens_used)
    FROM gone g
    WHERE c.organization_id = $1 AND c.bucket
        = date_bin(interval '15 minutes', g.created_at, timestamptz '2000-01-01 00:00:00+00')
),
noted AS (
    INSERT INTO feedback_votes (organization_id, user_id, voted_at, id)
    SELECT $1, user_id, $3, $4 FROM gone
)
INSERT INTO event_log (organization_id, seq, recorded_at, type, payload)
VALUES ($1, $4, $3, $5, $6);

-- name: forget_older_votes
-- What is needed no more to count how often a person votes.
DELETE FROM feedback_votes WHERE organization_id = $1 AND user_id = $2 AND voted_at <= $3;

-- name: plan_for_values
-- system: tells how this transaction's statements are planned, and reads nothing
SELECT set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: list_votes
-- What is not asked for is NULL. To be planned for its values, so that the one index that finds
-- the fewest is read in its order; for any values it would be planned to sort all votes.
SELECT v.id, v.conversation_id, v.external_id, v.user_id, v.message_id, v.input_hash, v.output_hash,
    v.user_feedback_score, v.user_feedback_text,
    CASE WHEN $8 THEN v.original_text END AS original_text, v.personal_data, v.latency_ms,
    v.tokens_used, v.created_at, v.updated_at, v.metadata, v.revision, v.sentiment,
    v.sentiment_value, v.sentiment_source
FROM interaction_logs v
WHERE v.organization_id = $1
    AND v.user_feedback_score = ANY($4::int[]) AND v.created_at >= $5
    AND (v.created_at, v.id) < ($6, $7) AND ($9::text IS NULL OR v.sentiment = $9)
    AND ($2::text IS NULL OR v.user_id = $2) AND ($3::uuid IS NULL OR v.conversation_id = $3)
    AND ($11::text IS NULL OR v.input_hash = $11) AND ($12::text IS NULL OR v.output_hash = $12)
ORDER BY v.created_at DESC, v.id DESC
LIMIT $10;

-- name: stats
-- From the counts: as many rows as quarters of an hour in which somebody voted.
SELECT coalesce(sum(score_1), 0)::bigint AS score_1, coalesce(sum(score_2), 0)::bigint AS score_2,
    coalesce(sum(score_3), 0)::bigint AS score_3, coalesce(sum(score_4), 0)::bigint AS score_4,
    coalesce(sum(score_5), 0)::bigint AS score_5,
    (sum(latency_sum) / nullif(sum(latency_count), 0))::float8 AS avg_latency_ms,
    (sum(tokens_sum) / nullif(sum(tokens_count), 0))::float8 AS avg_tokens
FROM interaction_log_counts
WHERE organization_id = $1;

-- name: stats_of_user
SELECT count(*) FILTER (WHERE user_feedback_score = 1) AS score_1,
    count(*) FILTER (WHERE user_feedback_score = 2) AS score_2,
    count(*) FILTER (WHERE user_feedback_score = 3) AS score_3,
    count(*) FILTER (WHERE user_feedback_score = 4) AS score_4,
    count(*) FILTER (WHERE user_feedback_score = 5) AS score_5,
    avg(latency_ms::numeric)::float8 AS avg_latency_ms, avg(tokens_used)::float8 AS avg_tokens
FROM interaction_logs
WHERE organization_id = $1 AND user_id = $2;

-- name: stats_of_conversation
-- Of one person there where $3 names one.
SELECT count(*) FILTER (WHERE user_feedback_score = 1) AS score_1,
    count(*) FILTER (WHERE user_feedback_score = 2) AS score_2,
    count(*) FILTER (WHERE user_feedback_score = 3) AS score_3,
    count(*) FILTER (WHERE user_feedback_score = 4) AS score_4,
    count(*) FILTER (WHERE user_feedback_score = 5) AS score_5,
    avg(latency_ms::numeric)::float8 AS avg_latency_ms, avg(tokens_used)::float8 AS avg_tokens
FROM interaction_logs
WHERE organization_id = $1 AND conversation_id = $2 AND ($3::text IS NULL OR user_id = $3);

-- name: get_calendar
SELECT time_zone, week_start FROM organizations WHERE organization_id = $1;

-- name: count_by_day
-- Days of the time zone $4, by which the quarters of an hour are put together.
SELECT (bucket AT TIME ZONE $4)::date AS day, sum(score_1)::bigint AS score_1,
    sum(score_2)::bigint AS score_2, sum(score_3)::bigint AS score_3,
    sum(score_4)::bigint AS score_4, sum(score_5)::bigint AS score_5
FROM interaction_log_counts
WHERE organization_id = $1 AND bucket >= $2 AND bucket < $3
GROUP BY day
ORDER BY day;

-- name: set_sentiments
-- A vote that was changed meanwhile has another revision, and a fact of its own.
UPDATE interaction_logs v
SET sentiment = f.label, sentiment_value = f.value, sentiment_source = f.source
FROM unnest($2::bigint[], $3::int[], $4::text[], $5::float8[], $6::text[])
    AS f (id, revision, label, value, source)
WHERE v.organization_id = $1 AND v.id = f.id AND v.revision = f.revision;

-- name: list_unread
SELECT id, revision, user_feedback_score AS score, user_feedback_text AS text
FROM interaction_logs
WHERE organization_id = $1 AND sentiment IS NULL AND id > $2
ORDER BY id
LIMIT $3;

-- name: list_outdated
-- system: how long votes are kept is the same for all organizations; each is then done by itself
SELECT organization_id FROM interaction_log_counts WHERE bucket < $1
UNION
SELECT organization_id FROM interaction_log_history WHERE ended_at < $1
ORDER BY organization_id;

-- name: lock_outdated
-- Those that somebody is changing just now are left to the next run.
SELECT id
FROM interaction_logs
WHERE organization_id = $1 AND created_at < $2
ORDER BY created_at, id
LIMIT $3
FOR UPDATE SKIP LOCKED;

-- name: lock_votes_in
SELECT id
FROM interaction_logs
WHERE organization_id = $1 AND conversation_id = $2
ORDER BY id
FOR UPDATE;

-- name: drop_votes
-- With their history and their part of the counts.
WITH gone AS (
    DELETE FROM interaction_logs
    WHERE organization_id = $1 AND id = ANY($2::bigint[])
    RETURNING id, created_at, user_feedback_score, latency_ms, tokens_used
),
history AS (
    DELETE FROM interaction_log_history
    WHERE organization_id = $1 AND id = ANY($2::bigint[])
),
sums AS (
    SELECT date_bin(interval '15 minutes', created_at, timestamptz '2000-01-01 00:00:00+00')
            AS bucket,
        count(*) FILTER (WHERE user_feedback_score = 1) AS score_1,
        count(*) FILTER (WHERE user_feedback_score = 2) AS score_2,
        count(*) FILTER (WHERE user_feedback_score = 3) AS score_3,
        count(*) FILTER (WHERE user_feedback_score = 4) AS score_4,
        count(*) FILTER (WHERE user_feedback_score = 5) AS score_5,
        coalesce(sum(latency_ms::numeric), 0) AS latency_sum, count(latency_ms) AS latency_count,
        coalesce(sum(tokens_used), 0) AS tokens_sum, count(tokens_used) AS tokens_count
    FROM gone
    GROUP BY bucket
)
UPDATE interaction_log_counts c
SET score_1 = c.score_1 - s.score_1, score_2 = c.score_2 - s.score_2,
    score_3 = c.score_3 - s.score_3, score_4 = c.score_4 - s.score_4,
    score_5 = c.score_5 - s.score_5, latency_sum = c.latency_sum - s.latency_sum,
    latency_count = c.latency_count - s.latency_count,
    tokens_sum = c.tokens_sum - s.tokens_sum, tokens_count = c.tokens_count - s.tokens_count
FROM sums s
WHERE c.organization_id = $1 AND c.bucket = s.bucket;

-- name: drop_history_of
DELETE FROM interaction_log_history WHERE organization_id = $1 AND conversation_id = $2;

-- name: forget_history
WITH old AS (
    SELECT id, revision
    FROM interaction_log_history
    WHERE organization_id = $1 AND ended_at < $2
    ORDER BY ended_at
    LIMIT $3
),
gone AS (
    DELETE FROM interaction_log_history h
    USING old
    WHERE h.organization_id = $1 AND h.id = old.id AND h.revision = old.revision
    RETURNING h.id
)
SELECT count(*) FROM gone;

-- name: drop_empty_counts
DELETE FROM interaction_log_counts
WHERE organization_id = $1 AND bucket < $2
    AND score_1 + score_2 + score_3 + score_4 + score_5 = 0;

-- name: forget_passed_votes
DELETE FROM feedback_votes WHERE organization_id = $1 AND voted_at < $2;
