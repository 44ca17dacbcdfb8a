-- Two imports of the same old month may come at the same time: who finds it missing takes turns with
-- the other, and looks again. Attaching takes this lock anyway; readers and writers go on.
CREATE OR REPLACE FUNCTION ensure_event_partitions(earliest date, latest date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
DECLARE
    month date;
    name text;
    made integer := 0;
BEGIN
    IF earliest < date '1970-01-01' OR latest > current_date + 366 THEN
        RAISE EXCEPTION 'partitions are made from 1970 to a year ahead'
            USING ERRCODE = 'datetime_field_overflow';
    END IF;
    FOR month IN
        SELECT generate_series(date_trunc('month', earliest), date_trunc('month', latest),
            interval '1 month')
    LOOP
        name := 'events_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        LOCK TABLE ONLY events IN SHARE UPDATE EXCLUSIVE MODE;
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING ALL)', name);
        EXECUTE format(
            'ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
            to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION ensure_event_partitions(date, date) SET search_path = %I, pg_temp',
        current_schema());
END $$;
