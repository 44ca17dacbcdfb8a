-- name: conversations_of_events
-- Whose conversation each event's is and on which day it began.
SELECT id, user_id, started_at
FROM conversations
WHERE organization_id = $1 AND id = ANY($2::uuid[]);

-- name: count_days
-- What the conversations of these people and days come to; the same for all days.
INSERT INTO user_days (organization_id, user_id, day, conversations, messages, credits,
    completed, ended, blocked, tools, use_cases)
SELECT $1, d.user_id, d.day, c.conversations, c.messages, c.credits, c.completed, c.ended,
    c.blocked, coalesce(t.tools, '{}'), coalesce(u.use_cases, '{}')
FROM (SELECT DISTINCT user_id, day FROM unnest($2::text[], $3::date[]) AS x (user_id, day)) d
CROSS JOIN LATERAL (
    SELECT count(*) AS conversations, coalesce(sum(message_count), 0) AS messages,
        coalesce(sum(credits_used), 0) AS credits,
        count(*) FILTER (WHERE completion_status = 'completed') AS completed,
        count(completion_status) AS ended,
        count(*) FILTER (WHERE completion_status = 'blocked_by_credits') AS blocked
    FROM conversations
    WHERE organization_id = $1 AND user_id = d.user_id
        AND started_at >= d.day::timestamp AT TIME ZONE 'UTC'
        AND started_at < (d.day + 1)::timestamp AT TIME ZONE 'UTC'
) c
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(tool, calls) AS tools
    FROM (
        SELECT tool.key AS tool, sum(tool.value::bigint) AS calls
        FROM conversations, jsonb_each_text(tools_used) AS tool
        WHERE organization_id = $1 AND user_id = d.user_id
            AND started_at >= d.day::timestamp AT TIME ZONE 'UTC'
            AND started_at < (d.day + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY tool.key
    ) each
) t
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(use_case, times) AS use_cases
    FROM (
        SELECT extracted_use_case AS use_case, count(*) AS times
        FROM conversations
        WHERE organization_id = $1 AND user_id = d.user_id AND extracted_use_case IS NOT NULL
            AND started_at >= d.day::timestamp AT TIME ZONE 'UTC'
            AND started_at < (d.day + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY extracted_use_case
    ) each
) u
ON CONFLICT (organization_id, user_id, day) DO UPDATE
SET conversations = excluded.conversations, messages = excluded.messages,
    credits = excluded.credits, completed = excluded.completed, ended = excluded.ended,
    blocked = excluded.blocked, tools = excluded.tools, use_cases = excluded.use_cases;

-- name: all_days
SELECT DISTINCT user_id, (started_at AT TIME ZONE 'UTC')::date AS day
FROM conversations
WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2));

-- name: spans_near
-- Sessions that end or begin within a silence of a person's moments.
SELECT s.user_id, s.started_at, s.ended_at
FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) AS m (user_id, first, last)
JOIN user_sessions s ON s.organization_id = $1 AND s.user_id = m.user_id
    AND s.ended_at >= m.first - $5::interval AND s.started_at <= m.last + $5::interval;

-- name: drop_spans
DELETE FROM user_sessions s
USING unnest($2::text[], $3::timestamptz[]) AS d (user_id, started_at)
WHERE s.organization_id = $1 AND s.user_id = d.user_id AND s.started_at = d.started_at;

-- name: add_spans
INSERT INTO user_sessions (organization_id, user_id, started_at, ended_at)
SELECT $1, user_id, started_at, ended_at
FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) AS s (user_id, started_at, ended_at);

-- name: all_spans
-- Every session from every moment, of the people $2 or, where that is NULL, of everybody: a new
-- one begins after a longer silence.
INSERT INTO user_sessions (organization_id, user_id, started_at, ended_at)
SELECT $1, user_id, min(moment), max(moment)
FROM (
    SELECT user_id, moment,
        count(*) FILTER (WHERE silence IS NULL OR silence > $3::interval)
            OVER (PARTITION BY user_id ORDER BY moment, silence) AS session
    FROM (
        SELECT user_id, moment,
            moment - lag(moment) OVER (PARTITION BY user_id ORDER BY moment) AS silence
        FROM (
            SELECT user_id, started_at AS moment
            FROM conversations
            WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2))
            UNION
            SELECT user_id, "timestamp"
            FROM conversation_events
            WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2))
            UNION
            SELECT user_id, created_at
            FROM user_activity
            WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2))
        ) moments
    ) silences
) numbered
GROUP BY user_id, session;

-- name: add_signals
INSERT INTO user_signals (organization_id, user_id, kind, source, seen_at, value)
SELECT $1, user_id, kind, source, seen_at, value
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])
    AS s (user_id, kind, source, seen_at, value)
ON CONFLICT (organization_id, user_id, kind, source) DO UPDATE
SET seen_at = excluded.seen_at, value = excluded.value;

-- name: add_event_signals
INSERT INTO user_signals (organization_id, user_id, kind, source, seen_at, value)
SELECT organization_id, user_id, kind, id::text, seen_at, value
FROM conversation_signals
WHERE organization_id = $1 AND id = ANY($2::uuid[])
ON CONFLICT (organization_id, user_id, kind, source) DO NOTHING
RETURNING user_id, kind;

-- name: all_signals
-- The newest of each person and kind, $3 words and $4 choices.
INSERT INTO user_signals (organization_id, user_id, kind, source, seen_at, value)
SELECT $1, user_id, kind, source, seen_at, value
FROM (
    SELECT user_id, kind, source, seen_at, value,
        row_number() OVER (PARTITION BY user_id, kind ORDER BY seen_at DESC, source DESC) AS place
    FROM (
        SELECT user_id, kind, id::text AS source, seen_at, value
        FROM conversation_signals
        WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2))
        UNION ALL
        SELECT user_id, 'prompt', 'activity:' || id, created_at, left(query_text, 300)
        FROM user_activity
        WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2))
            AND activity_type IN ('query', 'chat') AND btrim(query_text) <> ''
    ) found
) ranked
WHERE place <= CASE WHEN kind = 'prompt' THEN $3::int ELSE $4::int END;

-- name: drop_old_signals
-- Of each of these people and kinds those before the newest so many ($4), which the index tells.
WITH oldest AS MATERIALIZED (
    SELECT k.user_id, k.kind, n.seen_at, n.source
    FROM unnest($2::text[], $3::text[], $4::int[]) AS k (user_id, kind, kept)
    CROSS JOIN LATERAL (
        SELECT s.seen_at, s.source
        FROM user_signals s
        WHERE s.organization_id = $1 AND s.user_id = k.user_id AND s.kind = k.kind
        ORDER BY s.seen_at DESC, s.source DESC
        OFFSET k.kept - 1
        LIMIT 1
    ) n
)
DELETE FROM user_signals s
WHERE s.organization_id = $1 AND s.ctid = ANY(ARRAY(
    SELECT d.place
    FROM oldest o
    CROSS JOIN LATERAL (
        SELECT s.ctid AS place
        FROM user_signals s
        WHERE s.organization_id = $1 AND s.user_id = o.user_id AND s.kind = o.kind
            AND (s.seen_at, s.source) < (o.seen_at, o.source)
    ) d
));

-- name: clear_days
DELETE FROM user_days WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2));

-- name: clear_sessions
DELETE FROM user_sessions WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2));

-- name: clear_signals
DELETE FROM user_signals WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY($2));

-- name: known_users
SELECT user_id FROM user_sessions WHERE organization_id = $1
UNION
SELECT user_id FROM user_traits WHERE organization_id = $1
ORDER BY user_id;

-- name: read_days
SELECT user_id, day, conversations, messages, credits, completed, ended, blocked, tools, use_cases
FROM user_days
WHERE organization_id = $1 AND user_id = ANY($2::text[]) AND conversations > 0;

-- name: read_presence
SELECT user_id, count(*) AS sessions, sum(ended_at - started_at) AS length,
    min(started_at) AS first, max(ended_at) AS last
FROM user_sessions
WHERE organization_id = $1 AND user_id = ANY($2::text[])
GROUP BY user_id;

-- name: read_signals
-- All of a kind in one row: there are hundreds of a person, and they are read at each change.
SELECT user_id, kind, array_agg(value ORDER BY seen_at DESC, source DESC) AS newest_first
FROM user_signals
WHERE organization_id = $1 AND user_id = ANY($2::text[])
GROUP BY user_id, kind;

-- name: read_recents
SELECT u.user_id, c.first_intent AS intent, c.user_satisfaction_signal AS satisfaction
FROM unnest($2::text[]) AS u (user_id)
CROSS JOIN LATERAL (
    SELECT first_intent, user_satisfaction_signal, started_at, id
    FROM conversations
    WHERE organization_id = $1 AND user_id = u.user_id
    ORDER BY started_at DESC, id DESC
    LIMIT $3
) c
ORDER BY u.user_id, c.started_at DESC, c.id DESC;

-- name: read_ratings
-- Votes that count: a change replaces one, and what was withdrawn is gone.
SELECT u.user_id, v.user_feedback_score AS score
FROM unnest($2::text[]) AS u (user_id)
CROSS JOIN LATERAL (
    SELECT user_feedback_score, created_at, id
    FROM interaction_logs
    WHERE organization_id = $1 AND user_id = u.user_id
    ORDER BY created_at DESC, id DESC
    LIMIT $3
) v
ORDER BY u.user_id, v.created_at DESC, v.id DESC;

-- name: read_traits
SELECT user_id, traits, created_at
FROM user_traits
WHERE organization_id = $1 AND user_id = ANY($2::text[]);

-- name: put_profile
-- Whose it is, where it is not as it was.
INSERT INTO user_profiles AS p (organization_id, user_id, email, created_at, total_conversations,
    total_messages, total_credits_used, last_active_at, primary_use_case, preferred_tools,
    average_session_length, completion_rate, retention_cohort, activation_status,
    credit_exhaustion_count, preferences, context_summary, frequently_used_prompts,
    active_status, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
ON CONFLICT (organization_id, user_id) DO UPDATE
SET email = $3, created_at = $4, total_conversations = $5, total_messages = $6,
    total_credits_used = $7, last_active_at = $8, primary_use_case = $9, preferred_tools = $10,
    average_session_length = $11, completion_rate = $12, retention_cohort = $13,
    activation_status = $14, credit_exhaustion_count = $15, preferences = $16,
    context_summary = $17, frequently_used_prompts = $18, active_status = $19, due_at = $20
WHERE (p.email, p.created_at, p.total_conversations, p.total_messages, p.total_credits_used,
        p.last_active_at, p.primary_use_case, p.preferred_tools, p.average_session_length,
        p.completion_rate, p.retention_cohort, p.activation_status, p.credit_exhaustion_count,
        p.preferences, p.context_summary, p.frequently_used_prompts, p.active_status, p.due_at)
    IS DISTINCT FROM ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
        $19, $20)
RETURNING user_id;

-- name: several_profiles
SELECT user_id, email, created_at, total_conversations, total_messages, total_credits_used,
    last_active_at, primary_use_case, preferred_tools, average_session_length, completion_rate,
    retention_cohort, activation_status, credit_exhaustion_count, preferences, context_summary,
    frequently_used_prompts, active_status, due_at
FROM user_profiles
WHERE organization_id = $1 AND user_id = ANY($2::text[]);

-- name: drop_unknown_profiles
-- By what people are known: each of them compared with all in a list takes hours of many.
DELETE FROM user_profiles p
WHERE p.organization_id = $1 AND ($2::text[] IS NULL OR p.user_id = ANY($2))
    AND NOT EXISTS (
        SELECT FROM user_sessions s WHERE s.organization_id = $1 AND s.user_id = p.user_id)
    AND NOT EXISTS (
        SELECT FROM user_traits t WHERE t.organization_id = $1 AND t.user_id = p.user_id)
RETURNING user_id;

-- name: drop_unknown_contexts
DELETE FROM user_contexts c
WHERE c.organization_id = $1 AND ($2::text[] IS NULL OR c.user_id = ANY($2))
    AND NOT EXISTS (
        SELECT FROM user_sessions s WHERE s.organization_id = $1 AND s.user_id = c.user_id)
    AND NOT EXISTS (
        SELECT FROM user_traits t WHERE t.organization_id = $1 AND t.user_id = c.user_id);

-- name: put_contexts
-- A version more for those that are not as they were.
INSERT INTO user_contexts AS c (organization_id, user_id, version, content, updated_at)
SELECT $1, user_id, 1, content, $4
FROM unnest($2::text[], $3::bytea[]) AS n (user_id, content)
ON CONFLICT (organization_id, user_id) DO UPDATE
SET version = c.version + 1, content = excluded.content, updated_at = excluded.updated_at
WHERE c.content <> excluded.content
RETURNING user_id;

-- name: get_profile
SELECT user_id, email, created_at, total_conversations, total_messages, total_credits_used,
    last_active_at, primary_use_case, preferred_tools, average_session_length, completion_rate,
    retention_cohort, activation_status, credit_exhaustion_count, preferences, context_summary,
    frequently_used_prompts, active_status, due_at
FROM user_profiles
WHERE organization_id = $1 AND user_id = $2;

-- name: list_profiles
SELECT user_id, email, created_at, total_conversations, total_messages, total_credits_used,
    last_active_at, primary_use_case, preferred_tools, average_session_length, completion_rate,
    retention_cohort, activation_status, credit_exhaustion_count, preferences, context_summary,
    frequently_used_prompts, active_status, due_at
FROM user_profiles
WHERE organization_id = $1 AND (created_at, user_id) < ($2, $3)
ORDER BY created_at DESC, user_id DESC
LIMIT $4;

-- name: list_profiles_of_status
-- A query a filter, so that each has its index.
SELECT user_id, email, created_at, total_conversations, total_messages, total_credits_used,
    last_active_at, primary_use_case, preferred_tools, average_session_length, completion_rate,
    retention_cohort, activation_status, credit_exhaustion_count, preferences, context_summary,
    frequently_used_prompts, active_status, due_at
FROM user_profiles
WHERE organization_id = $1 AND (created_at, user_id) < ($2, $3)
    AND activation_status = $5 AND ($6::text IS NULL OR retention_cohort = $6)
ORDER BY created_at DESC, user_id DESC
LIMIT $4;

-- name: list_profiles_of_cohort
SELECT user_id, email, created_at, total_conversations, total_messages, total_credits_used,
    last_active_at, primary_use_case, preferred_tools, average_session_length, completion_rate,
    retention_cohort, activation_status, credit_exhaustion_count, preferences, context_summary,
    frequently_used_prompts, active_status, due_at
FROM user_profiles
WHERE organization_id = $1 AND (created_at, user_id) < ($2, $3)
    AND retention_cohort = $5
ORDER BY created_at DESC, user_id DESC
LIMIT $4;

-- name: organizations_due
-- system: asks whose profiles time has passed by, for a job that then goes by organization
SELECT DISTINCT organization_id FROM user_profiles WHERE due_at <= $1;

-- name: due_profiles
SELECT user_id, created_at, last_active_at, active_status
FROM user_profiles
WHERE organization_id = $1 AND due_at <= $2
ORDER BY user_id
LIMIT $3
FOR UPDATE SKIP LOCKED;

-- name: set_standings
UPDATE user_profiles p
SET retention_cohort = s.cohort, activation_status = s.status, due_at = s.due_at
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[])
    AS s (user_id, cohort, status, due_at)
WHERE p.organization_id = $1 AND p.user_id = s.user_id;

-- name: read_memory
-- What holds, the surest first, at most $3 of each person.
SELECT user_id, statement
FROM (
    SELECT user_id, statement, row_number() OVER (
        PARTITION BY user_id ORDER BY confidence DESC, said_at DESC, id DESC) AS place
    FROM memory_facts
    WHERE organization_id = $1 AND user_id = ANY($2) AND state = 'current'
) ranked
WHERE place <= $3
ORDER BY user_id, place;

-- name: read_summaries
SELECT user_id, summary
FROM memory_users
WHERE organization_id = $1 AND user_id = ANY($2) AND summary IS NOT NULL;
