-- When people were last seen changes all the time: without an index on it an update stays in its
-- page, and touches no index at all.
DROP INDEX idx_users_last_seen;
ALTER TABLE users SET (fillfactor = 80);
