-- name: ensure_partitions
-- system: partitions hold all organizations
SELECT ensure_partitions($1);
