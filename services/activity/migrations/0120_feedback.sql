-- What people think of answers: the votes that count, one for a person and a message.
CREATE TABLE interaction_logs (
    organization_id varchar(100) NOT NULL,
    -- The number of the fact by which it was first told.
    id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    external_id varchar(200),
    user_id varchar(100) NOT NULL,
    -- NULL where the conversation had no message.
    message_id uuid,
    -- HMACs of the SHA-256 that the client sent, by a key of the organization's, in hex.
    input_hash text,
    output_hash text,
    user_feedback_score integer NOT NULL CHECK (user_feedback_score BETWEEN 1 AND 5),
    -- Without personal data; what it was may stand beside it, encrypted.
    user_feedback_text text,
    original_text bytea,
    personal_data text[] NOT NULL,
    latency_ms double precision,
    tokens_used integer,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    metadata jsonb NOT NULL,
    revision integer NOT NULL,
    -- HMAC of all that the client sent: whether a vote is the same again.
    content_hash bytea NOT NULL,
    sentiment text CHECK (sentiment IN ('negative', 'neutral', 'positive')),
    sentiment_value double precision,
    sentiment_source text,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT interaction_logs_one_vote
        UNIQUE NULLS NOT DISTINCT (organization_id, conversation_id, user_id, message_id)
);

CREATE INDEX idx_conversation_id
    ON interaction_logs (organization_id, conversation_id, created_at, id);
CREATE INDEX idx_feedback_score
    ON interaction_logs (organization_id, user_feedback_score, created_at, id);
CREATE INDEX idx_created_at ON interaction_logs (organization_id, created_at, id);
CREATE INDEX interaction_logs_user_id
    ON interaction_logs (organization_id, user_id, created_at, id);
CREATE INDEX interaction_logs_input_hash ON interaction_logs (organization_id, input_hash);
CREATE INDEX interaction_logs_output_hash ON interaction_logs (organization_id, output_hash);
CREATE INDEX interaction_logs_unread ON interaction_logs (organization_id, id) WHERE sentiment IS NULL;

-- What votes were before they were changed or withdrawn. Figures do not know of it.
CREATE TABLE interaction_log_history (
    organization_id varchar(100) NOT NULL,
    id bigint NOT NULL,
    revision integer NOT NULL,
    conversation_id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    message_id uuid,
    user_feedback_score integer NOT NULL,
    user_feedback_text text,
    original_text bytea,
    latency_ms double precision,
    tokens_used integer,
    updated_at timestamptz NOT NULL,
    metadata jsonb NOT NULL,
    ended_at timestamptz NOT NULL,
    withdrawn boolean NOT NULL,
    PRIMARY KEY (organization_id, id, revision)
);

CREATE INDEX interaction_log_history_ended_at
    ON interaction_log_history (organization_id, ended_at);

-- When people voted, changed and withdrew lately: how often they may is counted here.
CREATE TABLE feedback_votes (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    voted_at timestamptz NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (organization_id, user_id, voted_at, id)
);

-- The votes that count, by quarter of an hour (UTC) in which they were first given. Kept in
-- the transactions that change votes, so that figures need no votes to be read.
CREATE TABLE interaction_log_counts (
    organization_id varchar(100) NOT NULL,
    bucket timestamptz NOT NULL,
    score_1 bigint NOT NULL,
    score_2 bigint NOT NULL,
    score_3 bigint NOT NULL,
    score_4 bigint NOT NULL,
    score_5 bigint NOT NULL,
    -- Exact, so that what is added and taken away again leaves nothing.
    latency_sum numeric NOT NULL,
    latency_count bigint NOT NULL,
    tokens_sum bigint NOT NULL,
    tokens_count bigint NOT NULL,
    PRIMARY KEY (organization_id, bucket)
) WITH (fillfactor = 50);
