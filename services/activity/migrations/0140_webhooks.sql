-- Where organizations want to be told what happens, and what is on its way there.

-- Secrets are ciphertexts of the vault, bound to the endpoint.
CREATE TABLE webhook_endpoints (
    organization_id varchar(100) NOT NULL,
    endpoint_id uuid NOT NULL,
    url text NOT NULL,
    event_types text[] NOT NULL,
    description text NOT NULL,
    disabled_reason varchar(20) CHECK (disabled_reason IN ('admin', 'gone', 'failing')),
    secret bytea NOT NULL,
    old_secret bytea,
    old_secret_until timestamptz,
    -- The first failure since something arrived.
    failing_since timestamptz,
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, endpoint_id)
);

CREATE INDEX webhook_endpoints_created_at
ON webhook_endpoints (organization_id, created_at, endpoint_id);

-- One event for one endpoint. Who sends it puts off the next attempt (the lease) and
-- sends outside of any transaction; who dies meanwhile leaves it to that attempt.
CREATE TABLE webhook_deliveries (
    organization_id varchar(100) NOT NULL,
    delivery_id uuid NOT NULL DEFAULT uuidv7(),
    endpoint_id uuid NOT NULL,
    -- The header webhook-id.
    event_id varchar(100) NOT NULL,
    event_type varchar(100) NOT NULL,
    payload text NOT NULL,
    status varchar(10) NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    -- Failures since it was made or replayed: how far the schedule is.
    failures integer NOT NULL DEFAULT 0,
    -- While it is sent: when the lease of who sends it runs out.
    next_attempt_at timestamptz,
    created_at timestamptz NOT NULL,
    last_attempt_at timestamptz,
    response_status integer,
    response_body text,
    error text,
    duration_ms integer,
    PRIMARY KEY (organization_id, delivery_id),
    UNIQUE (organization_id, endpoint_id, event_id),
    CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
);

-- The log that people read, and the failed ones of it, which are few.
CREATE INDEX webhook_deliveries_created_at
ON webhook_deliveries (organization_id, endpoint_id, created_at, delivery_id);
CREATE INDEX webhook_deliveries_failed
ON webhook_deliveries (organization_id, endpoint_id, created_at, delivery_id)
WHERE status = 'failed';
-- What is to be sent: for each endpoint the next comes first.
CREATE INDEX webhook_deliveries_pending
ON webhook_deliveries (organization_id, endpoint_id, next_attempt_at)
WHERE status = 'pending';
-- What is old: rows come in the order of time, so that a small index serves.
CREATE INDEX webhook_deliveries_old ON webhook_deliveries USING brin (created_at);
