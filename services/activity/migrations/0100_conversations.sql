-- What people and assistants said to each other. The counters, `tools_used` and the
-- status are kept in the transaction that appends events; NULL as completion_status
-- means that it goes on.
CREATE TABLE conversations (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    -- The id that its maker brought.
    external_id varchar(200),
    user_id varchar(100) NOT NULL,
    started_at timestamptz NOT NULL,
    last_message_at timestamptz,
    message_count integer NOT NULL DEFAULT 0,
    event_count integer NOT NULL DEFAULT 0,
    credits_used bigint NOT NULL DEFAULT 0,
    first_intent text,
    tools_used jsonb NOT NULL DEFAULT '{}',
    completion_status text
        CHECK (completion_status IN ('completed', 'abandoned', 'blocked_by_credits')),
    finished_at timestamptz,
    -- When anything happened last: what is idle too long is abandoned.
    active_at timestamptz NOT NULL,
    user_satisfaction_signal integer CHECK (user_satisfaction_signal BETWEEN 0 AND 10),
    extracted_use_case text,
    blocker_reason text,
    insights_source text,
    insights_version integer,
    metadata jsonb,
    -- What the rules of insights need to know of its events (insights.Tally).
    tally jsonb NOT NULL DEFAULT '{}',
    -- The least and the greatest id of its events: they may be older than the
    -- conversation, and reading between the two looks into their months alone.
    first_event_id uuid,
    last_event_id uuid,
    PRIMARY KEY (organization_id, id)
);

CREATE UNIQUE INDEX conversations_external_id ON conversations (organization_id, external_id);
CREATE INDEX conversations_started_at ON conversations (organization_id, started_at DESC, id DESC);
CREATE INDEX conversations_user_id
    ON conversations (organization_id, user_id, started_at DESC, id DESC);
CREATE INDEX conversations_status ON conversations
    (organization_id, coalesce(completion_status, 'active'), started_at DESC, id DESC);
CREATE INDEX conversations_idle
    ON conversations (organization_id, active_at) WHERE completion_status IS NULL;

-- What happened in them. The id begins with the time of the event.
CREATE TABLE conversation_events (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    "timestamp" timestamptz NOT NULL,
    event_type text NOT NULL
        CHECK (event_type IN ('message', 'tool_call', 'error', 'completion')),
    content jsonb,
    tool_name text,
    success boolean,
    credits_consumed integer,
    client_event_id text,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations (organization_id, id)
) PARTITION BY RANGE (id);

CREATE INDEX idx_user_events ON conversation_events (organization_id, user_id, "timestamp");
CREATE INDEX idx_tool_usage ON conversation_events (organization_id, tool_name, "timestamp");
CREATE INDEX conversation_events_conversation
    ON conversation_events (organization_id, conversation_id, id);

INSERT INTO partitioned_tables (table_name, months_back, months_ahead, by_uuid7)
VALUES ('conversation_events', 25, 3, true);

-- Imports bring what is older than the oldest month: one partition holds all of it.
-- Both in one transaction, so that no month lies between the two.
DO $$
DECLARE
    oldest timestamptz;
BEGIN
    SET LOCAL timezone = 'UTC';
    oldest := date_trunc('month', now()) - interval '25 months';
    PERFORM ensure_partitions(current_date);
    EXECUTE format('CREATE TABLE conversation_events_older PARTITION OF conversation_events
        FOR VALUES FROM (MINVALUE) TO (%L)', uuid7_from(oldest));
END $$;

-- Which events of which sender are there: kept seven days, so that a repeated one is
-- known whatever time it carries the second time.
CREATE TABLE conversation_event_ids (
    organization_id varchar(100) NOT NULL,
    conversation_id uuid NOT NULL,
    client_event_id text NOT NULL,
    event_id uuid NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, conversation_id, client_event_id)
);

CREATE INDEX conversation_event_ids_added_at ON conversation_event_ids (added_at);
