-- name: hold_endpoints
-- Until the transaction ends: who adds one at the same time counts it then.
SELECT endpoint_id
FROM webhook_endpoints
WHERE organization_id = $1
ORDER BY endpoint_id
FOR NO KEY UPDATE;

-- name: add_endpoint
-- Unless there are as many as there may be.
INSERT INTO webhook_endpoints (organization_id, endpoint_id, url, event_types, description,
    disabled_reason, secret, created_by, created_at, updated_at)
SELECT $1::varchar, $2, $3, $4, $5, $6, $7, $8, $9, $9
WHERE (SELECT count(*) FROM webhook_endpoints WHERE organization_id = $1) < $10
RETURNING endpoint_id, url, event_types, description, disabled_reason, old_secret_until,
    failing_since, created_by, created_at, updated_at;

-- name: get_endpoint
SELECT endpoint_id, url, event_types, description, disabled_reason, old_secret_until,
    failing_since, created_by, created_at, updated_at
FROM webhook_endpoints
WHERE organization_id = $1 AND endpoint_id = $2;

-- name: list_endpoints
SELECT endpoint_id, url, event_types, description, disabled_reason, old_secret_until,
    failing_since, created_by, created_at, updated_at
FROM webhook_endpoints
WHERE organization_id = $1 AND (created_at, endpoint_id) > ($2, $3)
ORDER BY created_at, endpoint_id
LIMIT $4;

-- name: update_endpoint
-- Where $6 is false it is enabled, and starts anew, as at another address; where it is true and a
-- reason is there, that one stays.
UPDATE webhook_endpoints
SET url = coalesce($3, url), event_types = coalesce($4, event_types),
    description = coalesce($5, description),
    disabled_reason = CASE WHEN $6::boolean IS NULL THEN disabled_reason
        WHEN $6 THEN coalesce(disabled_reason, 'admin') END,
    failing_since = CASE WHEN $6 IS FALSE OR $3 <> url THEN NULL ELSE failing_since END,
    updated_at = $7
WHERE organization_id = $1 AND endpoint_id = $2
RETURNING endpoint_id, url, event_types, description, disabled_reason, old_secret_until,
    failing_since, created_by, created_at, updated_at;

-- name: delete_endpoint
DELETE FROM webhook_endpoints WHERE organization_id = $1 AND endpoint_id = $2;

-- name: rotate_secret
-- An old one that still has time keeps it: what it is replaced by was never seen, or is seen twice.
UPDATE webhook_endpoints
SET old_secret = CASE WHEN old_secret_until > $4 THEN old_secret ELSE secret END,
    old_secret_until = CASE WHEN old_secret_until > $4 THEN old_secret_until ELSE $5 END,
    secret = $3, updated_at = $4
WHERE organization_id = $1 AND endpoint_id = $2
RETURNING endpoint_id, url, event_types, description, disabled_reason, old_secret_until,
    failing_since, created_by, created_at, updated_at;

-- name: endpoints_wanting
-- Those that are told of events of these types, each with those that it wants.
SELECT endpoint_id, event_types
FROM webhook_endpoints
WHERE organization_id = $1 AND disabled_reason IS NULL
    AND (event_types = '{}' OR event_types && $2::text[])
ORDER BY endpoint_id;

-- name: add_deliveries
-- Once for an endpoint and event, however often they are added.
INSERT INTO webhook_deliveries (organization_id, endpoint_id, event_id, event_type, payload,
    next_attempt_at, created_at)
SELECT $1, endpoint_id, event_id, event_type, payload, $6, $6
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[])
    AS new (endpoint_id, event_id, event_type, payload)
ON CONFLICT (organization_id, endpoint_id, event_id) DO NOTHING
RETURNING delivery_id, event_id, event_type, payload, status, attempts, next_attempt_at,
    created_at, last_attempt_at, response_status, response_body, error, duration_ms;

-- name: list_deliveries
SELECT delivery_id, event_id, event_type, payload, status, attempts, next_attempt_at,
    created_at, last_attempt_at, response_status, response_body, error, duration_ms
FROM webhook_deliveries
WHERE organization_id = $1 AND endpoint_id = $2 AND (created_at, delivery_id) < ($3, $4)
ORDER BY created_at DESC, delivery_id DESC
LIMIT $5;

-- name: list_delivered
-- Most of the log is, so that its order finds them.
SELECT delivery_id, event_id, event_type, payload, status, attempts, next_attempt_at,
    created_at, last_attempt_at, response_status, response_body, error, duration_ms
FROM webhook_deliveries
WHERE organization_id = $1 AND endpoint_id = $2 AND (created_at, delivery_id) < ($3, $4)
    AND status = 'delivered'
ORDER BY created_at DESC, delivery_id DESC
LIMIT $5;

-- name: list_undelivered
-- Those of one status by the index of what is not delivered, which a plan for any status uses as
-- the query says so.
SELECT delivery_id, event_id, event_type, payload, status, attempts, next_attempt_at,
    created_at, last_attempt_at, response_status, response_body, error, duration_ms
FROM webhook_deliveries
WHERE organization_id = $1 AND endpoint_id = $2 AND (created_at, delivery_id) < ($3, $4)
    AND status = $6 AND status <> 'delivered'
ORDER BY created_at DESC, delivery_id DESC
LIMIT $5;

-- name: replay_delivery
-- Whatever became of it. One that is being sent just now may be sent twice by this.
UPDATE webhook_deliveries
SET status = 'pending', next_attempt_at = $4, failures = 0, error = NULL
WHERE organization_id = $1 AND endpoint_id = $2 AND delivery_id = $3
RETURNING delivery_id, event_id, event_type, payload, status, attempts, next_attempt_at,
    created_at, last_attempt_at, response_status, response_body, error, duration_ms;

-- name: replay_failed
UPDATE webhook_deliveries
SET status = 'pending', next_attempt_at = $5, failures = 0, error = NULL
WHERE organization_id = $1 AND endpoint_id = $2 AND status = 'failed'
    AND delivery_id = ANY (ARRAY(
        SELECT delivery_id
        FROM webhook_deliveries
        WHERE organization_id = $1 AND endpoint_id = $2 AND status = 'failed'
            AND created_at >= $3 AND created_at < $4
        ORDER BY created_at, delivery_id
        LIMIT $6));

-- name: list_with_old_deliveries
-- system: how long deliveries are kept is the same for all organizations; each is then done by itself
-- Skips from endpoint to endpoint, also those that were removed, in the index of the log.
WITH RECURSIVE oldest AS (
    (
        SELECT organization_id, endpoint_id, created_at
        FROM webhook_deliveries
        ORDER BY organization_id, endpoint_id, created_at
        LIMIT 1
    )
    UNION ALL
    SELECT following.organization_id, following.endpoint_id, following.created_at
    FROM oldest o
    CROSS JOIN LATERAL (
        SELECT d.organization_id, d.endpoint_id, d.created_at
        FROM webhook_deliveries d
        WHERE (d.organization_id, d.endpoint_id) > (o.organization_id, o.endpoint_id)
        ORDER BY d.organization_id, d.endpoint_id, d.created_at
        LIMIT 1
    ) following
)
SELECT organization_id, endpoint_id FROM oldest WHERE created_at < $1;

-- name: drop_old_deliveries
DELETE FROM webhook_deliveries
WHERE organization_id = $1 AND delivery_id = ANY (ARRAY(
    SELECT delivery_id
    FROM webhook_deliveries
    WHERE organization_id = $1 AND endpoint_id = $2 AND created_at < $3
    ORDER BY created_at, delivery_id
    LIMIT $4));
