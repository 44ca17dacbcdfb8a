-- Answers of writes that carried an idempotency key, kept for a day. The key is
-- claimed (response NULL) in the transaction that does the write.
CREATE TABLE idempotency_keys (
    organization_id text NOT NULL,
    subject text NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    response bytea,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, subject, rpc, key)
);

CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
