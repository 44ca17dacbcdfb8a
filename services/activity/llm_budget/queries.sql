-- name: get_limits
SELECT coalesce(b.monthly_nano_usd, $2::bigint) AS most_nano_usd,
    coalesce(b.monthly_tokens, $3::bigint) AS most_tokens,
    b.monthly_nano_usd IS NOT NULL AS usd_granted, b.monthly_tokens IS NOT NULL AS tokens_granted,
    b.own_nano_usd, b.own_tokens, c.changed_by, c.changed_at
FROM (SELECT $1::varchar AS organization_id) asked
LEFT JOIN llm_budgets b ON b.organization_id = $1
LEFT JOIN LATERAL (
    SELECT changed_by, changed_at
    FROM llm_budget_changes
    WHERE organization_id = $1
    ORDER BY changed_at DESC
    LIMIT 1) c ON true;

-- name: change_limits
-- What is not to change stays as it is when the row is locked.
WITH changed AS (
    INSERT INTO llm_budgets AS b (organization_id, monthly_nano_usd, monthly_tokens, own_nano_usd,
        own_tokens)
    VALUES ($1, $5, $7, $9, $11)
    ON CONFLICT (organization_id) DO UPDATE
    SET monthly_nano_usd = CASE WHEN $4 THEN excluded.monthly_nano_usd ELSE b.monthly_nano_usd END,
        monthly_tokens = CASE WHEN $6 THEN excluded.monthly_tokens ELSE b.monthly_tokens END,
        own_nano_usd = CASE WHEN $8 THEN excluded.own_nano_usd ELSE b.own_nano_usd END,
        own_tokens = CASE WHEN $10 THEN excluded.own_tokens ELSE b.own_tokens END
    RETURNING monthly_nano_usd, monthly_tokens, own_nano_usd, own_tokens
)
INSERT INTO llm_budget_changes (organization_id, changed_at, changed_by, monthly_nano_usd,
    monthly_tokens, own_nano_usd, own_tokens)
SELECT $1, $2, $3, monthly_nano_usd, monthly_tokens, own_nano_usd, own_tokens FROM changed;

-- name: largest_share
-- system: the operator's figure, of all organizations. A budget of nothing is spent.
SELECT coalesce(max(greatest(
    coalesce(m.spent_nano_usd / nullif(l.nano_usd, 0)::float, 1),
    coalesce(m.spent_tokens / nullif(l.tokens, 0)::float, 1))), 0) AS share
FROM llm_months m
LEFT JOIN llm_budgets b ON b.organization_id = m.organization_id
CROSS JOIN LATERAL (
    SELECT least(coalesce(b.monthly_nano_usd, $2::bigint), b.own_nano_usd) AS nano_usd,
        least(coalesce(b.monthly_tokens, $3::bigint), b.own_tokens) AS tokens) l
WHERE m.month = $1;
