-- Tables to which rows are only added: `attune migrate` gives the service's role neither UPDATE
-- nor DELETE on them and their partitions.
CREATE TABLE append_only_tables (table_name text PRIMARY KEY);
