-- Calls that took nothing, because their server refused them or was not reached.
ALTER TABLE llm_usage ADD COLUMN failed_calls bigint NOT NULL DEFAULT 0;
