-- name: live_generation
SELECT live FROM pattern_generations WHERE organization_id = $1;

-- name: get_patterns
-- LIMIT 1 so that each is looked up: joined, all were compared with all, for an array is taken to be
-- short. By one comparison, which the primary key alone can serve: while the table has no statistics
-- the planner takes any index, and reads all that a job role asked for one of its patterns.
SELECT p.pattern_type, p.target_id, p.template_key, p.frequency, p.successes, p.timed,
    p.response_micros, p.last_used, p.metadata, p.spellings, p.slot_values, p.askers, p.people,
    p.created_at, p.recent, p.hours, p.followers, p.asked
FROM unnest($3::text[], $4::text[], $5::bytea[]) AS k (pattern_type, target_id, template_key),
LATERAL (
    SELECT q.pattern_type, q.target_id, q.template_key, q.frequency, q.successes, q.timed,
        q.response_micros, q.last_used, q.metadata, q.spellings, q.slot_values, q.askers,
        q.people, q.created_at, q.recent, q.hours, q.followers, q.asked
    FROM query_patterns q
    WHERE q.organization_id = $1 AND q.generation = $2
        AND (q.pattern_type, q.target_id, q.template_key)
            >= (k.pattern_type, k.target_id, k.template_key)
        AND (q.pattern_type, q.target_id, q.template_key)
            <= (k.pattern_type, k.target_id, k.template_key)
    LIMIT 1
) p;

-- name: put_patterns
INSERT INTO query_patterns (organization_id, generation, id, pattern_type, target_id, template_key,
    query_template, frequency, successes, timed, response_micros, last_used, metadata, spellings,
    slot_values, created_at, recent, hours, followers, asked, opening, common, askers,
    people, updated_at)
SELECT $1, $2, p.id, p.pattern_type, p.target_id, p.template_key,
    p.query_template, p.frequency, p.successes, p.timed, p.response_micros, p.last_used,
    p.metadata::jsonb, p.spellings::jsonb, p.slot_values::jsonb, p.created_at,
    p.recent, p.hours::jsonb, p.followers::jsonb, p.asked::json, p.opening, p.common,
    p.askers::jsonb, p.people::jsonb, $25
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::bigint[],
    $9::bigint[], $10::bigint[], $11::bigint[], $12::timestamptz[], $13::text[], $14::text[],
    $15::text[], $16::timestamptz[], $17::float8[], $18::text[], $19::text[], $20::text[],
    $21::text[], $22::boolean[], $23::text[], $24::text[])
    AS p (id, pattern_type, target_id, template_key, query_template, frequency, successes, timed,
        response_micros, last_used, metadata, spellings, slot_values, created_at, recent, hours,
        followers, asked, opening, common, askers, people)
ON CONFLICT (organization_id, generation, pattern_type, target_id, template_key) DO UPDATE
SET query_template = excluded.query_template, frequency = excluded.frequency,
    successes = excluded.successes, timed = excluded.timed,
    response_micros = excluded.response_micros, last_used = excluded.last_used,
    metadata = excluded.metadata, spellings = excluded.spellings,
    slot_values = excluded.slot_values, created_at = excluded.created_at,
    recent = excluded.recent, hours = excluded.hours, followers = excluded.followers,
    asked = excluded.asked, opening = excluded.opening, common = excluded.common,
    askers = excluded.askers, people = excluded.people, updated_at = excluded.updated_at;

-- name: get_heads
SELECT user_id, heads
FROM session_heads
WHERE organization_id = $1 AND generation = $2 AND user_id = ANY($3);

-- name: put_heads
INSERT INTO session_heads (organization_id, generation, user_id, heads)
SELECT $1, $2, h.user_id, h.heads::jsonb
FROM unnest($3::text[], $4::text[]) AS h (user_id, heads)
ORDER BY h.user_id
ON CONFLICT (organization_id, generation, user_id) DO UPDATE SET heads = excluded.heads;

-- name: rename_followers
-- Of templates that became others: of the same person, job role or everybody, as theirs were.
-- It goes through all patterns of the organization: without an index, which every question would
-- have to keep. $2 is an object, so that each pattern costs the same however many became others.
UPDATE query_patterns p
SET followers = (
    SELECT jsonb_object_agg(t.key, t.times)
    FROM (
        SELECT coalesce($2::jsonb ->> f.key, f.key) AS key, sum(f.value::bigint) AS times
        FROM jsonb_each_text(p.followers) f
        GROUP BY 1) t)
WHERE p.organization_id = $1
    AND EXISTS (SELECT FROM jsonb_object_keys(p.followers) AS k WHERE $2::jsonb ? k);

-- name: top_templates
-- What each person's suggestions start from, to see whether it changed.
SELECT u.user_id, array(
    SELECT p.template_key
    FROM query_patterns p
    WHERE p.organization_id = $1 AND p.generation = $2 AND p.pattern_type = 'user_specific'
        AND p.target_id = u.user_id
    ORDER BY p.recent_level DESC, p.recent DESC, p.template_key
    LIMIT $4) AS top
FROM unnest($3::text[]) AS u (user_id);

-- name: set_job_roles
INSERT INTO people (organization_id, user_id, job_role)
SELECT $1, p.user_id, p.job_role
FROM unnest($2::text[], $3::text[]) AS p (user_id, job_role)
ORDER BY p.user_id
ON CONFLICT (organization_id, user_id) DO UPDATE SET job_role = excluded.job_role
WHERE people.job_role <> excluded.job_role;

-- name: get_job_role
SELECT job_role FROM people WHERE organization_id = $1 AND user_id = $2;

-- name: list_patterns
-- What is not in everybody's words is shown once several people asked it.
SELECT p.id, p.pattern_type, p.target_id, p.query_template, p.frequency, p.success_rate,
    p.avg_response_time, p.last_used, p.metadata
FROM query_patterns p
WHERE p.organization_id = $1
    AND p.generation = coalesce(
        (SELECT g.live FROM pattern_generations g WHERE g.organization_id = $1), 0)
    AND p.pattern_type = $2 AND p.target_id = $3
    AND (p.pattern_type = 'user_specific' OR p.common OR jsonb_array_length(p.people) >= $5::int)
ORDER BY p.frequency_level DESC, p.frequency DESC, p.last_used DESC, p.id
LIMIT $4;

-- name: page_patterns
-- What is not in everybody's words is shown once several people asked it.
SELECT p.id, p.pattern_type, p.target_id, p.query_template, p.frequency, p.success_rate,
    p.avg_response_time, p.last_used, p.metadata
FROM query_patterns p
WHERE p.organization_id = $1
    AND p.generation = coalesce(
        (SELECT g.live FROM pattern_generations g WHERE g.organization_id = $1), 0)
    AND p.pattern_type = $2 AND ($3::text IS NULL OR p.target_id = $3)
    AND p.frequency_level <= floor(ln(greatest(-($4::bigint)::float8, 1)) / ln(2::float8))::integer
    AND (-p.frequency, p.id) > ($4, $5)
    AND (p.pattern_type = 'user_specific' OR p.common OR jsonb_array_length(p.people) >= $7::int)
ORDER BY p.frequency_level DESC, p.frequency DESC, p.id
LIMIT $6;

-- name: export_patterns
-- A page each: a rebuild between two keeps the order, for keys are the same in every generation.
SELECT p.id, p.pattern_type, p.target_id, p.query_template, p.frequency, p.success_rate,
    p.avg_response_time, p.last_used, p.metadata, p.created_at, p.updated_at, p.template_key
FROM query_patterns p
WHERE p.organization_id = $1
    AND p.generation = coalesce(
        (SELECT g.live FROM pattern_generations g WHERE g.organization_id = $1), 0)
    AND p.pattern_type = $2 AND (p.target_id, p.template_key) > ($3, $4)
    AND (p.pattern_type = 'user_specific' OR p.common OR jsonb_array_length(p.people) >= $6::int)
ORDER BY p.target_id, p.template_key
LIMIT $5;

-- name: export_patterns_of
SELECT p.id, p.pattern_type, p.target_id, p.query_template, p.frequency, p.success_rate,
    p.avg_response_time, p.last_used, p.metadata, p.created_at, p.updated_at, p.template_key
FROM query_patterns p
WHERE p.organization_id = $1
    AND p.generation = coalesce(
        (SELECT g.live FROM pattern_generations g WHERE g.organization_id = $1), 0)
    AND p.pattern_type = $2 AND p.target_id = $3 AND p.template_key > $4
    AND (p.pattern_type = 'user_specific' OR p.common OR jsonb_array_length(p.people) >= $6::int)
ORDER BY p.template_key
LIMIT $5;

-- name: new_generation
INSERT INTO pattern_generations AS g (organization_id, live, newest)
VALUES ($1, 0, 1)
ON CONFLICT (organization_id) DO UPDATE SET newest = g.newest + 1
RETURNING newest;

-- name: swap_generation
-- A rebuild that began later and ended earlier knows more: its generation stays.
UPDATE pattern_generations SET live = greatest(live, $2) WHERE organization_id = $1
RETURNING live;

-- name: drop_generations
-- Old ones, and what a killed rebuild left; a newer one is being filled by another rebuild.
WITH heads AS (
    DELETE FROM session_heads
    WHERE organization_id = $1
        AND generation < (SELECT live FROM pattern_generations WHERE organization_id = $1)
)
DELETE FROM query_patterns
WHERE organization_id = $1
    AND generation < (SELECT live FROM pattern_generations WHERE organization_id = $1);

-- name: claim_cursor
SELECT seq FROM event_cursors WHERE organization_id = $1 AND consumer = $2 FOR UPDATE;

-- name: count_generation
SELECT count(*) AS pattern_count,
    count(DISTINCT target_id) FILTER (WHERE pattern_type = 'user_specific') AS user_count,
    coalesce(sum(frequency) FILTER (WHERE pattern_type = 'global'), 0)::bigint AS activity_count
FROM query_patterns
WHERE organization_id = $1 AND generation = $2;

-- name: request_rebuild
-- The no-op update makes a second request return the one that is running.
INSERT INTO pattern_rebuilds AS r (organization_id, id, requested_at)
VALUES ($1, $2, $3)
ON CONFLICT (organization_id) WHERE ended_at IS NULL DO UPDATE SET requested_at = r.requested_at
RETURNING id;

-- name: forget_rebuilds
-- system: expiry concerns all organizations alike
DELETE FROM pattern_rebuilds WHERE ended_at < $1;

-- name: get_rebuild
SELECT ended_at, error, user_count, pattern_count, activity_count
FROM pattern_rebuilds
WHERE organization_id = $1 AND id = $2;

-- name: end_rebuild
UPDATE pattern_rebuilds
SET ended_at = $3, error = $4, user_count = $5, pattern_count = $6, activity_count = $7
WHERE organization_id = $1 AND id = $2 AND ended_at IS NULL;
