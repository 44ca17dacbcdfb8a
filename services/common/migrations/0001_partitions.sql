-- Time partitions: tables registered here get monthly ones, made by the owner's
-- function, so that processes which own nothing can call it daily.

CREATE TABLE partitioned_tables (
    table_name text PRIMARY KEY,
    months_back integer NOT NULL CHECK (months_back >= 0),
    months_ahead integer NOT NULL CHECK (months_ahead >= 1)
);

CREATE FUNCTION ensure_partitions(today date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    registered record;
    month date;
    name text;
    made integer := 0;
BEGIN
    FOR registered IN SELECT table_name, months_back, months_ahead FROM partitioned_tables LOOP
        FOR month IN
            SELECT generate_series(
                date_trunc('month', today) - make_interval(months => registered.months_back),
                date_trunc('month', today) + make_interval(months => registered.months_ahead),
                interval '1 month')
        LOOP
            name := format('%s_%s', registered.table_name, to_char(month, 'YYYY_MM'));
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            -- Made beside the table and attached: readers and writers of it go on.
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, registered.table_name);
            EXECUTE format(
                'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                registered.table_name, name,
                to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
                to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
