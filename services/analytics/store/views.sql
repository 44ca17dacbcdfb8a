-- What users' SQL sees of the event store. Run as attune_analytics_views, in the schema store, each
-- time that this file has changed; so every statement can be run again. A column is added at the
-- end; for another change, drop the view first.
--
-- Each view has organization_id, by which wall 1 narrows what it reads, and which no catalogue and
-- no SELECT * shows. A table behind a view needs put_behind_views(table) in its migration.
-- Comments are what people and models are told of relations and columns.

GRANT USAGE ON SCHEMA store TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA store GRANT SELECT ON TABLES TO PUBLIC;

CREATE OR REPLACE VIEW events WITH (security_barrier) AS
SELECT organization_id, timestamp, id, type, event, user_id, anonymous_id, properties, context,
    extra, message_id, source, received_at
FROM analytics.events;

COMMENT ON VIEW events IS
    'What happened: product events, and what Attune itself records. One row an event.';
COMMENT ON COLUMN events.timestamp IS 'When it happened.';
COMMENT ON COLUMN events.id IS 'UUIDv7 of when it arrived.';
COMMENT ON COLUMN events.type IS
    'track, page, screen, identify, group or alias; fact for what Attune records.';
COMMENT ON COLUMN events.event IS 'Its name, such as "purchase".';
COMMENT ON COLUMN events.user_id IS 'Who it was.';
COMMENT ON COLUMN events.anonymous_id IS 'Who it was before anybody knew.';
COMMENT ON COLUMN events.properties IS 'What is particular to the event, as JSON.';
COMMENT ON COLUMN events.context IS 'The circumstances: device, page, campaign, as JSON.';
COMMENT ON COLUMN events.extra IS 'What else the sender said, as JSON.';
COMMENT ON COLUMN events.message_id IS 'The sender''s own id of the event.';
COMMENT ON COLUMN events.source IS 'Which key or import it came by, or which service tells of it.';
COMMENT ON COLUMN events.received_at IS 'When it arrived.';

CREATE OR REPLACE VIEW users WITH (security_barrier) AS
SELECT organization_id, user_id, traits, first_seen, last_seen
FROM analytics.users;

COMMENT ON VIEW users IS 'The people whom events are about. One row a person.';
COMMENT ON COLUMN users.user_id IS 'Who it is, as in events.';
COMMENT ON COLUMN users.traits IS
    'What was told of the person (email, plan, goals and others), as JSON.';
COMMENT ON COLUMN users.first_seen IS 'When the person did something first.';
COMMENT ON COLUMN users.last_seen IS 'When the person did something last, to a minute.';

CREATE OR REPLACE VIEW conversations WITH (security_barrier) AS
SELECT organization_id, id, user_id, started_at, last_message_at, message_count, credits_used,
    first_intent, tools_used, completion_status, user_satisfaction_signal, extracted_use_case,
    blocker_reason, external_id, finished_at
FROM analytics.conversations;

COMMENT ON VIEW conversations IS 'What people and assistants talked about. One row a conversation.';
COMMENT ON COLUMN conversations.id IS 'UUIDv7 of when it began.';
COMMENT ON COLUMN conversations.user_id IS 'Whose it is.';
COMMENT ON COLUMN conversations.started_at IS 'When it began.';
COMMENT ON COLUMN conversations.last_message_at IS 'When something was said last.';
COMMENT ON COLUMN conversations.message_count IS 'How many messages it has.';
COMMENT ON COLUMN conversations.credits_used IS 'What its events consumed.';
COMMENT ON COLUMN conversations.first_intent IS 'What the person asked first.';
COMMENT ON COLUMN conversations.tools_used IS
    'How often each tool was called, such as {"image_gen": 5}.';
COMMENT ON COLUMN conversations.completion_status IS
    'completed, abandoned or blocked_by_credits; NULL while it goes on.';
COMMENT ON COLUMN conversations.user_satisfaction_signal IS
    'From 0 to 10: how content the person seemed.';
COMMENT ON COLUMN conversations.extracted_use_case IS
    'What it was for, such as marketing_content.';
COMMENT ON COLUMN conversations.blocker_reason IS 'What stopped the person.';
COMMENT ON COLUMN conversations.external_id IS 'The id that its maker brought.';
COMMENT ON COLUMN conversations.finished_at IS 'When it ended.';

CREATE OR REPLACE VIEW conversation_events WITH (security_barrier) AS
SELECT organization_id, id, conversation_id, user_id, timestamp, event_type, content, tool_name,
    success, credits_consumed
FROM analytics.conversation_events;

COMMENT ON VIEW conversation_events IS
    'Messages, tool calls, errors and ends of conversations. One row each.';
COMMENT ON COLUMN conversation_events.id IS 'UUIDv7 of when it happened.';
COMMENT ON COLUMN conversation_events.conversation_id IS 'conversations.id.';
COMMENT ON COLUMN conversation_events.user_id IS 'Whose conversation it is.';
COMMENT ON COLUMN conversation_events.timestamp IS 'When it happened.';
COMMENT ON COLUMN conversation_events.event_type IS 'message, tool_call, error or completion.';
COMMENT ON COLUMN conversation_events.content IS
    'role, message (at most 4,000 characters), tool and error (at most 1,000), as JSON.';
COMMENT ON COLUMN conversation_events.tool_name IS 'The tool that was called.';
COMMENT ON COLUMN conversation_events.success IS 'Whether it worked.';
COMMENT ON COLUMN conversation_events.credits_consumed IS 'What it cost.';

CREATE OR REPLACE VIEW user_activity WITH (security_barrier) AS
SELECT organization_id, id, user_id, activity_type, query_text, response_data, suggestion_clicked,
    feedback_rating, metadata, created_at
FROM analytics.user_activity;

COMMENT ON VIEW user_activity IS
    'The questions that people asked, chats, clicks on suggestions, ratings. One row each.';
COMMENT ON COLUMN user_activity.id IS 'Its number in the organization.';
COMMENT ON COLUMN user_activity.user_id IS 'Whose it is.';
COMMENT ON COLUMN user_activity.activity_type IS 'query, chat, suggestion_click or feedback.';
COMMENT ON COLUMN user_activity.query_text IS 'What was asked or said.';
COMMENT ON COLUMN user_activity.response_data IS
    'success, and metadata.execution_time_ms, as JSON; not what was answered.';
COMMENT ON COLUMN user_activity.suggestion_clicked IS 'The suggestion, as it was shown.';
COMMENT ON COLUMN user_activity.feedback_rating IS 'From 1 to 5.';
COMMENT ON COLUMN user_activity.metadata IS 'connection_id, session_id and job_role, as JSON.';
COMMENT ON COLUMN user_activity.created_at IS 'When it happened.';

CREATE OR REPLACE VIEW user_profiles WITH (security_barrier) AS
SELECT organization_id, user_id, email, created_at, total_conversations, total_messages,
    total_credits_used, last_active_at, primary_use_case, preferred_tools, average_session_length,
    completion_rate, retention_cohort, activation_status, credit_exhaustion_count, preferences,
    context_summary, frequently_used_prompts
FROM analytics.user_profiles;

COMMENT ON VIEW user_profiles IS 'How people use the product. One row a person.';
COMMENT ON COLUMN user_profiles.created_at IS 'When the person was seen first.';
COMMENT ON COLUMN user_profiles.total_credits_used IS 'What the conversations consumed.';
COMMENT ON COLUMN user_profiles.primary_use_case IS 'What most conversations were for.';
COMMENT ON COLUMN user_profiles.preferred_tools IS 'The tools called most, with how often.';
COMMENT ON COLUMN user_profiles.average_session_length IS
    'In minutes; a session ends where nothing happened for 30 minutes.';
COMMENT ON COLUMN user_profiles.completion_rate IS
    'From 0 to 1: conversations that were completed, of those that ended.';
COMMENT ON COLUMN user_profiles.retention_cohort IS 'day_1, week_1, week_2 or churned.';
COMMENT ON COLUMN user_profiles.activation_status IS
    'signed_up, first_creation, power_user or dormant.';
COMMENT ON COLUMN user_profiles.credit_exhaustion_count IS
    'Months in which the credits were all but used up.';
COMMENT ON COLUMN user_profiles.preferences IS 'Such as {"style": "cinematic"}.';
COMMENT ON COLUMN user_profiles.context_summary IS 'A few sentences about what the person does.';

CREATE OR REPLACE VIEW interaction_logs WITH (security_barrier) AS
SELECT organization_id, id, conversation_id, input_hash, output_hash, user_feedback_score,
    user_feedback_text, latency_ms, tokens_used, created_at, metadata, user_id, message_id,
    updated_at, revision
FROM analytics.interaction_logs;

COMMENT ON VIEW interaction_logs IS
    'What people think of answers: the votes that count. One row a person and message.';
COMMENT ON COLUMN interaction_logs.conversation_id IS 'conversations.id.';
COMMENT ON COLUMN interaction_logs.input_hash IS 'Keyed hash of what was asked.';
COMMENT ON COLUMN interaction_logs.output_hash IS 'Keyed hash of the answer.';
COMMENT ON COLUMN interaction_logs.user_feedback_score IS 'From 1 (poor) to 5 (excellent).';
COMMENT ON COLUMN interaction_logs.user_feedback_text IS
    'What the person says, without personal data.';
COMMENT ON COLUMN interaction_logs.latency_ms IS 'How long the answer took, in milliseconds.';
COMMENT ON COLUMN interaction_logs.tokens_used IS 'Tokens of the prompt and of the answer.';
COMMENT ON COLUMN interaction_logs.created_at IS 'When the person first voted.';
COMMENT ON COLUMN interaction_logs.message_id IS 'conversation_events.id of what was rated.';
COMMENT ON COLUMN interaction_logs.revision IS 'How often the vote was given or changed.';

-- Ids lead to ids that themselves were left later: each is followed to its end, at most so far that
-- a circle ends.
CREATE OR REPLACE VIEW merged_ids WITH (security_barrier) AS
WITH RECURSIVE merges AS (
    SELECT organization_id, kind, previous_id, user_id
    FROM analytics.user_merges
    WHERE undone_at IS NULL
),
followed AS (
    SELECT organization_id, kind, previous_id, user_id, 1 AS steps
    FROM merges
    UNION ALL
    SELECT f.organization_id, f.kind, f.previous_id, m.user_id, f.steps + 1
    FROM followed f
    JOIN merges m ON m.organization_id = f.organization_id AND m.kind = 'alias'
        AND m.previous_id = f.user_id
    WHERE f.steps < 20
)
SELECT f.organization_id, f.kind, f.previous_id, f.user_id
FROM followed f
WHERE f.steps = 20 OR NOT EXISTS (
    SELECT FROM merges m
    WHERE m.organization_id = f.organization_id AND m.kind = 'alias' AND m.previous_id = f.user_id);

COMMENT ON VIEW merged_ids IS
    'Ids that mean a person who has another one: of before anybody knew, and former ones.';
COMMENT ON COLUMN merged_ids.kind IS
    'anonymous, for what events have as anonymous_id; alias, for a former user_id.';
COMMENT ON COLUMN merged_ids.previous_id IS 'The id. Once for each kind.';
COMMENT ON COLUMN merged_ids.user_id IS 'The person, by the id of now.';

CREATE OR REPLACE VIEW event_counts WITH (security_barrier) AS
SELECT organization_id, event, bucket, events
FROM analytics.event_rollups
WHERE source = '';

COMMENT ON VIEW event_counts IS
    'How many events there were, counted beforehand. One row a name and quarter of an hour with any.';
COMMENT ON COLUMN event_counts.event IS 'events.event.';
COMMENT ON COLUMN event_counts.bucket IS 'When the quarter of an hour begins.';
COMMENT ON COLUMN event_counts.events IS 'How many of them happened in it. What just came is not counted yet.';

CREATE OR REPLACE VIEW segment_members WITH (security_barrier) AS
SELECT organization_id, segment_id, user_id, since
FROM analytics.segment_members;

COMMENT ON VIEW segment_members IS
    'Who is in which segment, as it was refreshed last. One row a segment and person.';
COMMENT ON COLUMN segment_members.segment_id IS 'The id of the segment.';
COMMENT ON COLUMN segment_members.user_id IS
    'The person, by the id of now; of somebody who has none an anonymous id.';
COMMENT ON COLUMN segment_members.since IS 'When the person was found to be in it.';

CREATE OR REPLACE VIEW uploaded_ids WITH (security_barrier) AS
SELECT organization_id, segment_id, user_id
FROM analytics.segment_uploads;

COMMENT ON VIEW uploaded_ids IS 'The ids that were uploaded for segments.';
COMMENT ON COLUMN uploaded_ids.segment_id IS 'The id of the segment.';
COMMENT ON COLUMN uploaded_ids.user_id IS 'The id, as it was uploaded.';
