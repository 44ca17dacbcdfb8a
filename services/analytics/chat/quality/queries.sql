-- name: begin_answer
INSERT INTO chat_answers (organization_id, message_id, run_id, conversation_id, user_id, job_role,
    question, connection_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: answer_before
-- The newest one since $5, which is before $4, of the person in the conversation.
SELECT message_id, question, connection_id, outcome, way, model, understood
FROM chat_answers
WHERE organization_id = $1 AND conversation_id = $2 AND conversation_id <> '' AND user_id = $3
    AND message_id < $4 AND message_id >= $5
ORDER BY message_id DESC
LIMIT 1;

-- name: end_answer
UPDATE chat_answers
SET event_id = $3, rephrased_of = $4, outcome = $5, way = $6, model = $7, understood = $8, sql = $9,
    query_id = $10, follows = $11, milliseconds = $12, prompt_tokens = $13,
    completion_tokens = $14, cost_nano_usd = $15, sql_errors = $16, dropped_sentences = $17
WHERE organization_id = $1 AND message_id = $2;

-- name: take_turn
-- Whoever marks an organization's answers does so after those before have committed: of a vote and
-- the end of its answer, written side by side, the second sees the first.
SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'chat_answers', $1::text), 0))
    AS organization_id;

-- name: hold_answers
-- Who saves one waits, and the next statement sees what those before have committed.
SELECT message_id FROM chat_answers
WHERE organization_id = $1 AND event_id = ANY ($2::uuid[]) AND event_id IS NOT NULL
ORDER BY message_id
FOR UPDATE;

-- name: mark_answers
-- As the votes are that count by now. A vote is looked for among those of the person since the
-- answer, and an hour before it: clocks differ.
WITH told AS (
    SELECT a.message_id, a.score AS was_score, a.accepted_at IS NOT NULL AS was_accepted, v.score
    FROM chat_answers a
    LEFT JOIN LATERAL (
        SELECT user_feedback_score AS score
        FROM interaction_logs
        WHERE organization_id = $1 AND user_id = a.user_id
            AND created_at >= a.created_at - interval '1 hour' AND message_id = a.event_id
        ORDER BY id DESC
        LIMIT 1
    ) v ON true
    WHERE a.organization_id = $1 AND a.event_id = ANY ($2::uuid[]) AND a.event_id IS NOT NULL
)
UPDATE chat_answers a
SET score = told.score,
    accepted_at = CASE WHEN told.score >= $3 OR a.saved_at IS NOT NULL
        THEN coalesce(a.accepted_at, $4) END
FROM told
WHERE a.organization_id = $1 AND a.message_id = told.message_id
    AND a.score IS DISTINCT FROM told.score
RETURNING a.message_id, a.user_id, a.job_role, a.question, a.connection_id, a.way, a.model,
    a.outcome, a.score, told.was_score, a.accepted_at, told.was_accepted;

-- name: unmarked
-- Those that have another vote than they are marked with. Where there is none it may have been
-- forgotten for its age, which changes nothing.
SELECT a.event_id
FROM chat_answers a
CROSS JOIN LATERAL (
    SELECT user_feedback_score AS score
    FROM interaction_logs
    WHERE organization_id = $1 AND user_id = a.user_id
        AND created_at >= a.created_at - interval '1 hour' AND message_id = a.event_id
    ORDER BY id DESC
    LIMIT 1
) v
WHERE a.organization_id = $1 AND a.event_id IS NOT NULL AND a.score IS DISTINCT FROM v.score;

-- name: mark_saved
-- One's own; saving it once more changes nothing.
WITH told AS (
    SELECT message_id, accepted_at IS NOT NULL AS was_accepted
    FROM chat_answers
    WHERE organization_id = $1 AND message_id = $2 AND user_id = $3
    FOR UPDATE
)
UPDATE chat_answers a
SET saved_at = coalesce(a.saved_at, $4), accepted_at = coalesce(a.accepted_at, $4)
FROM told
WHERE a.organization_id = $1 AND a.message_id = told.message_id
RETURNING a.message_id, a.user_id, a.job_role, a.question, a.connection_id, a.way, a.model,
    a.outcome, a.score, a.score AS was_score, a.accepted_at, told.was_accepted;

-- name: get_answer
SELECT message_id, user_id, question, connection_id, outcome, way, sql, follows
FROM chat_answers
WHERE organization_id = $1 AND message_id = $2;

-- name: answers_by_day
-- By day in UTC, way and model: those asked in the window, whether they ended or not. Who rephrased one
-- did so until $8.
SELECT (a.created_at AT TIME ZONE 'UTC')::date AS day, a.way, a.model,
    count(*) AS answers,
    count(*) FILTER (WHERE a.score >= $5) AS thumbs_up,
    count(*) FILTER (WHERE a.score <= $6) AS thumbs_down,
    count(a.accepted_at) AS accepted,
    count(*) FILTER (WHERE r.rephrased_of IS NOT NULL) AS rephrased,
    count(*) FILTER (WHERE a.outcome = 'abstained') AS abstained,
    count(*) FILTER (WHERE a.outcome = 'asked_back') AS asked_back,
    count(*) FILTER (WHERE a.outcome = 'failed') AS failed,
    count(*) FILTER (WHERE a.outcome = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE a.outcome IS NULL) AS unfinished,
    sum(a.sql_errors) AS sql_errors,
    sum(a.dropped_sentences) AS dropped_sentences,
    sum(a.prompt_tokens) AS prompt_tokens,
    sum(a.completion_tokens) AS completion_tokens,
    coalesce(sum(a.cost_nano_usd), 0)::bigint AS cost_nano_usd,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY a.milliseconds) AS p50_ms,
    percentile_disc(0.95) WITHIN GROUP (ORDER BY a.milliseconds) AS p95_ms
FROM chat_answers a
LEFT JOIN (
    SELECT DISTINCT rephrased_of
    FROM chat_answers
    WHERE organization_id = $1 AND message_id >= $2 AND message_id < $8
        AND rephrased_of IS NOT NULL
) r ON r.rephrased_of = a.message_id
WHERE a.organization_id = $1 AND a.message_id >= $2 AND a.message_id < $3
    AND ($4 = '' OR a.connection_id = $4)
GROUP BY day, a.way, a.model
ORDER BY day, a.way, a.model
LIMIT $7;

-- name: disputed_questions
-- Certified questions that people voted down in the window, those with most such votes first.
SELECT connection_id, understood AS question,
    count(*) FILTER (WHERE score <= $5) AS thumbs_down,
    count(*) FILTER (WHERE score >= $6) AS thumbs_up,
    max(created_at) FILTER (WHERE score <= $5) AS last_asked_at
FROM chat_answers
WHERE organization_id = $1 AND message_id >= $2 AND message_id < $3
    AND ($4 = '' OR connection_id = $4) AND way = 'certified' AND score IS NOT NULL
GROUP BY connection_id, understood
HAVING count(*) FILTER (WHERE score <= $5) > 0
ORDER BY thumbs_down DESC, last_asked_at DESC, connection_id, question
LIMIT $7;

-- name: find_questions
SELECT k.connection_id, k.key, k.item_id
FROM unnest($2::text[], $3::text[]) AS w (connection_id, key)
JOIN knowledge_items k ON k.organization_id = $1 AND k.kind = 'question'
    AND k.connection_id = w.connection_id AND k.key = w.key AND k.deleted_at IS NULL;

-- name: drop_old_chat_answers
-- system: partitions hold all organizations
SELECT drop_old_chat_answers($1);
