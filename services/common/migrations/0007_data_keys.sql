-- Data keys, by which a service encrypts what it stores for an organization, wrapped by
-- a master key that is not in the database. A destroyed key stays as a row without it.
CREATE TABLE data_keys (
    organization_id text NOT NULL,
    purpose text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    master_key_id text NOT NULL,
    wrapped bytea,
    created_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    PRIMARY KEY (organization_id, purpose, version),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- One that encrypts, whoever makes it at the same time.
CREATE UNIQUE INDEX data_keys_live ON data_keys (organization_id, purpose)
WHERE wrapped IS NOT NULL;
