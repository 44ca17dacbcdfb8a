-- name: count_schemas
SELECT count(*) AS schemas, coalesce(sum(events), 0)::bigint AS events
FROM event_schemas
WHERE organization_id = $1;

-- name: known_schemas
SELECT event, events, first_seen, last_seen
FROM event_schemas
WHERE organization_id = $1 AND event = ANY($2::text[]);

-- name: known_properties
SELECT event, property, type, occurrences, first_seen, last_seen, examples
FROM event_properties
WHERE organization_id = $1 AND event = ANY($2::text[]);

-- name: put_schemas
INSERT INTO event_schemas AS s (organization_id, event, events, first_seen, last_seen)
SELECT $1, event, events, first_seen, last_seen
FROM unnest($2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[])
    AS n (event, events, first_seen, last_seen)
ON CONFLICT (organization_id, event) DO UPDATE
SET events = s.events + excluded.events, first_seen = least(s.first_seen, excluded.first_seen),
    last_seen = greatest(s.last_seen, excluded.last_seen);

-- name: put_properties
INSERT INTO event_properties AS p (organization_id, event, property, type, occurrences, first_seen,
    last_seen, examples)
SELECT $1, event, property, type, occurrences, first_seen, last_seen,
    ARRAY(SELECT jsonb_array_elements_text(examples::jsonb))
FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[],
        $7::timestamptz[], $8::text[])
    AS n (event, property, type, occurrences, first_seen, last_seen, examples)
ON CONFLICT (organization_id, event, property, type) DO UPDATE
SET occurrences = p.occurrences + excluded.occurrences,
    first_seen = least(p.first_seen, excluded.first_seen),
    last_seen = greatest(p.last_seen, excluded.last_seen), examples = excluded.examples;

-- name: put_days
INSERT INTO event_property_days AS d (organization_id, event, property, day, occurrences)
SELECT $1, event, property, day, occurrences
FROM unnest($2::text[], $3::text[], $4::date[], $5::bigint[])
    AS n (event, property, day, occurrences)
ON CONFLICT (organization_id, event, property, day) DO UPDATE
SET occurrences = d.occurrences + excluded.occurrences;

-- name: forget_schemas
-- Counts alone: what is known stays known, so that its coming again is no drift.
UPDATE event_schemas SET events = 0 WHERE organization_id = $1 AND event LIKE $2;

-- name: forget_properties
UPDATE event_properties SET occurrences = 0 WHERE organization_id = $1 AND event LIKE $2;

-- name: forget_days
DELETE FROM event_property_days WHERE organization_id = $1 AND event LIKE $2;

-- name: add_drifts
INSERT INTO schema_drifts (organization_id, kind, event, property, type, happened_at, detected_at,
    observed, expected)
SELECT $1, kind, event, property, type, happened_at, $2, observed, expected
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[],
        $9::float8[])
    AS n (kind, event, property, type, happened_at, observed, expected)
ON CONFLICT (organization_id, kind, event, property, type, happened_at) DO NOTHING;

-- name: organizations_with_events
-- system: each is then looked at by itself
SELECT DISTINCT organization_id FROM event_schemas ORDER BY organization_id;

-- name: days_of_all
-- Of each event and property the days from $2 on, up to and with $3.
SELECT event, property, day, occurrences
FROM event_property_days
WHERE organization_id = $1 AND day BETWEEN $2 AND $3;

-- name: list_schemas
SELECT event, events, first_seen, last_seen
FROM event_schemas
WHERE organization_id = $1 AND event > $2
ORDER BY event
LIMIT $3;

-- name: newest_days
SELECT e.event, d.day, d.occurrences
FROM unnest($2::text[]) AS e (event)
CROSS JOIN LATERAL (
    SELECT day, occurrences
    FROM event_property_days
    WHERE organization_id = $1 AND event = e.event AND property = ''
    ORDER BY day DESC
    LIMIT $3
) d
ORDER BY e.event, d.day DESC;

-- name: list_drifts
SELECT id, kind, event, property, type, happened_at, detected_at, observed, expected
FROM schema_drifts
WHERE organization_id = $1 AND id < $2 AND ($3::text IS NULL OR event = $3)
    AND ($4::text IS NULL OR kind = $4)
ORDER BY id DESC
LIMIT $5;

-- name: undefined_schemas
-- Those of the product that no definition names, whatever the case, the most frequent first.
SELECT s.event, s.events, s.first_seen, s.last_seen
FROM event_schemas s
WHERE s.organization_id = $1 AND s.event NOT LIKE 'attune.%' AND NOT EXISTS (
    SELECT FROM knowledge_items i
    WHERE i.organization_id = $1 AND i.kind = 'event_definition' AND i.deleted_at IS NULL
        AND i.name = s.event)
ORDER BY s.events DESC, s.event
LIMIT $2;
