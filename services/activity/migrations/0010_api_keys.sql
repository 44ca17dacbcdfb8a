-- Keys of programs, of which only a hash is kept. user_id is whom a key acts as: a
-- member, or the key itself ("key:" and its id). Ended keys stay for a while, to
-- tell who made and who revoked them.
CREATE TABLE api_keys (
    organization_id varchar(100) NOT NULL,
    key_id varchar(16) NOT NULL,
    name text NOT NULL,
    user_id varchar(100) NOT NULL,
    role varchar(20) NOT NULL CHECK (role IN ('viewer', 'analyst', 'admin')),
    job_role varchar(100),
    scopes text[] NOT NULL,
    secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_by varchar(100),
    revoked_at timestamptz,
    PRIMARY KEY (organization_id, key_id)
);

CREATE INDEX api_keys_created_at ON api_keys (organization_id, created_at, key_id);
