-- The facts that this service produced. event_head numbers them per organization
-- without gaps: its row is updated in the transaction that stores the facts.

CREATE TABLE event_head (
    organization_id text PRIMARY KEY,
    seq bigint NOT NULL,
    -- Events up to this number were dropped with their partitions.
    dropped bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE event_log (
    organization_id text NOT NULL,
    seq bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    type text NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (organization_id, seq, recorded_at)
) PARTITION BY RANGE (recorded_at);

INSERT INTO partitioned_tables VALUES ('event_log', 0, 3);

-- How far each consumer of this log is; the log is kept until all have passed.
CREATE TABLE event_consumers (
    organization_id text NOT NULL,
    consumer text NOT NULL,
    seq bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, consumer)
);

-- How far this service is as a consumer of other logs. The row, claimed FOR UPDATE
-- SKIP LOCKED, is the lease; it moves in the transaction that applies the events.
CREATE TABLE event_cursors (
    organization_id text NOT NULL,
    consumer text NOT NULL,
    seq bigint NOT NULL DEFAULT 0,
    -- The event that failed last and how often, to give it up after five times.
    failed_seq bigint,
    failures integer NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, consumer)
);

CREATE TABLE event_dead_letters (
    organization_id text NOT NULL,
    consumer text NOT NULL,
    seq bigint NOT NULL,
    type text NOT NULL,
    payload bytea NOT NULL,
    error text NOT NULL,
    died_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, consumer, seq)
);

-- Drops the log's partitions that are older than the given time and that every
-- consumer has passed in every organization; returns how many.
CREATE FUNCTION drop_passed_events(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    part record;
    upper_bound timestamptz;
    behind boolean;
    dropped_parts integer := 0;
BEGIN
    FOR part IN
        SELECT c.oid, c.relname, pg_get_expr(c.relpartbound, c.oid) AS bounds
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'event_log'::regclass ORDER BY c.relname
    LOOP
        upper_bound := substring(part.bounds FROM 'TO \(''([^'']+)''\)')::timestamptz;
        EXIT WHEN upper_bound > before;
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM (SELECT organization_id, max(seq) AS seq FROM %I
                 GROUP BY organization_id) l
             JOIN event_consumers c USING (organization_id) WHERE c.seq < l.seq)', part.relname)
        INTO behind;
        EXIT WHEN behind;
        -- Before event_head, in the order in which writers lock; waiting little, for they wait too.
        SET LOCAL lock_timeout = '2s';
        LOCK TABLE event_log IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'UPDATE event_head h SET dropped = l.seq FROM (SELECT organization_id, max(seq) AS seq
                 FROM %I GROUP BY organization_id) l
             WHERE h.organization_id = l.organization_id', part.relname);
        EXECUTE format('DROP TABLE %I', part.relname);
        dropped_parts := dropped_parts + 1;
    END LOOP;
    RETURN dropped_parts;
END $$;
