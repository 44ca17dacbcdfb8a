-- name: take_reservation
INSERT INTO llm_reservations (organization_id, id, user_id, purpose, model, prompt_tokens,
    completion_tokens, cost_nano_usd, reserved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (organization_id, id) DO NOTHING
RETURNING id;

-- name: hold_budget
-- No row where the rest of the month's budget is less. A call that costs nothing is
-- held to the tokens alone.
WITH allowed AS (
    SELECT least(coalesce(b.monthly_nano_usd, $5), b.own_nano_usd) AS nano_usd,
        least(coalesce(b.monthly_tokens, $6), b.own_tokens) AS tokens
    FROM (SELECT $1::varchar AS organization_id) asked
    LEFT JOIN llm_budgets b ON b.organization_id = asked.organization_id
)
INSERT INTO llm_months AS m (organization_id, month, reserved_nano_usd, reserved_tokens)
SELECT $1::varchar, $2, $3, $4 FROM allowed WHERE $3 <= allowed.nano_usd AND $4 <= allowed.tokens
ON CONFLICT (organization_id, month) DO UPDATE
SET reserved_nano_usd = m.reserved_nano_usd + excluded.reserved_nano_usd,
    reserved_tokens = m.reserved_tokens + excluded.reserved_tokens
WHERE ($3 = 0 OR m.spent_nano_usd + m.reserved_nano_usd + $3 <= (SELECT nano_usd FROM allowed))
    AND m.spent_tokens + m.reserved_tokens + $4 <= (SELECT tokens FROM allowed)
RETURNING month;

-- name: give_reservation
DELETE FROM llm_reservations
WHERE organization_id = $1 AND id = $2
RETURNING user_id, purpose, model, prompt_tokens, completion_tokens, cost_nano_usd, reserved_at;

-- name: enter_month
UPDATE llm_months
SET reserved_nano_usd = reserved_nano_usd - $3, reserved_tokens = reserved_tokens - $4,
    spent_nano_usd = spent_nano_usd + $5, spent_tokens = spent_tokens + $6
WHERE organization_id = $1 AND month = $2;

-- name: enter_usage
INSERT INTO llm_usage AS u (organization_id, day, user_id, purpose, model, calls, estimated_calls,
    failed_calls, prompt_tokens, completion_tokens, cost_nano_usd)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10)
ON CONFLICT (organization_id, day, user_id, purpose, model) DO UPDATE
SET calls = u.calls + 1, estimated_calls = u.estimated_calls + excluded.estimated_calls,
    failed_calls = u.failed_calls + excluded.failed_calls,
    prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = u.completion_tokens + excluded.completion_tokens,
    cost_nano_usd = u.cost_nano_usd + excluded.cost_nano_usd;

-- name: list_left
-- system: calls that nobody settled, whoever made them
SELECT organization_id, id
FROM llm_reservations
WHERE reserved_at <= $1
ORDER BY reserved_at
LIMIT 1000;

-- name: list_usage
-- Added up by what is asked for; what is not has one value for all.
SELECT day, user_id, purpose, model, calls, estimated_calls, failed_calls, prompt_tokens,
    completion_tokens, cost_nano_usd
FROM (
    SELECT CASE WHEN $7 THEN day ELSE date 'epoch' END AS day,
        CASE WHEN $8 THEN user_id ELSE '' END AS user_id,
        CASE WHEN $9 THEN purpose ELSE '' END AS purpose,
        CASE WHEN $10 THEN model ELSE '' END AS model,
        sum(calls)::bigint AS calls, sum(estimated_calls)::bigint AS estimated_calls,
        sum(failed_calls)::bigint AS failed_calls,
        sum(prompt_tokens)::bigint AS prompt_tokens,
        sum(completion_tokens)::bigint AS completion_tokens,
        sum(cost_nano_usd)::bigint AS cost_nano_usd
    FROM llm_usage
    WHERE organization_id = $1 AND day BETWEEN $2 AND $3
        AND ($4::text IS NULL OR user_id = $4)
        AND ($5::text IS NULL OR purpose = $5)
        AND ($6::text IS NULL OR model = $6)
    GROUP BY 1, 2, 3, 4
) added
WHERE (date 'epoch' - day, user_id, purpose, model) > ($11::bigint, $12, $13, $14)
ORDER BY date 'epoch' - day, user_id, purpose, model
LIMIT $15;

-- name: total_usage
SELECT coalesce(sum(calls), 0)::bigint AS calls,
    coalesce(sum(estimated_calls), 0)::bigint AS estimated_calls,
    coalesce(sum(failed_calls), 0)::bigint AS failed_calls,
    coalesce(sum(prompt_tokens), 0)::bigint AS prompt_tokens,
    coalesce(sum(completion_tokens), 0)::bigint AS completion_tokens,
    coalesce(sum(cost_nano_usd), 0)::bigint AS cost_nano_usd
FROM llm_usage
WHERE organization_id = $1 AND day BETWEEN $2 AND $3
    AND ($4::text IS NULL OR user_id = $4)
    AND ($5::text IS NULL OR purpose = $5)
    AND ($6::text IS NULL OR model = $6);

-- name: get_budget
SELECT asked.month, least(coalesce(b.monthly_nano_usd, $3), b.own_nano_usd) AS nano_usd,
    least(coalesce(b.monthly_tokens, $4), b.own_tokens) AS tokens,
    coalesce(m.reserved_nano_usd, 0) AS reserved_nano_usd,
    coalesce(m.reserved_tokens, 0) AS reserved_tokens,
    coalesce(m.spent_nano_usd, 0) AS spent_nano_usd, coalesce(m.spent_tokens, 0) AS spent_tokens
FROM (SELECT $2::date AS month) asked
LEFT JOIN llm_months m ON m.organization_id = $1 AND m.month = asked.month
LEFT JOIN llm_budgets b ON b.organization_id = $1;
