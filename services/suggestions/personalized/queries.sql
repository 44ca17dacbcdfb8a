-- name: look_up
-- One round trip for all who ask at once: the entries, their hits counted, and the
-- preferences that filter them. Rows are locked in order, so that two cannot deadlock.
WITH asked AS (
    SELECT a.user_id, a.context_hash, a.times, coalesce(p.version, 0) AS version,
        coalesce((SELECT g.live FROM pattern_generations g WHERE g.organization_id = $1), 0)
            AS generation
    FROM unnest($2::text[], $3::text[], $4::int[]) AS a (user_id, context_hash, times)
    LEFT JOIN people p ON p.organization_id = $1 AND p.user_id = a.user_id
),
valid AS (
    SELECT c.user_id, c.context_hash, asked.times
    FROM asked
    JOIN suggestion_cache c ON c.organization_id = $1 AND c.user_id = asked.user_id
        AND c.context_hash = asked.context_hash
    WHERE c.version = asked.version AND c.generation = asked.generation AND c.expires_at > $5
    ORDER BY c.user_id, c.context_hash
    FOR UPDATE OF c
),
hit AS (
    UPDATE suggestion_cache c
    SET hit_count = c.hit_count + valid.times
    FROM valid
    WHERE c.organization_id = $1 AND c.user_id = valid.user_id
        AND c.context_hash = valid.context_hash
    RETURNING c.user_id, c.context_hash, c.suggestions, c.user_patterns, c.role_patterns, c.source
)
SELECT asked.user_id, asked.context_hash, asked.version, asked.generation, hit.suggestions,
    hit.user_patterns, hit.role_patterns, hit.source, w.preferred_query_types, w.excluded_metrics,
    w.preferred_metrics, w.preferred_dimensions, w.show_advanced_queries, w.max_suggestions
FROM asked
LEFT JOIN hit USING (user_id, context_hash)
LEFT JOIN user_suggestion_preferences w
    ON w.organization_id = $1 AND w.user_id = asked.user_id;

-- name: load_learned
-- The most used patterns of the person, the job role and the organization. One that
-- names nothing of the catalogue is for the connections only that it was asked of.
SELECT l.pattern_type, l.query_template, l.frequency, l.successes, l.last_used, l.slot_values
FROM (VALUES ('user_specific', $3::text, $5::int), ('role_based', $4, $6), ('global', '*', $7))
    AS scope (pattern_type, target_id, most),
LATERAL (
    SELECT p.pattern_type, p.query_template, p.frequency, p.successes, p.last_used, p.slot_values,
        p.metadata
    FROM query_patterns p
    WHERE p.organization_id = $1 AND p.generation = $2
        AND p.pattern_type = scope.pattern_type AND p.target_id = scope.target_id
    ORDER BY p.frequency DESC, p.template_key
    LIMIT scope.most
) l
WHERE l.query_template ~ '\{(metric|dimension|entity)\}'
    OR l.metadata -> 'connections' IS NULL OR l.metadata -> 'connections' ? $8;

-- name: keep
INSERT INTO suggestion_cache (organization_id, user_id, context_hash, suggestions, user_patterns,
    role_patterns, source, version, generation, generated_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (organization_id, user_id, context_hash) DO UPDATE
SET suggestions = excluded.suggestions, user_patterns = excluded.user_patterns,
    role_patterns = excluded.role_patterns, source = excluded.source, version = excluded.version,
    generation = excluded.generation, generated_at = excluded.generated_at,
    expires_at = excluded.expires_at, hit_count = 0
WHERE suggestion_cache.version <= excluded.version;
