-- name: list_due
-- system: one sender serves the endpoints of all organizations
-- Skips from endpoint to endpoint in the index of what is pending, so that a million that wait for
-- one endpoint cost as much as one.
WITH RECURSIVE waiting AS (
    (
        SELECT organization_id, endpoint_id, next_attempt_at
        FROM webhook_deliveries
        WHERE status = 'pending'
        ORDER BY organization_id, endpoint_id, next_attempt_at
        LIMIT 1
    )
    UNION ALL
    SELECT following.organization_id, following.endpoint_id, following.next_attempt_at
    FROM waiting w
    CROSS JOIN LATERAL (
        SELECT d.organization_id, d.endpoint_id, d.next_attempt_at
        FROM webhook_deliveries d
        WHERE d.status = 'pending'
            AND (d.organization_id, d.endpoint_id) > (w.organization_id, w.endpoint_id)
        ORDER BY d.organization_id, d.endpoint_id, d.next_attempt_at
        LIMIT 1
    ) following
)
SELECT w.organization_id, w.endpoint_id, e.failing_since IS NOT NULL AS failing
FROM waiting w
LEFT JOIN webhook_endpoints e
    ON e.organization_id = w.organization_id AND e.endpoint_id = w.endpoint_id
WHERE w.next_attempt_at <= $1
ORDER BY w.next_attempt_at;

-- name: get_target
SELECT url, disabled_reason, failing_since, secret, old_secret, old_secret_until
FROM webhook_endpoints
WHERE organization_id = $1 AND endpoint_id = $2;

-- name: claim
-- Until $4 nobody else sends them; then anybody does, unless it is recorded how it went.
UPDATE webhook_deliveries
SET next_attempt_at = $4
WHERE organization_id = $1 AND delivery_id = ANY (ARRAY(
    SELECT delivery_id
    FROM webhook_deliveries
    WHERE organization_id = $1 AND endpoint_id = $2 AND status = 'pending'
        AND next_attempt_at <= $3
    ORDER BY next_attempt_at
    LIMIT $5
    FOR UPDATE SKIP LOCKED))
RETURNING delivery_id, event_id, event_type, payload, failures, next_attempt_at AS lease;

-- name: record_arrival
-- Counts whoever tells it: it did arrive.
UPDATE webhook_deliveries
SET status = 'delivered', next_attempt_at = NULL, attempts = attempts + 1, last_attempt_at = $3,
    response_status = $4, response_body = $5, error = NULL, duration_ms = $6
WHERE organization_id = $1 AND delivery_id = $2;

-- name: record_failure
-- Of the holder of the lease alone: another one may be sending by now.
UPDATE webhook_deliveries
SET status = CASE WHEN $4::timestamptz IS NULL THEN 'failed' ELSE 'pending' END,
    next_attempt_at = $4, attempts = attempts + 1, failures = failures + 1,
    last_attempt_at = $5, response_status = $6, response_body = $7, error = $8, duration_ms = $9
WHERE organization_id = $1 AND delivery_id = $2 AND next_attempt_at = $3 AND status = 'pending';

-- name: note_arrival
-- Writes only where there is something to forget.
UPDATE webhook_endpoints
SET failing_since = NULL
WHERE organization_id = $1 AND endpoint_id = $2 AND failing_since IS NOT NULL;

-- name: note_failure
UPDATE webhook_endpoints
SET failing_since = $3
WHERE organization_id = $1 AND endpoint_id = $2 AND failing_since IS NULL;

-- name: disable
-- Unless something arrived meanwhile, or it has another address by now.
UPDATE webhook_endpoints
SET disabled_reason = $3, updated_at = $4
WHERE organization_id = $1 AND endpoint_id = $2 AND disabled_reason IS NULL AND url = $6
    AND ($3 <> 'failing' OR failing_since <= $5)
RETURNING endpoint_id;

-- name: is_disabled
SELECT disabled_reason IS NOT NULL
FROM webhook_endpoints
WHERE organization_id = $1 AND endpoint_id = $2;

-- name: give_up
-- What is on its way to an endpoint that nothing is sent to.
UPDATE webhook_deliveries
SET status = 'failed', next_attempt_at = NULL, error = $4
WHERE organization_id = $1 AND delivery_id = ANY (ARRAY(
    SELECT delivery_id
    FROM webhook_deliveries
    WHERE organization_id = $1 AND endpoint_id = $2 AND status = 'pending'
        AND next_attempt_at <= $3
    ORDER BY next_attempt_at
    LIMIT 1000
    FOR UPDATE SKIP LOCKED))
RETURNING delivery_id;
