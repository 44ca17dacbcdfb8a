-- When each trait was told: of events that come late, some traits are the newest and some are not.
-- A trait without a time is as old as `traits_at`.
ALTER TABLE users ADD COLUMN trait_times jsonb NOT NULL DEFAULT '{}';
ALTER TABLE groups ADD COLUMN trait_times jsonb NOT NULL DEFAULT '{}';
