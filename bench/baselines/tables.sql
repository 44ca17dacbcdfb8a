-- The documented tables with the documented indexes, organization_id put first.
CREATE TABLE user_activity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    activity_type varchar(50) NOT NULL,
    query_text text,
    response_data jsonb,
    suggestion_clicked text,
    feedback_rating integer,
    metadata jsonb,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_user_activity_user_id ON user_activity (organization_id, user_id);
CREATE INDEX idx_user_activity_type ON user_activity (organization_id, activity_type);
CREATE INDEX idx_user_activity_created_at ON user_activity (organization_id, created_at DESC);
CREATE INDEX idx_user_activity_user_type
    ON user_activity (organization_id, user_id, activity_type);

CREATE TABLE query_patterns (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id varchar(100) NOT NULL,
    pattern_type varchar(50) NOT NULL,
    target_id varchar(100) NOT NULL,
    query_template text NOT NULL,
    frequency integer NOT NULL,
    success_rate double precision NOT NULL,
    avg_response_time double precision,
    last_used timestamptz NOT NULL,
    metadata jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, pattern_type, target_id, query_template)
);

CREATE INDEX idx_query_patterns_type ON query_patterns (organization_id, pattern_type);
CREATE INDEX idx_query_patterns_target ON query_patterns (organization_id, target_id);
CREATE INDEX idx_query_patterns_frequency ON query_patterns (organization_id, frequency DESC);
CREATE INDEX idx_query_patterns_success ON query_patterns (organization_id, success_rate DESC);
