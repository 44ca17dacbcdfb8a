-- name: claim_messages
INSERT INTO event_messages (organization_id, message_hash, event_id)
SELECT $1, message_hash, event_id
FROM unnest($2::bytea[], $3::uuid[]) AS m (message_hash, event_id)
ON CONFLICT (organization_id, message_hash) DO NOTHING;

-- name: read_messages
SELECT message_hash, event_id
FROM event_messages
WHERE organization_id = $1 AND message_hash = ANY ($2::bytea[]);

-- name: see_users
-- Of most people nothing changes: they are read, and neither locked nor written. Who tells leaves
-- half a minute out as well.
INSERT INTO users AS u (organization_id, user_id, first_seen, last_seen)
SELECT $1::text, s.user_id, s.first_seen, s.last_seen
FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY
    AS s (user_id, first_seen, last_seen, place)
LEFT JOIN users known ON known.organization_id = $1 AND known.user_id = s.user_id
WHERE known.user_id IS NULL
    OR s.first_seen < known.first_seen
    OR s.last_seen > known.last_seen + interval '30 seconds'
ORDER BY s.place
ON CONFLICT (organization_id, user_id) DO UPDATE
SET first_seen = least(u.first_seen, excluded.first_seen),
    last_seen = greatest(u.last_seen, excluded.last_seen)
WHERE excluded.first_seen < u.first_seen
    OR excluded.last_seen > u.last_seen + interval '30 seconds';

-- name: ensure_event_partitions
-- system: partitions hold all organizations
SELECT ensure_event_partitions($1, $2);

-- name: forget_messages
-- system: forgets what is old, whoever sent it
DELETE FROM event_messages
WHERE (organization_id, message_hash) IN (
    SELECT organization_id, message_hash
    FROM event_messages
    WHERE event_id < $1
    LIMIT $2);
