-- name: look_up
-- One round trip for all who ask at once: the entries, their hits counted, and the
-- preferences that filter them. Rows are locked in order, so that two cannot deadlock.
-- An entry's hash is the request's and, where something is known to follow it, the
-- template of the question before. Everything is looked up by its whole key: joined by less, as a
-- planner without statistics would, all of an organization's entries are compared.
WITH state AS MATERIALIZED (
    SELECT
        coalesce((SELECT live FROM pattern_generations WHERE organization_id = $1), 0)
            AS generation,
        coalesce((SELECT sum(seq) FROM event_cursors WHERE organization_id = $1), 0)::bigint
            AS learned_to,
        coalesce((SELECT of_all FROM cache_clearings WHERE organization_id = $1), 0) AS cleared,
        coalesce((SELECT of_any FROM cache_clearings WHERE organization_id = $1), 0) AS clearings
),
asked AS MATERIALIZED (
    SELECT a.user_id, a.request_hash, a.session_id, a.times, a.version, a.generation,
        a.learned_to, a.clearings, coalesce(a.heads ->> '', '') AS head,
        coalesce(f.follows, '') AS follows,
        a.request_hash || coalesce(f.follows, '') AS context_hash
    FROM (
        SELECT k.user_id, k.request_hash, k.session_id, k.times, s.generation, s.learned_to,
            s.clearings, s.cleared + coalesce((SELECT p.version FROM people p
                WHERE p.organization_id = $1 AND p.user_id = k.user_id), 0) AS version,
            (SELECT h.heads FROM session_heads h
                WHERE h.organization_id = $1 AND h.generation = s.generation
                    AND h.user_id = k.user_id) AS heads
        FROM state s, unnest($2::text[], $3::text[], $4::text[], $5::int[])
            AS k (user_id, request_hash, session_id, times)
        OFFSET 0 -- so that the heads are looked up once
    ) a
    CROSS JOIN LATERAL (
        SELECT CASE WHEN (o.head ->> 2)::boolean AND extract(epoch FROM $6::timestamptz)
            - (o.head ->> 1)::bigint <= CASE a.session_id WHEN '' THEN $7::int ELSE $8::int END
            THEN o.head ->> 0 END AS follows
        FROM (SELECT a.heads -> a.session_id AS head) o
    ) f
),
wanted AS MATERIALIZED (
    SELECT user_id, context_hash, version, generation, sum(times) AS times
    FROM asked
    GROUP BY user_id, context_hash, version, generation
    ORDER BY user_id, context_hash
),
valid AS MATERIALIZED (
    SELECT c.user_id, c.context_hash, wanted.times
    FROM wanted
    CROSS JOIN LATERAL (
        SELECT c.user_id, c.context_hash, c.expires_at
        FROM suggestion_cache c
        WHERE c.organization_id = $1 AND c.user_id = wanted.user_id
            AND c.context_hash = wanted.context_hash AND c.version = wanted.version
            AND c.generation = wanted.generation
        LIMIT 1
        FOR UPDATE
    ) c
    WHERE c.expires_at > $6
),
hit AS (
    UPDATE suggestion_cache c
    SET hit_count = c.hit_count + valid.times
    FROM valid
    -- Compared so, only the primary key can serve.
    WHERE c.organization_id = $1
        AND (c.user_id, c.context_hash) >= (valid.user_id, valid.context_hash)
        AND (c.user_id, c.context_hash) <= (valid.user_id, valid.context_hash)
    RETURNING c.user_id, c.context_hash, c.suggestions, c.user_patterns, c.role_patterns, c.source,
        c.degraded_reason
)
SELECT asked.user_id, asked.request_hash, asked.session_id, asked.context_hash, asked.follows,
    asked.version, asked.generation, asked.learned_to, asked.head, asked.clearings,
    hit.suggestions, hit.user_patterns, hit.role_patterns, hit.source, hit.degraded_reason,
    w.preferred_query_types, w.excluded_metrics, w.preferred_metrics, w.preferred_dimensions,
    w.show_advanced_queries, w.max_suggestions
FROM asked
LEFT JOIN hit USING (user_id, context_hash)
LEFT JOIN LATERAL (
    SELECT * FROM user_suggestion_preferences w
    WHERE w.organization_id = $1 AND w.user_id = asked.user_id
    LIMIT 1
) w ON true;

-- name: peek
-- What look_up would find, also where it is no longer valid, and nothing counted.
SELECT f.context_hash, f.follows, f.version, f.generation, f.learned_to, f.head, f.clearings,
    c.generated_at, c.expires_at, c.hit_count, c.version AS made_with_version,
    c.generation AS made_with_generation, c.source, c.degraded_reason,
    w.preferred_query_types, w.excluded_metrics, w.preferred_metrics, w.preferred_dimensions,
    w.show_advanced_queries, w.max_suggestions
FROM (
    SELECT g.generation, g.learned_to, coalesce(h.heads ->> '', '') AS head,
        coalesce(l.of_any, 0) AS clearings, coalesce(p.version, 0) + coalesce(l.of_all, 0) AS version,
        coalesce(o.follows, '') AS follows, $3::text || coalesce(o.follows, '') AS context_hash
    FROM (SELECT
        coalesce((SELECT live FROM pattern_generations WHERE organization_id = $1), 0)
            AS generation,
        coalesce((SELECT sum(seq) FROM event_cursors WHERE organization_id = $1), 0)::bigint
            AS learned_to) g
    LEFT JOIN cache_clearings l ON l.organization_id = $1
    LEFT JOIN people p ON p.organization_id = $1 AND p.user_id = $2
    LEFT JOIN session_heads h ON h.organization_id = $1 AND h.generation = g.generation
        AND h.user_id = $2
    CROSS JOIN LATERAL (
        SELECT CASE WHEN (h.heads -> $4::text ->> 2)::boolean
            AND extract(epoch FROM $5::timestamptz) - (h.heads -> $4::text ->> 1)::bigint
                <= CASE $4::text WHEN '' THEN $6::int ELSE $7::int END
            THEN h.heads -> $4::text ->> 0 END AS follows
    ) o
) f
LEFT JOIN suggestion_cache c ON c.organization_id = $1 AND c.user_id = $2
    AND c.context_hash = f.context_hash
LEFT JOIN user_suggestion_preferences w ON w.organization_id = $1 AND w.user_id = $2;

-- name: load_patterns
-- What a person, a job role or everybody asked, the newest first. What is not in everybody's words is
-- for others once several people asked it; values that may be somebody's, and who asked for them, are
-- everybody's pattern's to tell. `connections`: those that alone it can be asked of, for it names
-- nothing of a catalogue. So many of the newest are looked at, however few of them are for others.
SELECT p.template_key, p.opening, p.followers, p.hours, p.pattern_type, p.query_template,
    p.frequency, p.successes, p.last_used, p.slot_values, e.slot_values AS shared_values, e.askers,
    p.recent, p.asked, coalesce(a.shown, 0) AS shown, coalesce(a.accepted, 0) AS accepted,
    CASE WHEN p.query_template !~ '\{(metric|dimension|entity)\}'
            AND p.metadata -> 'connections' IS NOT NULL
        THEN array(SELECT jsonb_object_keys(p.metadata -> 'connections')) END AS connections
FROM (
    SELECT *
    FROM query_patterns
    WHERE organization_id = $1 AND generation = $2 AND pattern_type = $3 AND target_id = $4
    ORDER BY recent_level DESC, recent DESC, template_key
    LIMIT 4 * $5
) p
LEFT JOIN template_acceptance a ON a.organization_id = $1 AND a.pattern_type = $3
    AND a.target_id = $4 AND a.template_key = p.template_key
LEFT JOIN LATERAL (
    SELECT g.slot_values, g.askers
    FROM query_patterns g
    WHERE $3 <> 'user_specific' AND g.organization_id = $1 AND g.generation = $2
        AND g.pattern_type = 'global' AND g.target_id = '*' AND g.template_key = p.template_key
    LIMIT 1
) e ON true
WHERE $3 = 'user_specific' OR p.common OR jsonb_array_length(p.people) >= $6::int
ORDER BY p.recent DESC, p.template_key
LIMIT $5;

-- name: get_template
SELECT query_template
FROM query_patterns
WHERE organization_id = $1 AND generation = $2 AND pattern_type = 'user_specific'
    AND target_id = $3 AND template_key = decode($4, 'hex');

-- name: keep
-- In order, so that two that store the same cannot deadlock.
INSERT INTO suggestion_cache (organization_id, user_id, context_hash, suggestions, user_patterns,
    role_patterns, source, version, generation, generated_at, expires_at, degraded_reason, hit_count)
SELECT $1, k.user_id, k.context_hash, k.suggestions::jsonb, k.user_patterns::jsonb,
    k.role_patterns::jsonb, k.source, k.version, k.generation, k.generated_at, k.expires_at,
    k.degraded_reason, k.hits
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
    $9::bigint[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::int[])
    AS k (user_id, context_hash, suggestions, user_patterns, role_patterns, source, version,
        generation, generated_at, expires_at, degraded_reason, hits)
ORDER BY k.user_id, k.context_hash
ON CONFLICT (organization_id, user_id, context_hash) DO UPDATE
SET suggestions = excluded.suggestions, user_patterns = excluded.user_patterns,
    role_patterns = excluded.role_patterns, source = excluded.source, version = excluded.version,
    generation = excluded.generation, generated_at = excluded.generated_at,
    expires_at = excluded.expires_at, degraded_reason = excluded.degraded_reason,
    hit_count = excluded.hit_count
WHERE suggestion_cache.version <= excluded.version;

-- name: count_clearing
-- Versions move, whether or not something is cached: what is under way is then not served either,
-- and what a model says to it is not kept.
WITH counted AS (
    INSERT INTO cache_clearings AS l (organization_id, of_all, of_any)
    VALUES ($1, ($2::text IS NULL)::int, 1)
    ON CONFLICT (organization_id) DO UPDATE
    SET of_all = l.of_all + excluded.of_all, of_any = l.of_any + 1
)
INSERT INTO people AS p (organization_id, user_id, version)
SELECT $1, $2, 1 WHERE $2 IS NOT NULL
ON CONFLICT (organization_id, user_id) DO UPDATE SET version = p.version + 1;

-- name: clear
-- What models proposed goes too: of the person, and what is for all who ask the same.
WITH proposed AS (
    DELETE FROM model_proposals
    WHERE organization_id = $1 AND ($2::text IS NULL OR user_id IN ($2, ''))
),
cleared AS (
    DELETE FROM suggestion_cache
    WHERE organization_id = $1 AND ($2::text IS NULL OR user_id = $2)
    RETURNING user_id
)
SELECT count(*) FROM cleared;
