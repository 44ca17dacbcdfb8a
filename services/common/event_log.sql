-- name: read_events
-- Of the next $3 events those of the types $5, or all, as many as fit into $4 bytes, and always one.
-- The last of the $3 comes in any case, without its payload, to tell how far it was looked.
SELECT seq, type, payload, recorded_at, wanted
FROM (
    SELECT seq, type, payload, recorded_at, wanted, seq = max(seq) OVER () AS is_last,
        sum(octet_length(payload)) OVER (ORDER BY seq) - octet_length(payload) AS bytes_before
    FROM (
        SELECT seq, type, recorded_at, wanted,
            CASE WHEN wanted THEN payload ELSE '' END AS payload
        FROM (
            SELECT seq, type, payload, recorded_at,
                cardinality($5::text[]) = 0 OR type = ANY($5) AS wanted
            FROM event_log
            WHERE organization_id = $1 AND seq > $2
            ORDER BY seq
            LIMIT $3
        ) page
    ) asked
) sized
WHERE bytes_before < $4 AND (wanted OR is_last)
ORDER BY seq;

-- name: read_head
SELECT seq, dropped FROM event_head WHERE organization_id = $1;

-- name: tell_facts
-- The head is the last that a transaction locks, and so held for the shortest time.
WITH head AS (
    INSERT INTO event_head AS h (organization_id, seq)
    VALUES ($1, $2)
    ON CONFLICT (organization_id) DO UPDATE SET seq = h.seq + $2
    RETURNING seq
)
INSERT INTO event_log (organization_id, seq, recorded_at, type, payload)
SELECT $1, head.seq - $2 + f.place, $3, f.type, f.payload
FROM head, unnest($4::text[], $5::bytea[]) WITH ORDINALITY AS f (type, payload, place);

-- name: list_heads
SELECT organization_id, seq
FROM event_head
WHERE organization_id > $1
ORDER BY organization_id
LIMIT $2;

-- name: acknowledge
INSERT INTO event_consumers (organization_id, consumer, seq, updated_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (organization_id, consumer) DO UPDATE
SET seq = greatest(event_consumers.seq, $3), updated_at = $4;

-- name: drop_passed_events
-- system: the log's partitions hold all organizations; the function asks each consumer of each
SELECT drop_passed_events($1);

-- name: add_cursor
INSERT INTO event_cursors (organization_id, consumer)
VALUES ($1, $2)
ON CONFLICT (organization_id, consumer) DO NOTHING;

-- name: claim_cursor
SELECT seq, failed_seq, failures
FROM event_cursors
WHERE organization_id = $1 AND consumer = $2
FOR UPDATE SKIP LOCKED;

-- name: move_cursor
UPDATE event_cursors
SET seq = $3, failed_seq = $4, failures = $5
WHERE organization_id = $1 AND consumer = $2;

-- name: list_cursors
SELECT organization_id, seq FROM event_cursors WHERE consumer = $1 AND organization_id = ANY($2);

-- name: bury_event
INSERT INTO event_dead_letters (organization_id, consumer, seq, type, payload, error, died_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (organization_id, consumer, seq) DO NOTHING;
