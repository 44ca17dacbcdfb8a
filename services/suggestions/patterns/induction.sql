-- name: hold_state
SELECT version, mark, bases, next_look FROM induction_states WHERE organization_id = $1 FOR UPDATE;

-- name: peek_state
SELECT version, mark, bases, next_look FROM induction_states WHERE organization_id = $1;

-- name: add_state
INSERT INTO induction_states (organization_id) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: keep_state
UPDATE induction_states SET bases = $2, next_look = $3 WHERE organization_id = $1;

-- name: next_version
UPDATE induction_states SET version = $2, mark = gen_random_uuid() WHERE organization_id = $1;

-- name: list_templates
SELECT number, version, template_key, words, takes_names, merged_into AS into
FROM induced_templates
WHERE organization_id = $1
ORDER BY number;

-- name: list_values
SELECT value, version FROM induced_values WHERE organization_id = $1;

-- name: add_templates
INSERT INTO induced_templates (organization_id, number, version, template_key, words, takes_names,
    created_at)
SELECT $1, t.number, $5, t.template_key, string_to_array(t.words, ' '), $6, $7
FROM unnest($2::bigint[], $3::bytea[], $4::text[]) AS t (number, template_key, words);

-- name: merge_templates
UPDATE induced_templates t
SET merged_into = m.merged_into
FROM unnest($2::bigint[], $3::bigint[]) AS m (number, merged_into)
WHERE t.organization_id = $1 AND t.number = m.number AND t.merged_into IS NULL;

-- name: add_values
INSERT INTO induced_values (organization_id, value, version)
SELECT $1, v.value, $3
FROM unnest($2::text[]) AS v (value)
ON CONFLICT (organization_id, value) DO NOTHING;

-- name: add_bases
-- Those that were not there, in order: numbered on from $2.
WITH fresh AS (
    SELECT b.template_key, b.text, b.words, b.place
    FROM unnest($3::bytea[], $4::text[], $5::text[]) WITH ORDINALITY
        AS b (template_key, text, words, place)
    WHERE NOT EXISTS (
        SELECT 1 FROM base_templates o
        WHERE o.organization_id = $1 AND o.template_key = b.template_key)
)
INSERT INTO base_templates (organization_id, template_key, number, text, words)
SELECT $1, f.template_key, $2 + row_number() OVER (ORDER BY f.place), f.text,
    string_to_array(f.words, ' ')
FROM fresh f;

-- name: unread_bases
SELECT template_key, text FROM base_templates WHERE organization_id = $1 AND words IS NULL;

-- name: read_bases
UPDATE base_templates b
SET words = string_to_array(r.words, ' '), number = r.number
FROM unnest($2::bytea[], $3::text[], $4::bigint[]) AS r (template_key, words, number)
WHERE b.organization_id = $1 AND b.template_key = r.template_key;

-- name: newest_bases
SELECT template_key, text, words
FROM base_templates
WHERE organization_id = $1 AND words IS NOT NULL
ORDER BY number DESC, template_key
LIMIT $2;

-- name: bases_with
-- Those that have all of these words.
SELECT template_key, text, words
FROM base_templates
WHERE organization_id = $1 AND words @> string_to_array($2, ' ');

-- name: drop_bases
DELETE FROM base_templates WHERE organization_id = $1 AND template_key = ANY($2::bytea[]);

-- name: add_merges
INSERT INTO template_merges (organization_id, from_key, to_key, version, merged_at)
SELECT $1, m.from_key, m.to_key, $4, $5
FROM unnest($2::bytea[], $3::bytea[]) AS m (from_key, to_key)
ON CONFLICT (organization_id, from_key) DO NOTHING;

-- name: patterns_of_templates
SELECT p.generation, p.pattern_type, p.target_id, p.template_key, p.frequency, p.successes,
    p.timed, p.response_micros, p.last_used, p.metadata, p.spellings, p.slot_values, p.askers,
    p.people, p.created_at, p.recent, p.hours, p.followers, p.asked
FROM query_patterns p
WHERE p.organization_id = $1 AND p.template_key = ANY($2::bytea[]);

-- name: drop_patterns
DELETE FROM query_patterns WHERE organization_id = $1 AND template_key = ANY($2::bytea[]);
