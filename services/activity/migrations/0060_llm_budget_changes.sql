-- The budget that was there is the operator's; an organization's administrators may want less.
ALTER TABLE llm_budgets
    ADD COLUMN own_nano_usd bigint CHECK (own_nano_usd >= 0),
    ADD COLUMN own_tokens bigint CHECK (own_tokens >= 0);

COMMENT ON COLUMN llm_budgets.monthly_nano_usd IS
    'What the operator allows; NULL is the configured budget.';
COMMENT ON COLUMN llm_budgets.own_nano_usd IS
    'What an administrator of the organization wants; NULL is what the operator allows.';

-- Who changed a budget, and what it was from then on.
CREATE TABLE llm_budget_changes (
    organization_id varchar(100) NOT NULL,
    changed_at timestamptz NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    changed_by varchar(200) NOT NULL,
    monthly_nano_usd bigint,
    monthly_tokens bigint,
    own_nano_usd bigint,
    own_tokens bigint,
    PRIMARY KEY (organization_id, changed_at, id)
);
