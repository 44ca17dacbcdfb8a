-- Tables keyed by UUIDv7 are partitioned by it: its first 48 bits are the time in
-- milliseconds (RFC 9562, 5.7), so that the key alone tells the month.

ALTER TABLE partitioned_tables
    ADD COLUMN by_uuid7 boolean NOT NULL DEFAULT false;

-- The smallest UUIDv7 of a moment.
CREATE FUNCTION uuid7_from(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0')
        || '00000000000000000000')::uuid
$$;

CREATE OR REPLACE FUNCTION ensure_partitions(today date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
DECLARE
    registered record;
    month date;
    lower_bound timestamptz;
    upper_bound timestamptz;
    name text;
    made integer := 0;
BEGIN
    FOR registered IN
        SELECT table_name, months_back, months_ahead, by_uuid7 FROM partitioned_tables
    LOOP
        FOR month IN
            SELECT generate_series(
                date_trunc('month', today) - make_interval(months => registered.months_back),
                date_trunc('month', today) + make_interval(months => registered.months_ahead),
                interval '1 month')
        LOOP
            name := format('%s_%s', registered.table_name, to_char(month, 'YYYY_MM'));
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            lower_bound := to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00';
            upper_bound := to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
            -- Made beside the table and attached: readers and writers of it go on.
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, registered.table_name);
            EXECUTE format(
                'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                registered.table_name, name,
                CASE WHEN registered.by_uuid7
                    THEN uuid7_from(lower_bound)::text ELSE lower_bound::text END,
                CASE WHEN registered.by_uuid7
                    THEN uuid7_from(upper_bound)::text ELSE upper_bound::text END);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION ensure_partitions(date) SET search_path = %I, pg_temp',
        current_schema());
END $$;
