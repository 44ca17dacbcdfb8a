-- What the activity service tells of, as queries read it. All of it can be made anew from there.
-- Each table has an index that begins with organization_id and user_id, so that what is known of
-- one person is found, and can be taken away.

CREATE TABLE conversations (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    external_id varchar(200),
    user_id varchar(100) NOT NULL,
    started_at timestamptz NOT NULL,
    last_message_at timestamptz,
    message_count integer NOT NULL DEFAULT 0,
    credits_used bigint NOT NULL DEFAULT 0,
    first_intent text,
    -- The event that tells the first intent: an earlier one takes its place.
    first_intent_id uuid,
    tools_used jsonb NOT NULL DEFAULT '{}',
    completion_status text,
    finished_at timestamptz,
    user_satisfaction_signal integer,
    extracted_use_case text,
    blocker_reason text,
    PRIMARY KEY (organization_id, id)
);

CREATE INDEX idx_conversations_started_at ON conversations (organization_id, started_at);
CREATE INDEX idx_conversations_user ON conversations (organization_id, user_id, started_at);

-- The id begins with the time of the event, and so tells the month.
CREATE TABLE conversation_events (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    "timestamp" timestamptz NOT NULL,
    event_type text NOT NULL,
    content jsonb NOT NULL,
    tool_name text,
    success boolean,
    credits_consumed integer,
    PRIMARY KEY (organization_id, id)
) PARTITION BY RANGE (id);

CREATE INDEX idx_conversation_events_conversation
    ON conversation_events (organization_id, conversation_id, id);
CREATE INDEX idx_user_events ON conversation_events (organization_id, user_id, "timestamp");
CREATE INDEX idx_tool_usage ON conversation_events (organization_id, tool_name, "timestamp");

CREATE TABLE user_activity (
    organization_id varchar(100) NOT NULL,
    id bigint NOT NULL,
    user_id varchar(100) NOT NULL,
    activity_type varchar(50) NOT NULL,
    query_text text,
    -- How it went, without what was answered.
    response_data jsonb NOT NULL,
    suggestion_clicked text,
    feedback_rating integer,
    metadata jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX idx_user_activity_user_id ON user_activity (organization_id, user_id, created_at);
CREATE INDEX idx_user_activity_type ON user_activity (organization_id, activity_type, created_at);

INSERT INTO partitioned_tables (table_name, months_back, months_ahead, by_uuid7)
VALUES ('conversation_events', 25, 3, true), ('user_activity', 25, 3, false);

-- What is older than the oldest month is in one partition. Both in one transaction, so that no
-- month lies between the two.
DO $$
DECLARE
    oldest timestamptz;
BEGIN
    SET LOCAL timezone = 'UTC';
    oldest := date_trunc('month', now()) - interval '25 months';
    PERFORM ensure_partitions(current_date);
    EXECUTE format('CREATE TABLE conversation_events_older PARTITION OF conversation_events
        FOR VALUES FROM (MINVALUE) TO (%L)', uuid7_from(oldest));
    EXECUTE format('CREATE TABLE user_activity_older PARTITION OF user_activity
        FOR VALUES FROM (MINVALUE) TO (%L)', oldest);
END $$;

CREATE TABLE user_profiles (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    email text,
    created_at timestamptz NOT NULL,
    total_conversations bigint NOT NULL,
    total_messages bigint NOT NULL,
    total_credits_used bigint NOT NULL,
    last_active_at timestamptz,
    primary_use_case text,
    preferred_tools jsonb NOT NULL,
    average_session_length integer NOT NULL,
    completion_rate double precision,
    retention_cohort text NOT NULL,
    activation_status text NOT NULL,
    credit_exhaustion_count integer NOT NULL,
    preferences jsonb NOT NULL,
    context_summary text,
    frequently_used_prompts text[] NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

CREATE TABLE interaction_logs (
    organization_id varchar(100) NOT NULL,
    id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    message_id uuid,
    input_hash text,
    output_hash text,
    user_feedback_score integer NOT NULL,
    user_feedback_text text,
    latency_ms double precision,
    tokens_used integer,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    metadata jsonb NOT NULL,
    revision integer NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE INDEX idx_interaction_logs_conversation
    ON interaction_logs (organization_id, conversation_id);
CREATE INDEX idx_interaction_logs_created_at ON interaction_logs (organization_id, created_at);
CREATE INDEX idx_interaction_logs_user ON interaction_logs (organization_id, user_id, created_at);
