-- name: add_conversations
INSERT INTO conversations (organization_id, id, external_id, user_id, started_at)
SELECT $1, id, external_id, user_id, started_at
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
    AS c (id, external_id, user_id, started_at)
ON CONFLICT (organization_id, id) DO UPDATE
SET external_id = excluded.external_id, user_id = excluded.user_id,
    started_at = excluded.started_at;

-- name: add_unknown_conversations
INSERT INTO conversations (organization_id, id, external_id, user_id, started_at)
SELECT $1, id, external_id, user_id, started_at
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
    AS c (id, external_id, user_id, started_at)
ON CONFLICT (organization_id, id) DO NOTHING;

-- name: add_said
-- What was there already is not counted again: the conversations grow by what is new.
WITH given AS (
    SELECT id, conversation_id, user_id, at, event_type, content, tool_name, success,
        credits_consumed, intent
    FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],
            $8::text[], $9::boolean[], $10::int[], $11::text[])
        AS e (id, conversation_id, user_id, at, event_type, content, tool_name, success,
            credits_consumed, intent)
),
new AS (
    INSERT INTO conversation_events (organization_id, id, conversation_id, user_id, "timestamp",
        event_type, content, tool_name, success, credits_consumed)
    SELECT $1, id, conversation_id, user_id, at, event_type, content::jsonb, tool_name, success,
        credits_consumed
    FROM given
    ON CONFLICT (organization_id, id) DO NOTHING
    RETURNING id
),
added AS (
    SELECT id, conversation_id, at, event_type, tool_name, credits_consumed, intent
    FROM given
    JOIN new USING (id)
),
grown AS (
    SELECT conversation_id, count(*) FILTER (WHERE event_type = 'message') AS messages,
        coalesce(sum(credits_consumed), 0) AS credits,
        max(at) FILTER (WHERE event_type = 'message') AS last_message_at,
        (array_agg(id ORDER BY id) FILTER (WHERE intent IS NOT NULL))[1] AS intent_id
    FROM added
    GROUP BY conversation_id
),
called AS (
    SELECT conversation_id, tool_name, count(*) AS calls
    FROM added
    WHERE event_type = 'tool_call' AND tool_name IS NOT NULL
    GROUP BY conversation_id, tool_name
),
tools AS (
    SELECT conversation_id, jsonb_object_agg(tool_name, calls) AS tools
    FROM (
        SELECT conversation_id, tool_name, sum(calls) AS calls
        FROM (
            SELECT conversation_id, tool_name, calls FROM called
            UNION ALL
            SELECT c.id, t.key, t.value::bigint
            FROM conversations c, jsonb_each_text(c.tools_used) AS t
            WHERE c.organization_id = $1 AND c.id IN (SELECT conversation_id FROM called)
        ) every
        GROUP BY conversation_id, tool_name
    ) counted
    GROUP BY conversation_id
)
UPDATE conversations c
SET message_count = c.message_count + g.messages, credits_used = c.credits_used + g.credits,
    last_message_at = greatest(c.last_message_at, g.last_message_at),
    tools_used = coalesce(t.tools, c.tools_used),
    first_intent = CASE WHEN i.id < c.first_intent_id OR c.first_intent_id IS NULL
        THEN coalesce(i.intent, c.first_intent) ELSE c.first_intent END,
    first_intent_id = least(c.first_intent_id, i.id)
FROM grown g
LEFT JOIN tools t USING (conversation_id)
LEFT JOIN added i ON i.id = g.intent_id
WHERE c.organization_id = $1 AND c.id = g.conversation_id;

-- name: set_standings
UPDATE conversations c
SET completion_status = s.completion_status, finished_at = s.finished_at,
    user_satisfaction_signal = s.user_satisfaction_signal,
    extracted_use_case = s.extracted_use_case, blocker_reason = s.blocker_reason
FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::int[], $6::text[], $7::text[])
    AS s (id, completion_status, finished_at, user_satisfaction_signal, extracted_use_case,
        blocker_reason)
WHERE c.organization_id = $1 AND c.id = s.id;

-- name: drop_said
DELETE FROM conversation_events
WHERE organization_id = $1 AND conversation_id = ANY($2::uuid[]);

-- name: drop_answers
-- What was asked and answered in them, by whichever of its ids the person named one.
DELETE FROM chat_answers
WHERE organization_id = $1 AND conversation_id <> '' AND conversation_id IN (
    SELECT id::text FROM unnest($2::uuid[]) AS gone (id)
    UNION ALL
    SELECT external_id
    FROM conversations
    WHERE organization_id = $1 AND id = ANY($2::uuid[]) AND external_id IS NOT NULL)
RETURNING message_id;

-- name: erase_accepted
-- What was asked stands in the facts that tell of acceptance, too. Each begins with its first field,
-- the answer's id: two bytes, then 36 characters.
UPDATE event_log
SET payload = ''
WHERE organization_id = $1 AND type = $2 AND substring(payload FROM 3 FOR 36) = ANY($3::bytea[]);

-- name: drop_conversations
DELETE FROM conversations WHERE organization_id = $1 AND id = ANY($2::uuid[]);

-- name: add_activities
INSERT INTO user_activity (organization_id, id, user_id, activity_type, query_text, response_data,
    suggestion_clicked, feedback_rating, metadata, created_at)
SELECT $1, id, user_id, activity_type, query_text, response_data::jsonb, suggestion_clicked,
    feedback_rating, metadata::jsonb, created_at
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[],
        $9::text[], $10::timestamptz[])
    AS a (id, user_id, activity_type, query_text, response_data, suggestion_clicked,
        feedback_rating, metadata, created_at)
ON CONFLICT (organization_id, id, created_at) DO NOTHING;

-- name: put_votes
-- A fact that comes again after a later one tells nothing.
INSERT INTO interaction_logs AS v (organization_id, id, conversation_id, user_id, message_id,
    input_hash, output_hash, user_feedback_score, user_feedback_text, latency_ms, tokens_used,
    created_at, updated_at, metadata, revision)
SELECT $1, id, conversation_id, user_id, message_id, input_hash, output_hash, score, said,
    latency_ms, tokens_used, created_at, updated_at, metadata::jsonb, revision
FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::int[],
        $9::text[], $10::float8[], $11::int[], $12::timestamptz[], $13::timestamptz[], $14::text[],
        $15::int[])
    AS f (id, conversation_id, user_id, message_id, input_hash, output_hash, score, said,
        latency_ms, tokens_used, created_at, updated_at, metadata, revision)
ON CONFLICT (organization_id, id) DO UPDATE
SET input_hash = excluded.input_hash, output_hash = excluded.output_hash,
    user_feedback_score = excluded.user_feedback_score,
    user_feedback_text = excluded.user_feedback_text, latency_ms = excluded.latency_ms,
    tokens_used = excluded.tokens_used, updated_at = excluded.updated_at,
    metadata = excluded.metadata, revision = excluded.revision
WHERE v.revision <= excluded.revision;

-- name: drop_votes
DELETE FROM interaction_logs WHERE organization_id = $1 AND id = ANY($2::bigint[]);

-- name: put_profile
INSERT INTO user_profiles (organization_id, user_id, email, created_at, total_conversations,
    total_messages, total_credits_used, last_active_at, primary_use_case, preferred_tools,
    average_session_length, completion_rate, retention_cohort, activation_status,
    credit_exhaustion_count, preferences, context_summary, frequently_used_prompts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (organization_id, user_id) DO UPDATE
SET email = $3, created_at = $4, total_conversations = $5, total_messages = $6,
    total_credits_used = $7, last_active_at = $8, primary_use_case = $9, preferred_tools = $10,
    average_session_length = $11, completion_rate = $12, retention_cohort = $13,
    activation_status = $14, credit_exhaustion_count = $15, preferences = $16,
    context_summary = $17, frequently_used_prompts = $18;

-- name: drop_profiles
DELETE FROM user_profiles WHERE organization_id = $1 AND user_id = ANY($2::text[]);

-- name: put_traits
-- Events mark whom they are about; these are told without one.
WITH concerned AS (
    INSERT INTO segment_marks (organization_id, people) VALUES ($1, ARRAY[$2::text])
)
INSERT INTO users AS u (organization_id, user_id, traits, first_seen, last_seen)
VALUES ($1, $2, $3::jsonb, $5, $5)
ON CONFLICT (organization_id, user_id) DO UPDATE
SET traits = (u.traits - $4::text[]) || excluded.traits;

-- name: add_fact_events
INSERT INTO events (organization_id, "timestamp", id, type, event, user_id, properties, source,
    received_at)
SELECT $1, at, id, 'fact', event, user_id, properties::jsonb, $7, $8
FROM unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[])
    AS e (at, id, event, user_id, properties)
ON CONFLICT (organization_id, "timestamp", id) DO NOTHING
RETURNING id;

-- name: clear_conversations
DELETE FROM conversations WHERE organization_id = $1;

-- name: clear_conversation_events
DELETE FROM conversation_events WHERE organization_id = $1;

-- name: clear_user_activity
DELETE FROM user_activity WHERE organization_id = $1;

-- name: clear_interaction_logs
DELETE FROM interaction_logs WHERE organization_id = $1;

-- name: clear_user_profiles
DELETE FROM user_profiles WHERE organization_id = $1;

-- name: clear_fact_events
DELETE FROM events WHERE organization_id = $1 AND type = 'fact' AND source = $2;
