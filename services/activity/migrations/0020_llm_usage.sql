-- What language models took. Money is in billionths of a US dollar (nano_usd).

-- Another monthly budget than the configured one; NULL means the configured one.
CREATE TABLE llm_budgets (
    organization_id varchar(100) PRIMARY KEY,
    monthly_nano_usd bigint CHECK (monthly_nano_usd >= 0),
    monthly_tokens bigint CHECK (monthly_tokens >= 0)
);

-- One row an organization and month (of UTC): its lock makes reservations follow
-- one another, so that calls at the same time cannot overspend.
CREATE TABLE llm_months (
    organization_id varchar(100) NOT NULL,
    month date NOT NULL,
    reserved_nano_usd bigint NOT NULL DEFAULT 0 CHECK (reserved_nano_usd >= 0),
    reserved_tokens bigint NOT NULL DEFAULT 0 CHECK (reserved_tokens >= 0),
    spent_nano_usd bigint NOT NULL DEFAULT 0 CHECK (spent_nano_usd >= 0),
    spent_tokens bigint NOT NULL DEFAULT 0 CHECK (spent_tokens >= 0),
    PRIMARY KEY (organization_id, month)
) WITH (fillfactor = 50);

-- Calls under way, with the most that each can take.
CREATE TABLE llm_reservations (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    purpose varchar(50) NOT NULL,
    model varchar(200) NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    cost_nano_usd bigint NOT NULL,
    reserved_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE INDEX llm_reservations_reserved_at ON llm_reservations (reserved_at);

-- The ledger. estimated_calls are those entered with the most they could take.
CREATE TABLE llm_usage (
    organization_id varchar(100) NOT NULL,
    day date NOT NULL,
    user_id varchar(100) NOT NULL,
    purpose varchar(50) NOT NULL,
    model varchar(200) NOT NULL,
    calls bigint NOT NULL,
    estimated_calls bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    cost_nano_usd bigint NOT NULL,
    PRIMARY KEY (organization_id, day, user_id, purpose, model)
) WITH (fillfactor = 70);
