-- What an organization measures in a connection, and by what. Names are what other definitions and
-- metric queries refer to, and never change; ids are what history and comments hang on.
CREATE TABLE business_metrics (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    name varchar(63) NOT NULL,
    id uuid NOT NULL,
    display_name varchar(200) NOT NULL DEFAULT '',
    description varchar(5000) NOT NULL DEFAULT '',
    synonyms text[] NOT NULL DEFAULT '{}',
    type varchar(20) NOT NULL CHECK (type IN ('simple', 'ratio', 'derived', 'sql')),
    -- What the compiler takes: services/analytics/semantics/domain.py.
    definition jsonb NOT NULL,
    -- The metrics that the definition names.
    needs text[] NOT NULL DEFAULT '{}',
    -- The dimensions that may group it; all where it is empty.
    dimensions text[] NOT NULL DEFAULT '{}',
    grain varchar(20),
    unit varchar(50) NOT NULL DEFAULT '',
    owner varchar(100) NOT NULL DEFAULT '',
    category varchar(100) NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',
    version integer NOT NULL DEFAULT 1,
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, connection_id, name)
);

CREATE UNIQUE INDEX idx_business_metrics_id ON business_metrics (organization_id, id);
CREATE INDEX idx_business_metrics_created ON business_metrics (organization_id, created_at, id);

CREATE TABLE dimensions (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    name varchar(63) NOT NULL,
    id uuid NOT NULL,
    display_name varchar(200) NOT NULL DEFAULT '',
    description varchar(5000) NOT NULL DEFAULT '',
    synonyms text[] NOT NULL DEFAULT '{}',
    -- Where its values are: relation, column, path and cast.
    definition jsonb NOT NULL,
    -- Known values, by which questions are understood.
    known_values text[] NOT NULL DEFAULT '{}',
    version integer NOT NULL DEFAULT 1,
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, connection_id, name)
);

CREATE UNIQUE INDEX idx_dimensions_id ON dimensions (organization_id, id);

-- What is counted and ranked: users, orders, products.
CREATE TABLE entities (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    name varchar(63) NOT NULL,
    id uuid NOT NULL,
    display_name varchar(200) NOT NULL DEFAULT '',
    description varchar(5000) NOT NULL DEFAULT '',
    synonyms text[] NOT NULL DEFAULT '{}',
    -- The relation, and the column that tells one from another.
    definition jsonb NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, connection_id, name)
);

CREATE UNIQUE INDEX idx_entities_id ON entities (organization_id, id);
