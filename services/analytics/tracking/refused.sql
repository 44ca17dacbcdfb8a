-- name: keep_refused
INSERT INTO refused_events
    (organization_id, id, received_at, source, form, imported, sent_at, reason, errors, body,
        message_id)
SELECT $1, id, $2, $3, $4, $5, $6, reason, errors::jsonb, body, message_id
FROM unnest($7::uuid[], $8::text[], $9::text[], $10::bytea[], $11::text[])
    AS r (id, reason, errors, body, message_id);

-- name: list_waiting
SELECT id, received_at, source, form, imported, sent_at, reason, errors, body, replayed_at, event_id,
    message_id
FROM refused_events
WHERE organization_id = $1 AND id < $2 AND replayed_at IS NULL
ORDER BY id DESC
LIMIT $3;

-- name: list_waiting_for_reason
SELECT id, received_at, source, form, imported, sent_at, reason, errors, body, replayed_at, event_id,
    message_id
FROM refused_events
WHERE organization_id = $1 AND id < $2 AND replayed_at IS NULL AND reason = $4
ORDER BY id DESC
LIMIT $3;

-- name: list_replayed
SELECT id, received_at, source, form, imported, sent_at, reason, errors, body, replayed_at, event_id,
    message_id
FROM refused_events
WHERE organization_id = $1 AND id < $2 AND replayed_at IS NOT NULL
ORDER BY id DESC
LIMIT $3;

-- name: list_replayed_for_reason
SELECT id, received_at, source, form, imported, sent_at, reason, errors, body, replayed_at, event_id,
    message_id
FROM refused_events
WHERE organization_id = $1 AND id < $2 AND replayed_at IS NOT NULL AND reason = $4
ORDER BY id DESC
LIMIT $3;

-- name: claim_by_ids
SELECT id, received_at, source, form, imported, sent_at, reason, errors, body, replayed_at, event_id,
    message_id
FROM refused_events
WHERE organization_id = $1 AND id = ANY ($4::uuid[]) AND id > $2 AND replayed_at IS NULL
ORDER BY id
LIMIT $3
FOR UPDATE;

-- name: claim_by_reason
SELECT id, received_at, source, form, imported, sent_at, reason, errors, body, replayed_at, event_id,
    message_id
FROM refused_events
WHERE organization_id = $1 AND reason = $4 AND id > $2 AND replayed_at IS NULL
ORDER BY id
LIMIT $3
FOR UPDATE;

-- name: claim_all
SELECT id, received_at, source, form, imported, sent_at, reason, errors, body, replayed_at, event_id,
    message_id
FROM refused_events
WHERE organization_id = $1 AND id > $2 AND replayed_at IS NULL
ORDER BY id
LIMIT $3
FOR UPDATE;

-- name: mark_replayed
UPDATE refused_events r
SET replayed_at = $2, event_id = d.event_id
FROM unnest($3::uuid[], $4::uuid[]) AS d (id, event_id)
WHERE r.organization_id = $1 AND r.id = d.id;

-- name: note_still_refused
UPDATE refused_events r
SET reason = d.reason, errors = d.errors::jsonb
FROM unnest($2::uuid[], $3::text[], $4::text[]) AS d (id, reason, errors)
WHERE r.organization_id = $1 AND r.id = d.id;

-- name: outdated
-- system: finds the organizations that have any, for the job that drops them
SELECT DISTINCT organization_id
FROM refused_events
WHERE id < $1;

-- name: crowded
-- system: finds the organizations that have too many, for the job that drops them
SELECT organization_id
FROM refused_events
GROUP BY organization_id
HAVING count(*) > $1;

-- name: oldest_kept
-- Of the newest so many the oldest.
SELECT id
FROM refused_events
WHERE organization_id = $1
ORDER BY id DESC
OFFSET $2
LIMIT 1;

-- name: forget_refused
DELETE FROM refused_events
WHERE organization_id = $1 AND id IN (
    SELECT id
    FROM refused_events
    WHERE organization_id = $1 AND id < $2
    ORDER BY id
    LIMIT $3);
