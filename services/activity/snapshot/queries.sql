-- name: traits_after
SELECT user_id, traits, updated_at
FROM user_traits
WHERE organization_id = $1 AND user_id > $2 AND traits <> '{}'
ORDER BY user_id
LIMIT $3;

-- name: profiles_after
SELECT user_id, email, created_at, total_conversations, total_messages, total_credits_used,
    last_active_at, primary_use_case, preferred_tools, average_session_length, completion_rate,
    retention_cohort, activation_status, credit_exhaustion_count, preferences, context_summary,
    frequently_used_prompts, active_status, due_at
FROM user_profiles
WHERE organization_id = $1 AND user_id > $2
ORDER BY user_id
LIMIT $3;

-- name: conversations_after
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id
FROM conversations
WHERE organization_id = $1 AND id > $2
ORDER BY id
LIMIT $3;

-- name: events_after
-- With the person whose the conversation is. As many as fit into $4 bytes, and always one.
SELECT id, conversation_id, user_id, event_type, content, "timestamp", tool_name, success,
    credits_consumed, client_event_id,
    coalesce(sum(size) OVER (ORDER BY id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $4 AS fits
FROM (
    SELECT id, conversation_id, user_id, event_type, content, "timestamp", tool_name, success,
        credits_consumed, client_event_id, 300 + coalesce(octet_length(content::text), 0) AS size
    FROM conversation_events
    WHERE organization_id = $1 AND id > $2
    ORDER BY id
    LIMIT $3
) page
ORDER BY id;

-- name: feedback_after
SELECT id, conversation_id, external_id, user_id, message_id, input_hash, output_hash,
    user_feedback_score, user_feedback_text, personal_data, latency_ms, tokens_used, created_at,
    updated_at, metadata, revision
FROM interaction_logs
WHERE organization_id = $1 AND id > $2
ORDER BY id
LIMIT $3;
