CREATE TABLE user_suggestion_preferences (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    preferred_query_types jsonb NOT NULL DEFAULT '[]',
    excluded_metrics jsonb NOT NULL DEFAULT '[]',
    preferred_metrics jsonb NOT NULL DEFAULT '[]',
    preferred_dimensions jsonb NOT NULL DEFAULT '[]',
    show_advanced_queries boolean NOT NULL DEFAULT false,
    max_suggestions integer NOT NULL DEFAULT 6 CHECK (max_suggestions BETWEEN 1 AND 12),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

-- What suggestions need to know of a person: the job role last seen, and a version
-- that moves whenever cached suggestions made before must not be served any more.
CREATE TABLE people (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    job_role varchar(100) NOT NULL DEFAULT '',
    version bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, user_id)
) WITH (fillfactor = 70);

-- A cache, so not WAL-logged: counting a hit then costs no wait for the disk, and
-- after a crash of the database it is empty, which only costs time.
CREATE UNLOGGED TABLE suggestion_cache (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    context_hash varchar(64) NOT NULL,
    suggestions jsonb NOT NULL,
    user_patterns jsonb NOT NULL,
    role_patterns jsonb NOT NULL,
    source varchar(50) NOT NULL,
    -- Valid only with this version of the person and generation of the patterns.
    version bigint NOT NULL,
    generation bigint NOT NULL,
    generated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    hit_count integer NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, user_id, context_hash)
) WITH (fillfactor = 50);

CREATE INDEX idx_suggestion_cache_user_id ON suggestion_cache (organization_id, user_id);
CREATE INDEX idx_suggestion_cache_hash ON suggestion_cache (organization_id, context_hash);
CREATE INDEX idx_suggestion_cache_expires ON suggestion_cache (organization_id, expires_at);
