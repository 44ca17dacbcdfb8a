-- Databases that admins register. The built-in one, "events", has no row.
CREATE TABLE connections (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL CHECK (connection_id <> 'events'),
    name varchar(200) NOT NULL,
    -- Where it is, without the password.
    dsn_shown varchar(4000) NOT NULL,
    -- The whole DSN, by the key of the vault's purpose connections/<secret_id>, which is destroyed
    -- when the DSN goes.
    secret_id uuid NOT NULL,
    secret bytea NOT NULL,
    sample_values boolean NOT NULL,
    -- Why a role that may write was accepted.
    override_reason varchar(500),
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    tested_at timestamptz,
    -- What was wrong when it was last tried.
    problem varchar(4000),
    server_version varchar(100),
    PRIMARY KEY (organization_id, connection_id)
);

CREATE INDEX idx_connections_created_at ON connections (organization_id, created_at, connection_id);

-- What a registered database held when it was last read.
CREATE TABLE catalogues (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    -- Grows whenever anything changes. A connection that is registered again goes on from what is
    -- higher than any before: copies in processes are known by it.
    version bigint NOT NULL,
    introspected_at timestamptz NOT NULL,
    search_path text[] NOT NULL,
    -- User-defined functions that queries may call: [[schema, name], …].
    functions text NOT NULL,
    relation_count integer NOT NULL,
    truncated boolean NOT NULL,
    PRIMARY KEY (organization_id, connection_id),
    FOREIGN KEY (organization_id, connection_id)
        REFERENCES connections (organization_id, connection_id) ON DELETE CASCADE
);

CREATE TABLE catalogue_relations (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    schema_name text NOT NULL,
    relation_name text NOT NULL,
    -- JSON of services.analytics.catalogue.domain.Relation.
    definition text NOT NULL,
    PRIMARY KEY (organization_id, connection_id, schema_name, relation_name),
    FOREIGN KEY (organization_id, connection_id)
        REFERENCES catalogues (organization_id, connection_id) ON DELETE CASCADE
);

CREATE TABLE catalogue_changes (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    version bigint NOT NULL,
    introspected_at timestamptz NOT NULL,
    -- JSON: a list of services.analytics.catalogue.differences.Change.
    changes text NOT NULL,
    truncated boolean NOT NULL,
    PRIMARY KEY (organization_id, connection_id, version),
    FOREIGN KEY (organization_id, connection_id)
        REFERENCES catalogues (organization_id, connection_id) ON DELETE CASCADE
);
