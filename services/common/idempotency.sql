-- name: claim_keys
-- Sorted, so that two transactions claim in the same order; one that meets a key
-- being claimed waits for the other's end. A key older than a day starts afresh.
INSERT INTO idempotency_keys (organization_id, subject, rpc, key, body_hash, created_at)
SELECT $1, subject, $2, key, body_hash, $6
FROM unnest($3::text[], $4::text[], $5::bytea[]) AS claim(subject, key, body_hash)
ORDER BY subject, key
ON CONFLICT (organization_id, subject, rpc, key) DO UPDATE
SET body_hash = excluded.body_hash, response = NULL, created_at = excluded.created_at
WHERE idempotency_keys.created_at < $7
RETURNING subject, key;

-- name: read_keys
SELECT k.subject, k.key, k.body_hash, k.response
FROM idempotency_keys k
JOIN unnest($3::text[], $4::text[]) AS claim(subject, key) USING (subject, key)
WHERE k.organization_id = $1 AND k.rpc = $2;

-- name: read_answer
SELECT body_hash, response
FROM idempotency_keys
WHERE organization_id = $1 AND rpc = $2 AND subject = $3 AND key = $4 AND created_at >= $5;

-- name: keep_responses
UPDATE idempotency_keys k
SET response = answer.response
FROM unnest($3::text[], $4::text[], $5::bytea[]) AS answer(subject, key, response)
WHERE k.organization_id = $1 AND k.rpc = $2
    AND k.subject = answer.subject AND k.key = answer.key;

-- name: forget_keys
-- system: expiry concerns all organizations alike
DELETE FROM idempotency_keys WHERE created_at < $1;
