-- Functions that run as the owner: a caller's temporary tables are looked at last,
-- so that none stands in for one of ours, and no lock is waited for without bound.

DO $$
DECLARE
    function regprocedure;
BEGIN
    FOREACH function IN ARRAY ARRAY[
        'ensure_partitions(date)', 'drop_passed_events(timestamptz)']::regprocedure[]
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', function, current_schema());
        EXECUTE format('ALTER FUNCTION %s SET lock_timeout = %L', function, '2s');
    END LOOP;
END $$;
