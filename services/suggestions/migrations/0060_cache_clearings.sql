-- How often somebody cleared an organization's cached suggestions. What was under way then is
-- neither served nor kept: `of_all` is part of each person's version, and no contribution of a
-- model is kept that was asked for before the last of `of_any`.
CREATE TABLE cache_clearings (
    organization_id varchar(100) PRIMARY KEY,
    -- Those that concerned everybody.
    of_all bigint NOT NULL,
    -- All: what a model said may be for several people.
    of_any bigint NOT NULL
);
