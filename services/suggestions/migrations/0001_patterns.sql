-- Learned templates with their counts, per person, job role and organization. A
-- rebuild fills the next generation beside the live one and swaps.
CREATE TABLE query_patterns (
    organization_id varchar(100) NOT NULL,
    generation bigint NOT NULL,
    -- From what identifies the pattern, so that it is the same after a rebuild.
    id bigint NOT NULL,
    pattern_type varchar(50) NOT NULL
        CHECK (pattern_type IN ('user_specific', 'role_based', 'global')),
    target_id varchar(100) NOT NULL,
    -- Hash of the template's case-folded text: templates may be longer than an index row.
    template_key bytea NOT NULL,
    query_template text NOT NULL,
    frequency bigint NOT NULL,
    successes bigint NOT NULL,
    timed bigint NOT NULL,
    response_micros bigint NOT NULL,
    success_rate double precision GENERATED ALWAYS AS (successes / frequency::float8) STORED,
    -- Seconds, over the queries that told a time.
    avg_response_time double precision
        GENERATED ALWAYS AS (response_micros / nullif(timed, 0)::float8 / 1000000) STORED,
    last_used timestamptz NOT NULL,
    -- Counts of metrics, dimensions, query types and connections.
    metadata jsonb NOT NULL,
    -- Counts of the template's spellings, and of each slot's values by position.
    spellings jsonb NOT NULL,
    slot_values jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, generation, pattern_type, target_id, template_key)
) WITH (fillfactor = 80);

CREATE INDEX idx_query_patterns_type
    ON query_patterns (organization_id, pattern_type, generation, (-frequency), id);
CREATE INDEX idx_query_patterns_target
    ON query_patterns (organization_id, target_id, pattern_type, generation, frequency DESC,
        template_key);
CREATE INDEX idx_query_patterns_frequency ON query_patterns (organization_id, frequency DESC);
CREATE INDEX idx_query_patterns_success ON query_patterns (organization_id, success_rate DESC);

-- Which generation of an organization's patterns is in use; 0 where there is no row.
CREATE TABLE pattern_generations (
    organization_id varchar(100) PRIMARY KEY,
    live bigint NOT NULL,
    newest bigint NOT NULL
);

CREATE TABLE pattern_rebuilds (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    ended_at timestamptz,
    error text,
    user_count bigint,
    pattern_count bigint,
    activity_count bigint,
    PRIMARY KEY (organization_id, id)
);

-- One rebuild of an organization at a time; a second request joins it.
CREATE UNIQUE INDEX pattern_rebuilds_running
    ON pattern_rebuilds (organization_id) WHERE ended_at IS NULL;
