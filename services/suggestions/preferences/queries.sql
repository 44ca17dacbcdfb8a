-- name: get_preferences
SELECT preferred_query_types, excluded_metrics, preferred_metrics, preferred_dimensions,
    show_advanced_queries, max_suggestions, updated_at
FROM user_suggestion_preferences
WHERE organization_id = $1 AND user_id = $2;

-- name: put_preferences
-- What is NULL keeps its value, so that two partial updates at once both hold.
INSERT INTO user_suggestion_preferences AS p (organization_id, user_id, preferred_query_types,
    excluded_metrics, preferred_metrics, preferred_dimensions, show_advanced_queries,
    max_suggestions, updated_at)
VALUES ($1, $2, coalesce($3::text::jsonb, '[]'), coalesce($4::text::jsonb, '[]'),
    coalesce($5::text::jsonb, '[]'), coalesce($6::text::jsonb, '[]'), coalesce($7, false),
    coalesce($8, 6), $9)
ON CONFLICT (organization_id, user_id) DO UPDATE
SET preferred_query_types = coalesce($3::text::jsonb, p.preferred_query_types),
    excluded_metrics = coalesce($4::text::jsonb, p.excluded_metrics),
    preferred_metrics = coalesce($5::text::jsonb, p.preferred_metrics),
    preferred_dimensions = coalesce($6::text::jsonb, p.preferred_dimensions),
    show_advanced_queries = coalesce($7, p.show_advanced_queries),
    max_suggestions = coalesce($8, p.max_suggestions),
    updated_at = $9
RETURNING preferred_query_types, excluded_metrics, preferred_metrics, preferred_dimensions,
    show_advanced_queries, max_suggestions, updated_at;
