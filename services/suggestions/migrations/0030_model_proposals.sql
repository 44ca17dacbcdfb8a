-- What models proposed and what of it stood the check, for its hour. Apart from the
-- ranked suggestions, which are dropped far more often than a model should be paid.
CREATE TABLE model_proposals (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    -- Whose templates were sent; empty where nobody's own were.
    user_id varchar(100) NOT NULL,
    context_hash varchar(64) NOT NULL,
    texts text[] NOT NULL,
    source varchar(50) NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, connection_id, user_id, context_hash)
);

CREATE INDEX model_proposals_expires_at ON model_proposals (expires_at);

-- Why a model added nothing to an answer where it should have.
ALTER TABLE suggestion_cache ADD COLUMN degraded_reason varchar(50);
