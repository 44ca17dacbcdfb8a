-- Statements that people ran, or tried to: written before they run. The id begins with the time.
CREATE TABLE analytics_queries (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    query text NOT NULL,
    status varchar(20) NOT NULL
        CHECK (status IN ('pending', 'completed', 'failed', 'cancelled', 'refused')),
    -- "allowed", or why the firewall refused.
    verdict varchar(100) NOT NULL,
    -- The same for statements that differ in layout alone.
    tree_hash varchar(64),
    -- Columns and a few rows.
    result jsonb,
    -- Milliseconds.
    execution_time integer,
    row_count integer NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    -- In the planner's units.
    cost double precision,
    cached boolean NOT NULL DEFAULT false,
    truncated boolean NOT NULL DEFAULT false,
    -- The statement whose rows Redis keeps for a while; its own id, or that of who ran the same.
    result_id uuid,
    error text,
    sqlstate varchar(5),
    cancel_requested boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    PRIMARY KEY (organization_id, id)
) PARTITION BY RANGE (id);

CREATE INDEX analytics_queries_user ON analytics_queries (organization_id, user_id, id DESC);
CREATE INDEX analytics_queries_status ON analytics_queries (organization_id, status, id DESC);

INSERT INTO partitioned_tables VALUES ('analytics_queries', 1, 3, true);

-- One row an organization, held while a statement is counted in.
CREATE TABLE query_slots (
    organization_id varchar(100) NOT NULL PRIMARY KEY
);

-- What Redis holds of results: the rows are there, and gone with it.
CREATE TABLE analytics_cache (
    organization_id varchar(100) NOT NULL,
    -- Of the tree, the connection, the role, the time zone, the bounds and the data's version.
    key varchar(64) NOT NULL,
    tree_hash varchar(64) NOT NULL,
    connection_id varchar(100) NOT NULL,
    result_id uuid NOT NULL,
    -- When the rows were read.
    as_of timestamptz NOT NULL,
    size bigint NOT NULL,
    row_count integer NOT NULL,
    hits bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    -- Until when it answers, and until when its rows can be paged through.
    expires_at timestamptz NOT NULL,
    kept_until timestamptz NOT NULL,
    PRIMARY KEY (organization_id, key)
);

CREATE INDEX analytics_cache_kept ON analytics_cache (kept_until);
